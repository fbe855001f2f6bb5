package ldap

import (
	"context"
	"fmt"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// listMembers asks the directory for the members of address lists and dynamic groups: each has a filter of its own. A filter that the
// directory refuses costs its list the members; any other failure fails the reading.
func (p *Plugin) listMembers(ctx context.Context, t *translator) ([]plugin.Relation, error) {
	var out []plugin.Relation
	for _, key := range t.order() {
		e := t.entries[key]
		if _, ok := t.objects[key]; !ok {
			continue
		}
		var list *List
		kind := storage.RelationGroupMember
		switch e.category(p.settings) {
		case catDynamicGroup:
			list = &p.settings.DynamicGroup
		case catAddressList:
			list, kind = &p.settings.AddressList, storage.RelationAddressListMember
		default:
			continue
		}
		filter, err := compile(t.text.Text(e.first(list.FilterAttribute)))
		if err != nil || filter == "" {
			p.log.Warn("an address list or dynamic group has no members: it has no filter, or one that is wrong", "dn", e.rawDN, "error", err)
			continue
		}
		base := t.text.Text(e.first(list.BaseAttribute))
		if base == "" {
			base = p.settings.SearchBase
		}
		members, err := p.matching(ctx, base, filter)
		if goldap.IsErrorAnyOf(err, goldap.LDAPResultNoSuchObject, goldap.LDAPResultInvalidDNSyntax, goldap.LDAPResultInappropriateMatching,
			goldap.LDAPResultUndefinedAttributeType, goldap.LDAPResultUnwillingToPerform, goldap.LDAPResultInsufficientAccessRights) {
			p.log.Warn("an address list or dynamic group has no members: the LDAP server refuses its filter or base", "dn", e.rawDN, "error", err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("members of %q: %w", e.rawDN, err)
		}
		for _, member := range members {
			if other := t.entries[member]; other != nil && listed(other.category(p.settings)) {
				if _, ok := t.objects[member]; ok {
					out = t.relation(out, e, other, kind)
				}
			}
		}
	}
	return out, nil
}

// listed reports whether entries of a category can be in lists.
func listed(c category) bool {
	return c == catUser || c == catContact || c == catGroup || c == catDynamicGroup
}

// matching gives the keys of the entries that match a filter.
func (p *Plugin) matching(ctx context.Context, base, filter string) ([]string, error) {
	var keys []string
	err := p.pool.with(ctx, func(c *goldap.Conn) error {
		keys = nil
		raw, err := p.search(c, base, all(filter, p.settings.anything()))
		if err != nil {
			return err
		}
		for _, r := range raw {
			if dn, err := goldap.ParseDN(r.DN); err == nil {
				keys = append(keys, dnKey(dn))
			}
		}
		return nil
	})
	return keys, err
}

// servers are the servers of the installation.
func (t *translator) servers() []plugin.Server {
	v := &t.settings.Server
	var out []plugin.Server
	for _, key := range t.order() {
		e := t.entries[key]
		if e.category(t.settings) != catServer {
			continue
		}
		s := plugin.Server{
			Name: t.text.Text(e.first(v.Unique)), Address: t.text.Text(e.first(v.Address)), HTTPPort: port(e, v.HTTPPort), SSLPort: port(e, v.SSLPort),
			FilePath: t.text.Text(e.first(v.FilePath)), ProxyURL: t.text.Text(e.first(v.ProxyURL)), ContainsPublic: e.truth(v.ContainsPublic),
		}
		if s.Name == "" {
			t.plugin.log.Warn("an LDAP entry of a server is left out: it has no name; see ldap_server_unique_attribute", "dn", e.rawDN)
			continue
		}
		out = append(out, s)
	}
	return out
}

// port reads a port; what is none is 0.
func port(e *entry, attribute string) int {
	if n := e.number(attribute); n > 0 && n < 65536 {
		return int(n)
	}
	return 0
}
