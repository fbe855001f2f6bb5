package ldap

import (
	"fmt"
	"strconv"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"
)

// maxRanges bounds how many pieces of one attribute are read: 1500 values each at Active Directory's default.
const maxRanges = 1000

// completeRanges reads the rest of attributes of which Active Directory gives only the beginning, such as the members of large
// groups ("member;range=0-1499"). Without it, most members would be deleted.
func (p *Plugin) completeRanges(c *goldap.Conn, e *goldap.Entry) error {
	for _, a := range e.Attributes {
		name, next, more := parseRange(a.Name)
		for n := 0; more; n++ {
			if n == maxRanges {
				return fmt.Errorf("attribute %s of %q has too many values", name, e.DN)
			}
			piece := fmt.Sprintf("%s;range=%d-*", name, next)
			request := goldap.NewSearchRequest(e.DN, goldap.ScopeBaseObject, goldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{piece}, nil)
			result, err := c.Search(request)
			if err != nil {
				return fmt.Errorf("reading %s of %q: %w", piece, e.DN, err)
			}
			var rest *goldap.EntryAttribute
			for _, found := range result.Entries {
				for _, b := range found.Attributes {
					if got, _, _ := parseRange(b.Name); strings.EqualFold(got, name) && len(b.ByteValues) > 0 {
						rest = b
					}
				}
			}
			if rest == nil {
				break
			}
			a.ByteValues = append(a.ByteValues, rest.ByteValues...)
			_, next, more = parseRange(rest.Name)
		}
	}
	return nil
}

// parseRange reads an attribute's name with a range: more is true if it is not the last one, and next is where the next begins.
func parseRange(name string) (attribute string, next int, more bool) {
	attribute, options, _ := strings.Cut(name, ";")
	for option := range strings.SplitSeq(options, ";") {
		bounds, ok := strings.CutPrefix(strings.ToLower(option), "range=")
		if !ok {
			continue
		}
		_, last, ok := strings.Cut(bounds, "-")
		n, err := strconv.Atoi(last)
		if ok && err == nil && n >= 0 && n < 1<<30 {
			return attribute, n + 1, true
		}
	}
	return attribute, 0, false
}
