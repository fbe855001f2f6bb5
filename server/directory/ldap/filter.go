package ldap

import (
	"fmt"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"
)

// compile checks a filter that an administrator wrote, with or without its outer parentheses. An empty one stays empty.
func compile(filter string) (string, error) {
	filter = strings.TrimSpace(filter)
	if filter == "" {
		return "", nil
	}
	if !strings.HasPrefix(filter, "(") {
		filter = "(" + filter + ")"
	}
	if _, err := goldap.CompileFilter(filter); err != nil {
		return "", fmt.Errorf("%q is no LDAP filter: %w", filter, err)
	}
	return filter, nil
}

// equals is the filter for entries with a value, which may be anything.
func equals(attribute, value string) string {
	return "(" + attribute + "=" + goldap.EscapeFilter(value) + ")"
}

// all is the filter for entries that match every one; empty ones are left out.
func all(filters ...string) string { return combine("&", filters) }

// anyOf is the filter for entries that match at least one.
func anyOf(filters ...string) string { return combine("|", filters) }

func combine(operator string, filters []string) string {
	var b strings.Builder
	n := 0
	for _, f := range filters {
		if f != "" {
			b.WriteString(f)
			n++
		}
	}
	if n < 2 {
		return b.String()
	}
	return "(" + operator + b.String() + ")"
}

// filterOf is the filter for the entries of a kind.
func (s *Settings) filterOf(k *Kind) string {
	parts := make([]string, 0, len(k.Types)+1)
	for _, value := range k.Types {
		parts = append(parts, equals(s.TypeAttribute, value))
	}
	own, _ := compile(k.Filter) // checked when it was read
	return all(append(parts, own)...)
}
