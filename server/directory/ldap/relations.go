package ldap

import (
	"bytes"
	"encoding/base64"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// resolve finds the entries that a reference names, among those of the given categories.
func (t *translator) resolve(e *entry, r *Reference, among ...category) []*entry {
	var found []*entry
	for _, value := range e.all(r.Attribute) {
		for _, other := range t.targets(value, r, among) {
			if _, ok := t.objects[other.key]; ok && inCategories(other.category(t.settings), among) {
				found = append(found, other)
			}
		}
	}
	return found
}

// targets finds the entries that one value of a reference names.
func (t *translator) targets(value []byte, r *Reference, among []category) []*entry {
	if r.Type == "dn" {
		dn, err := goldap.ParseDN(t.text.Text(value))
		if err != nil {
			return nil
		}
		if e := t.entries[dnKey(dn)]; e != nil {
			return []*entry{e}
		}
		return nil
	}
	if r.Relation != "" {
		return t.index(r.Relation)[indexKey(value, r.Type == "binary")]
	}
	var found []*entry
	for _, cat := range among {
		attribute, binary := t.settings.unique(cat)
		for _, e := range t.index(attribute)[indexKey(value, binary)] {
			if e.category(t.settings) == cat {
				found = append(found, e)
			}
		}
	}
	return found
}

// index finds entries by the values of an attribute.
func (t *translator) index(attribute string) map[string][]*entry {
	name := t.plugin.aliases.canonical(attribute)
	if index, ok := t.indexes[name]; ok {
		return index
	}
	index := make(map[string][]*entry)
	for _, key := range t.order() {
		e := t.entries[key]
		seen := make(map[string]bool)
		for _, v := range e.all(attribute) {
			// Attributes have rules of comparison of their own, of which the usual one ignores case. Binary values are their own key.
			for _, k := range []string{indexKey(v, false), indexKey(v, true)} {
				if !seen[k] {
					seen[k] = true
					index[k] = append(index[k], e)
				}
			}
		}
	}
	t.indexes[name] = index
	return index
}

// indexKey is the form in which values are compared: binary ones as they are, texts without regard to case.
func indexKey(value []byte, binary bool) string {
	if binary {
		return "b" + string(value)
	}
	return "t" + string(bytes.ToLower(value))
}

func inCategories(c category, list []category) bool {
	for _, other := range list {
		if c == other {
			return true
		}
	}
	return false
}

// relations are all relations between objects, except the members of lists that have a filter.
func (t *translator) relations() []plugin.Relation {
	s := t.settings
	var out []plugin.Relation
	relate := func(e *entry, r *Reference, kind uint32, among ...category) {
		for _, other := range t.resolve(e, r, among...) {
			out = t.relation(out, e, other, kind)
		}
	}
	for _, key := range t.order() {
		e := t.entries[key]
		if _, ok := t.objects[key]; !ok {
			continue
		}
		switch e.category(s) {
		case catUser:
			relate(e, &s.User.SendAs, storage.RelationSendAs, catUser, catGroup)
		case catGroup:
			relate(e, &s.User.SendAs, storage.RelationSendAs, catUser, catGroup)
			relate(e, &s.Group.Members, storage.RelationGroupMember, catUser, catContact, catGroup)
		case catCompany:
			relate(e, &s.Company.View, storage.RelationCompanyView, catCompany)
			relate(e, &s.Company.Admin, storage.RelationCompanyAdmin, catUser)
			relate(e, &s.Quota.UserWarningRecipients, storage.RelationQuotaUserRecip, catUser, catGroup)
			relate(e, &s.Quota.CompanyWarningRecipients, storage.RelationQuotaCompany, catUser, catGroup)
		}
	}
	return out
}

// relation adds a relation between the objects of two entries. Nothing is related to itself.
func (t *translator) relation(list []plugin.Relation, parent, child *entry, kind uint32) []plugin.Relation {
	a, b := t.objects[parent.key], t.objects[child.key]
	if parent.key == child.key {
		return list
	}
	return append(list, plugin.Relation{Parent: a.Key(), Child: b.Key(), Type: kind})
}

// systemAdmins stores who administers a company.
func (t *translator) systemAdmins() {
	for key, o := range t.objects {
		if o.Class != mapi.ClassCompany {
			continue
		}
		if admins := t.resolve(t.entries[key], &t.settings.Company.SystemUser, catUser); len(admins) > 0 {
			admin := t.objects[admins[0].key]
			o.Props[plugin.CompanyAdmin] = base64.StdEncoding.EncodeToString(admin.ExternalID)
		}
	}
}

// companies stores to which company each object belongs: the nearest one above its entry. What is below none is not
// part of an installation with companies, and left out.
func (t *translator) companies() {
	if len(t.settings.Company.Types) == 0 {
		return
	}
	for key, o := range t.objects {
		if o.Class == mapi.ClassCompany {
			continue
		}
		company, ok := t.companyOf(t.entries[key])
		if !ok {
			t.plugin.log.Warn("an LDAP entry is left out: it is below no company", "dn", t.entries[key].rawDN)
			delete(t.objects, key)
			continue
		}
		o.Company = company
		t.objects[key] = o
	}
}

func (t *translator) companyOf(e *entry) ([]byte, bool) {
	for i := 1; i < len(e.dn.RDNs); i++ {
		above := &goldap.DN{RDNs: e.dn.RDNs[i:]}
		if o, ok := t.objects[dnKey(above)]; ok && o.Class == mapi.ClassCompany {
			return o.ExternalID, true
		}
	}
	return nil, false
}
