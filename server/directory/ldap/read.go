package ldap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"
)

// reading is what is known of the directory. Entries that have not changed are taken over from one reading to the next.
type reading struct {
	entries map[string]*entry // by key
	// newest is the latest time of modification. Times have a resolution of a second: an entry with this one may change again without
	// showing it.
	newest string
}

// list asks which entries there are, of which categories, and when they changed.
func (p *Plugin) list(c *goldap.Conn) (map[string]*entry, error) {
	s := p.settings
	found := make(map[string]*entry)
	for cat := range categories {
		if len(s.kind(cat).Types) == 0 {
			continue
		}
		unique, _ := s.unique(cat)
		raw, err := p.search(c, s.SearchBase, s.filterOf(s.kind(cat)), s.ModificationAttribute, unique)
		if err != nil {
			return nil, err
		}
		for _, r := range raw {
			e, ok := p.aliases.entry(r)
			if !ok {
				p.log.Warn("an LDAP entry is left out: its DN cannot be read", "dn", r.DN)
				continue
			}
			if have := found[e.key]; have != nil {
				have.categories = append(have.categories, cat)
				if have.first(unique) == nil { // each category asks for its own
					have.values[p.aliases.canonical(unique)] = e.all(unique)
				}
				continue
			}
			e.categories = []category{cat}
			e.stamp = string(e.first(s.ModificationAttribute))
			found[e.key] = e
		}
	}
	return found, nil
}

// read makes a new reading. Full reads every entry, even if it looks unchanged.
func (p *Plugin) read(ctx context.Context, before *reading, full bool) (*reading, error) {
	after := &reading{entries: make(map[string]*entry)}
	err := p.pool.with(ctx, func(c *goldap.Conn) error {
		if p.aliases == nil {
			known, err := readAliases(c, p.log)
			if err != nil {
				return err
			}
			p.aliases = known
		}
		listed, err := p.list(c)
		if err != nil {
			return err
		}
		clear(after.entries)
		var changed []*entry
		expected := 0
		for key, e := range listed {
			unique, _ := p.settings.unique(e.categories[0])
			if e.first(unique) != nil {
				expected++
			}
			after.newest = max(after.newest, e.stamp)
			old := before.entries[key]
			if full || old == nil || e.stamp == "" || old.stamp != e.stamp || e.stamp == before.newest || !slices.Equal(old.categories, e.categories) {
				changed = append(changed, e)
			} else {
				after.entries[key] = old
			}
		}
		if err := p.details(c, changed, after.entries, false); err != nil {
			return err
		}
		if len(after.entries) < expected {
			// They were moved in the meantime, or their unique attribute has no index and cannot be searched for.
			if err := p.details(c, changed, after.entries, true); err != nil {
				return err
			}
		}
		if len(after.entries) < expected {
			return errMoved
		}
		return nil
	})
	return after, err
}

// errMoved keeps entries that were renamed between two requests from being taken for deleted ones.
var errMoved = errors.New("entries of the LDAP directory were moved or deleted while it was read; nothing is taken over until the next reading")

// filterElements is how many entries are asked for by name in one request.
const filterElements = 100

// details reads all attributes of entries into a map: with everything else, or by name if they are few.
func (p *Plugin) details(c *goldap.Conn, entries []*entry, into map[string]*entry, everything bool) error {
	if len(entries) == 0 {
		return nil
	}
	s := p.settings
	byKey := make(map[string]*entry, len(entries))
	for _, e := range entries {
		byKey[e.key] = e
	}
	attributes := s.attributes()
	fetch := func(filter string) error {
		raw, err := p.search(c, s.SearchBase, filter, attributes...)
		if err != nil {
			return err
		}
		for _, r := range raw {
			if err := p.completeRanges(c, r); err != nil {
				return err
			}
			full, ok := p.aliases.entry(r)
			if !ok || byKey[full.key] == nil {
				continue // it came in the meantime, or is of no kind
			}
			listed := byKey[full.key]
			full.categories, full.stamp = listed.categories, listed.stamp
			into[full.key] = full
		}
		return nil
	}
	if everything || s.FilterCutoff > 0 && len(entries) >= s.FilterCutoff {
		return fetch(s.anything())
	}
	for chunk := range slices.Chunk(entries, filterElements) {
		parts := make([]string, 0, len(chunk))
		for _, e := range chunk {
			unique, _ := s.unique(e.categories[0])
			if id := e.first(unique); id != nil {
				parts = append(parts, equals(unique, string(id)))
			}
		}
		if len(parts) == 0 {
			continue // without an id they are no objects
		}
		if err := fetch(all(s.anything(), anyOf(parts...))); err != nil {
			return err
		}
	}
	return nil
}

// anything is the filter for all entries that are of a kind.
func (s *Settings) anything() string {
	var parts []string
	for cat := range categories {
		if k := s.kind(cat); len(k.Types) > 0 {
			parts = append(parts, s.filterOf(k))
		}
	}
	return anyOf(parts...)
}

// search reads all entries below a base that match a filter, page by page. An answer that is not whole is an error.
func (p *Plugin) search(c *goldap.Conn, base, filter string, attributes ...string) ([]*goldap.Entry, error) {
	attributes = slices.DeleteFunc(slices.Clone(attributes), func(a string) bool { return a == "" })
	if len(attributes) == 0 {
		attributes = []string{"1.1"} // none (RFC 4511 section 4.5.1.8); no list would be all
	}
	request := goldap.NewSearchRequest(base, goldap.ScopeWholeSubtree, goldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
	var result *goldap.SearchResult
	var err error
	if p.settings.PageSize > 0 {
		result, err = c.SearchWithPaging(request, uint32(p.settings.PageSize))
	} else {
		result, err = c.Search(request)
	}
	if goldap.IsErrorWithCode(err, goldap.LDAPResultSizeLimitExceeded) {
		return nil, fmt.Errorf("the LDAP server gives no more than %d entries; set ldap_page_size to that or less, or raise its limit: %w", len(result.Entries), err)
	}
	if err != nil {
		return nil, fmt.Errorf("searching %q for %s: %w", base, filter, err)
	}
	return result.Entries, nil
}

// attributes are all attributes that are read.
func (s *Settings) attributes() []string {
	u, g, c, q, v := &s.User, &s.Group, &s.Company, &s.Quota, &s.Server
	list := []string{
		s.TypeAttribute, s.ModificationAttribute,
		u.Unique, u.FullName, u.Login, u.Email, u.Aliases, u.Admin, u.NonActive, u.ResourceType, u.Capacity, u.Certificate, u.Hidden, u.Server,
		g.Unique, g.Name, g.Security, c.Unique, c.Name, c.Server,
		s.AddressList.Unique, s.AddressList.Name, s.AddressList.FilterAttribute, s.AddressList.BaseAttribute,
		s.DynamicGroup.Unique, s.DynamicGroup.Name, s.DynamicGroup.FilterAttribute, s.DynamicGroup.BaseAttribute,
		v.Unique, v.Address, v.HTTPPort, v.SSLPort, v.FilePath, v.ProxyURL, v.ContainsPublic,
		q.Override, q.Warn, q.Soft, q.Hard, q.UserOverride, q.UserWarn, q.UserSoft, q.UserHard,
	}
	for _, r := range []*Reference{&u.SendAs, &g.Members, &c.View, &c.Admin, &c.SystemUser, &q.UserWarningRecipients, &q.CompanyWarningRecipients} {
		list = append(list, r.Attribute, r.Relation)
	}
	for _, attribute := range s.Properties {
		list = append(list, attribute)
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(a string) bool { return a == "" || strings.EqualFold(a, s.User.Password) })
}
