package ldap

import (
	"log/slog"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"
)

// aliases knows the names that mean the same attribute, from the directory's schema: a directory answers with the first name,
// whatever the settings say (uid and userid, kopanoAdmin and zarafaAdmin). It has the first name by each further one, in
// lower case.
type aliases map[string]string

// canonical is the form in which attributes are compared.
func (a aliases) canonical(name string) string {
	name = strings.ToLower(name)
	if first, ok := a[name]; ok {
		return first
	}
	return name
}

// readAliases asks for the schema. A directory that does not show it has no aliases; a connection that fails is an error.
func readAliases(c *goldap.Conn, log *slog.Logger) (aliases, error) {
	known := make(aliases)
	definitions, err := readSchema(c)
	if isNetwork(err) {
		return nil, err
	}
	if err != nil {
		log.Info("the LDAP server does not show its schema, so attributes are known by the names that it answers with", "error", err)
	}
	for _, definition := range definitions {
		names := namesOf(definition)
		for _, name := range names[min(1, len(names)):] {
			known[strings.ToLower(name)] = strings.ToLower(names[0])
		}
	}
	return known, nil
}

// readSchema gives the definitions of attributes (RFC 4512 section 4.4).
func readSchema(c *goldap.Conn) ([]string, error) {
	root := goldap.NewSearchRequest("", goldap.ScopeBaseObject, goldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"subschemaSubentry"}, nil)
	result, err := c.Search(root)
	if err != nil || len(result.Entries) == 0 {
		return nil, err
	}
	dn := result.Entries[0].GetAttributeValue("subschemaSubentry")
	schema := goldap.NewSearchRequest(dn, goldap.ScopeBaseObject, goldap.NeverDerefAliases, 0, 0, false, "(objectClass=subschema)", []string{"attributeTypes"}, nil)
	result, err = c.Search(schema)
	if err != nil || len(result.Entries) == 0 {
		return nil, err
	}
	return result.Entries[0].GetAttributeValues("attributeTypes"), nil
}

// namesOf gives the names in a definition such as ( 2.5.4.3 NAME ( 'cn' 'commonName' ) SUP name ).
func namesOf(definition string) []string {
	_, rest, ok := strings.Cut(definition, " NAME ")
	if !ok {
		return nil
	}
	rest = strings.TrimLeft(rest, " ")
	if !strings.HasPrefix(rest, "(") {
		return nil // one name
	}
	list, _, _ := strings.Cut(rest[1:], ")")
	var names []string
	for word := range strings.FieldsSeq(list) {
		names = append(names, strings.Trim(word, "'"))
	}
	return names
}
