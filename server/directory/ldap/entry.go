package ldap

import (
	"slices"
	"strconv"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/mapi"
)

// category is a kind of entries with the rank that it has among equals: an entry that fits several and has as many values of each
// is of the lowest. Users stand before contacts, because with the usual settings for OpenLDAP (posixAccount, inetOrgPerson) most users
// are both.
type category int

const (
	catAddressList category = iota
	catCompany
	catDynamicGroup
	catGroup
	catUser
	catContact
	catServer
	categories
)

// kind gives the settings of a category.
func (s *Settings) kind(c category) *Kind {
	switch c {
	case catAddressList:
		return &s.AddressList.Kind
	case catCompany:
		return &s.Company.Kind
	case catDynamicGroup:
		return &s.DynamicGroup.Kind
	case catGroup:
		return &s.Group.Kind
	case catContact:
		return &s.Contact
	case catServer:
		return &s.Server.Kind
	}
	return &s.User.Kind
}

// unique gives the attribute that identifies the entries of a category, and whether it is binary. Contacts and users share one.
func (s *Settings) unique(c category) (attribute string, binary bool) {
	k := s.kind(c)
	if c == catContact {
		k = &s.User.Kind
	}
	return k.Unique, k.UniqueType == "binary"
}

// class is the kind of objects that a category becomes.
func (c category) class() mapi.ObjectClass {
	switch c {
	case catAddressList, catCompany:
		return mapi.ClassCompany.Kind()
	case catDynamicGroup, catGroup:
		return mapi.ClassGroup.Kind()
	}
	return mapi.ClassActiveUser.Kind()
}

// entry is what was read of an LDAP entry. It is not changed afterwards.
type entry struct {
	dn         *goldap.DN
	rawDN      string
	key        string // of dn, see dnKey
	categories []category
	stamp      string              // of the last modification
	values     map[string][][]byte // by attribute in canonical form, without options such as ;binary
	aliases    aliases
}

// dnKey makes DNs that mean the same equal.
func dnKey(dn *goldap.DN) string { return strings.ToLower(dn.String()) }

// entry takes over an entry of a result; ok is false if its DN cannot be read.
func (a aliases) entry(raw *goldap.Entry) (*entry, bool) {
	dn, err := goldap.ParseDN(raw.DN)
	if err != nil {
		return nil, false
	}
	e := &entry{dn: dn, rawDN: raw.DN, key: dnKey(dn), values: make(map[string][][]byte, len(raw.Attributes)), aliases: a}
	for _, attribute := range raw.Attributes {
		name, _, _ := strings.Cut(attribute.Name, ";")
		name = a.canonical(name)
		e.values[name] = append(e.values[name], attribute.ByteValues...)
	}
	return e, true
}

// all are the values of an attribute. An attribute without a name has none.
func (e *entry) all(attribute string) [][]byte {
	return e.values[e.aliases.canonical(attribute)]
}

func (e *entry) first(attribute string) []byte {
	if values := e.all(attribute); len(values) > 0 {
		return values[0]
	}
	return nil
}

// truth reads a yes or no: TRUE, yes, or a number other than 0.
func (e *entry) truth(attribute string) bool {
	v := strings.ToLower(strings.TrimSpace(string(e.first(attribute))))
	n, err := strconv.ParseInt(v, 10, 64)
	return v == "true" || v == "yes" || err == nil && n != 0
}

// number reads a whole number; what is none, or is absent, is 0.
func (e *entry) number(attribute string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(string(e.first(attribute))), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// category is the one that the entry belongs to: the one of which it has more types; among equals the first.
func (e *entry) category(s *Settings) category {
	best, most := e.categories[0], -1
	for _, c := range slices.Sorted(slices.Values(e.categories)) {
		if n := len(s.kind(c).Types); n > most {
			best, most = c, n
		}
	}
	return best
}
