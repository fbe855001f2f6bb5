package ldap

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/mapi"
	"zarafa/server/directory/charset"
	"zarafa/server/directory/plugin"
)

// translator makes objects of the entries of one reading.
type translator struct {
	plugin   *Plugin
	settings *Settings
	text     charset.Decoder
	entries  map[string]*entry
	// objects of the entries, by key of the entry
	objects map[string]plugin.Object
	// index finds entries by the value of an attribute that references name; built when needed
	indexes map[string]map[string][]*entry
}

// order are the entries in the order of their DNs, so that each reading gives the same.
func (t *translator) order() []string { return slices.Sorted(maps.Keys(t.entries)) }

// externalID is what identifies an entry's object; nil if it has nothing of the kind.
func (t *translator) externalID(e *entry) []byte {
	attribute, binary := t.settings.unique(e.category(t.settings))
	id := e.first(attribute)
	if !binary {
		id = []byte(t.text.Text(id))
	}
	if len(id) == 0 || len(id) > plugin.MaxExternalID {
		return nil
	}
	return id
}

// object makes the object of an entry; ok is false for servers and entries without identity or name.
func (t *translator) object(e *entry) (o plugin.Object, ok bool) {
	cat := e.category(t.settings)
	if cat == catServer {
		return o, false
	}
	o = plugin.Object{ExternalID: t.externalID(e), Class: t.class(e, cat), Signature: t.signature(e), Props: make(map[string]string), Multi: make(map[string][]string)}
	name := t.names(e, cat, o.Props)
	if o.ExternalID == nil || name == "" {
		t.plugin.log.Warn("an LDAP entry is left out: it has no unique attribute, a longer one than is possible, or no name", "dn", e.rawDN)
		return o, false
	}
	u := &t.settings.User
	t.put(o.Props, plugin.Email, e, u.Email)
	o.Props[plugin.IsHidden] = flag(e.truth(u.Hidden))
	if aliases := t.texts(e, u.Aliases); len(aliases) > 0 {
		o.Multi[mapi.PrEMSABProxyAddresses.WithType(mapi.PtMVString8).String()] = aliases
	}
	t.properties(e, &o)
	switch cat {
	case catUser, catContact:
		t.user(e, &o)
	case catCompany:
		t.put(o.Props, plugin.HomeServer, e, t.settings.Company.Server)
	}
	if cat == catUser || cat == catCompany {
		t.quota(e, o.Props)
	}
	return o, true
}

// class is the object class of an entry.
func (t *translator) class(e *entry, cat category) mapi.ObjectClass {
	s := t.settings
	switch cat {
	case catAddressList:
		return mapi.ClassAddressList
	case catCompany:
		return mapi.ClassCompany
	case catDynamicGroup:
		return mapi.ClassDynamicGroup
	case catContact:
		return mapi.ClassContact
	case catGroup:
		secure := e.truth(s.Group.Security)
		if s.Group.SecurityType == "ads" {
			secure = uint32(e.number(s.Group.Security))&0x80000000 != 0
		}
		if secure {
			return mapi.ClassSecurityGroup
		}
		return mapi.ClassGroup
	}
	switch strings.ToLower(t.text.Text(e.first(s.User.ResourceType))) {
	case "room":
		return mapi.ClassRoom
	case "equipment":
		return mapi.ClassEquipment
	}
	if e.truth(s.User.NonActive) {
		return mapi.ClassNonActiveUser
	}
	return mapi.ClassActiveUser
}

// names stores the names of an entry and returns the one that it must have.
func (t *translator) names(e *entry, cat category, props map[string]string) string {
	s := t.settings
	full := t.text.Text(e.first(s.User.FullName))
	name, under := "", plugin.GroupName
	switch cat {
	case catUser:
		name, under = t.text.Text(e.first(s.User.Login)), plugin.LoginName
	case catContact: // contacts do not log on; where they have an account's name, it is shown
		if name, under = t.text.Text(e.first(s.User.Login)), plugin.LoginName; name == "" {
			name = full
		}
	case catGroup:
		name = t.text.Text(e.first(s.Group.Name))
	case catDynamicGroup:
		name = t.text.Text(e.first(s.DynamicGroup.Name))
	case catCompany:
		name, under, full = t.text.Text(e.first(s.Company.Name)), plugin.CompanyName, ""
	case catAddressList:
		name, under, full = t.text.Text(e.first(s.AddressList.Name)), plugin.CompanyName, ""
	}
	props[under] = name
	if full != "" {
		props[plugin.FullName] = full
	}
	return name
}

// user stores what users and contacts have alone.
func (t *translator) user(e *entry, o *plugin.Object) {
	u := &t.settings.User
	if o.Class == mapi.ClassContact {
		o.Props[plugin.IsAdmin] = "0"
	} else {
		o.Props[plugin.IsAdmin] = strconv.FormatInt(adminLevel(e, u.Admin), 10)
		t.put(o.Props, plugin.HomeServer, e, u.Server)
	}
	if n := e.number(u.Capacity); n > 0 {
		o.Props[plugin.ResourceCapacity] = strconv.FormatInt(min(n, 1<<31-1), 10)
	}
	if values := e.all(u.Certificate); len(values) > 0 {
		o.Multi[mapi.PrEMSABX509Cert.String()] = encoded(values)
	}
}

// adminLevel reads 0, 1 or 2; directories with a yes or no mean 1.
func adminLevel(e *entry, attribute string) int64 {
	if n := e.number(attribute); n > 0 {
		return min(n, 2)
	}
	if e.truth(attribute) {
		return 1
	}
	return 0
}

// quota stores limits in bytes. Whoever has no override has those of his company or the server.
func (t *translator) quota(e *entry, props map[string]string) {
	q := &t.settings.Quota
	set := func(prefix, override string, limits map[string]string) {
		props[prefix+plugin.UseDefaultQuota] = flag(!e.truth(override))
		for name, attribute := range limits {
			if n := e.number(attribute); n > 0 && n <= (1<<62)/q.Multiplier {
				props[prefix+name] = strconv.FormatInt(n*q.Multiplier, 10)
			}
		}
	}
	set("", q.Override, map[string]string{plugin.WarnQuota: q.Warn, plugin.SoftQuota: q.Soft, plugin.HardQuota: q.Hard})
	if e.category(t.settings) == catCompany {
		set(plugin.UserDefault, q.UserOverride, map[string]string{plugin.WarnQuota: q.UserWarn, plugin.SoftQuota: q.UserSoft, plugin.HardQuota: q.UserHard})
	}
}

// properties stores the attributes of the property map.
func (t *translator) properties(e *entry, o *plugin.Object) {
	for tag, attribute := range t.settings.Properties {
		values := e.all(attribute)
		if len(values) == 0 {
			continue
		}
		name := tag.String()
		switch typ := tag.Type(); {
		case tag == mapi.PrECABHidden:
			o.Props[plugin.IsHidden] = flag(e.truth(attribute))
		case typ == mapi.PtObject:
			o.Props[tag.WithType(mapi.PtString8).String()] = t.named(values[0])
		case typ == mapi.PtMVBinary:
			o.Multi[name] = encoded(values)
		case typ.Multi():
			o.Multi[name] = t.namedAll(values)
		case typ == mapi.PtBinary:
			o.Props[name] = base64.StdEncoding.EncodeToString(values[0])
		case typ == mapi.PtBoolean:
			o.Props[name] = flag(e.truth(attribute))
		case typ.IsString():
			o.Props[name] = t.named(values[0])
		default:
			o.Props[name] = strconv.FormatInt(e.number(attribute), 10)
		}
	}
}

// named is a text; where it is the DN of an entry of the directory (a manager, an assistant), the full name of that.
func (t *translator) named(value []byte) string {
	text := t.text.Text(value)
	if !strings.Contains(text, "=") {
		return text
	}
	dn, err := goldap.ParseDN(text)
	if err != nil {
		return text
	}
	other := t.entries[dnKey(dn)]
	if other == nil {
		return text
	}
	if full := t.text.Text(other.first(t.settings.User.FullName)); full != "" {
		return full
	}
	return text
}

func (t *translator) namedAll(values [][]byte) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = t.named(v)
	}
	return out
}

// put stores the first value of an attribute as text, if there is one.
func (t *translator) put(props map[string]string, name string, e *entry, attribute string) {
	if v := t.text.Text(e.first(attribute)); v != "" {
		props[name] = v
	}
}

func (t *translator) texts(e *entry, attribute string) []string {
	var out []string
	for _, v := range e.all(attribute) {
		if text := t.text.Text(v); text != "" {
			out = append(out, text)
		}
	}
	slices.Sort(out) // attributes are sets: their order means nothing, and may change
	return out
}

// signature changes with the entry: the time of modification, or a digest if there is none.
func (t *translator) signature(e *entry) string {
	if e.stamp != "" {
		return e.stamp
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(e.values)) {
		h.Write([]byte(name))
		for _, v := range e.values[name] {
			h.Write([]byte{0})
			h.Write(v)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func encoded(values [][]byte) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = base64.StdEncoding.EncodeToString(v)
	}
	slices.Sort(out)
	return out
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
