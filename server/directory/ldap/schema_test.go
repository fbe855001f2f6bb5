package ldap

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// definitions reads a schema file: the lines with one of the prefixes, without it.
func definitions(t *testing.T, name string, prefixes ...string) (list []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("schema", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		for _, prefix := range prefixes {
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				list = append(list, strings.TrimSpace(rest))
			}
		}
	}
	return list
}

// TestSchemaFiles: both forms of the schema define the same, and every attribute that the settings name by default.
func TestSchemaFiles(t *testing.T) {
	conf := definitions(t, "zarafa.schema", "attributetype ", "objectclass ")
	ldif := definitions(t, "zarafa.ldif", "olcAttributeTypes: ", "olcObjectClasses: ")
	if len(conf) == 0 || !slices.Equal(conf, ldif) {
		t.Errorf("zarafa.schema has %d definitions, zarafa.ldif %d, or they differ", len(conf), len(ldif))
	}
	known := make(map[string]bool)
	for _, definition := range conf {
		for _, name := range namesOf(definition) {
			known[name] = true
		}
	}
	s, _, err := writeSettings(t, least)
	if err != nil {
		t.Fatal(err)
	}
	for _, attribute := range s.attributes() {
		if strings.HasPrefix(attribute, "kopano") && !known[attribute] {
			t.Errorf("the schema lacks %s", attribute)
		}
	}
}
