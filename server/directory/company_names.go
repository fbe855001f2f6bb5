package directory

import (
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// tenancy is whether there are companies, and how names tell them apart.
type tenancy struct {
	hosted bool
	format loginFormat
}

// loginFormat is loginname_format taken apart: what stands before, between and after the user (%u) and the
// company (%c).
type loginFormat struct {
	before, between, after string
	companyFirst           bool
	hasCompany             bool
}

const (
	userPlace    = "%u"
	companyPlace = "%c"
)

// parseLoginFormat takes a format apart; package config has refused those that cannot be.
func parseLoginFormat(format string) loginFormat {
	u, c := strings.Index(format, userPlace), strings.Index(format, companyPlace)
	switch {
	case u < 0:
		return loginFormat{}
	case c < 0:
		return loginFormat{before: format[:u], after: format[u+2:]}
	case c < u:
		return loginFormat{before: format[:c], between: format[c+2 : u], after: format[u+2:], companyFirst: true, hasCompany: true}
	}
	return loginFormat{before: format[:u], between: format[u+2 : c], after: format[c+2:], hasCompany: true}
}

// login is what a user of a company is called by clients.
func (f loginFormat) login(name, company string) string {
	switch {
	case !f.hasCompany:
		return f.before + name + f.after
	case f.companyFirst:
		return f.before + company + f.between + name + f.after
	}
	return f.before + name + f.between + company + f.after
}

// split is the reverse of login. The company's name never has the separator in it, so that there is one way only.
func (f loginFormat) split(login string) (name, company string, ok bool) {
	login, before := strings.CutPrefix(login, f.before)
	login, after := strings.CutSuffix(login, f.after)
	if !before || !after {
		return "", "", false
	}
	if !f.hasCompany {
		return login, "", login != ""
	}
	if f.companyFirst {
		company, name, ok = strings.Cut(login, f.between)
	} else if i := strings.LastIndex(login, f.between); i >= 0 {
		name, company, ok = login[:i], login[i+len(f.between):], true
	}
	return name, company, ok && name != "" && company != ""
}

// companyNames are the names of the companies of a source by their numbers; none where there are no companies.
func (t tenancy) companyNames(src source) map[uint32]string {
	if !t.hosted {
		return nil
	}
	names := make(map[uint32]string)
	for _, id := range src.ids {
		if stored, ok := src.object(plugin.KeyOf(id.Class, id.ExternalID)); ok && id.Class == mapi.ClassCompany {
			names[id.ID] = stored.Props[propCompany]
		}
	}
	return names
}

// place gives an object its company and the name by which clients know it. Without tenants nobody has a company, and
// the companies that are left in the database do not count: it reports false for them.
func (t tenancy) place(o *Object, companies map[uint32]string) bool {
	o.BareName = o.Name
	if !t.hosted {
		o.Company = 0
		return o.Class != mapi.ClassCompany
	}
	if o.Class == mapi.ClassCompany {
		o.Company = o.ID
		return true
	}
	company, ok := companies[o.Company]
	if !ok {
		o.Company = 0
		return true
	}
	o.Name = t.format.login(o.BareName, company)
	return true
}

// keyOf is where an object stands in the index of names: names are unique in a company, those of companies everywhere.
func keyOf(o *Object) nameKey {
	key := nameKey{kind: o.Class.Kind(), company: o.Company, name: strings.ToLower(o.BareName)}
	if o.Class == mapi.ClassCompany {
		key.company = 0
	}
	return key
}

// splitName takes the company out of a name: as loginname_format has it, or behind the last @, which is understood
// in any case. Named tells whether there was a company.
func (s *snapshot) splitName(name string) (bare string, company *Object, named bool) {
	if !s.hosted {
		return name, nil, false
	}
	bare, companyName, ok := s.format.split(name)
	if ok && s.format.hasCompany {
		if c := s.company(companyName); c != nil {
			return bare, c, true
		}
	}
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		if c := s.company(name[i+1:]); c != nil {
			return name[:i], c, true
		}
	}
	if ok && !s.format.hasCompany {
		return bare, nil, false
	}
	return name, nil, false
}

// company finds a company by its name.
func (s *snapshot) company(name string) *Object {
	return s.byName[nameKey{kind: mapi.ClassCompany.Kind(), name: strings.ToLower(name)}]
}

// find is what a name means to somebody of a company (0: of none): an object without a company, the one
// in the company that the name has in it, or one in his own. A caller who belongs to no company means the only one of that name.
func (s *snapshot) find(company uint32, name string, kind mapi.ObjectClass) *Object {
	key := nameKey{kind: kind.Kind(), name: strings.ToLower(name)}
	if o := s.byName[key]; o != nil || !s.hosted {
		return o
	}
	bare, named, ok := s.splitName(name)
	key.name = strings.ToLower(bare)
	if ok {
		key.company = named.ID
		return s.byName[key]
	}
	if company != 0 {
		key.company = company
		return s.byName[key]
	}
	return s.only(key)
}

// only is the object of a name if no two companies have one.
func (s *snapshot) only(key nameKey) *Object {
	var found *Object
	for _, id := range s.ids {
		if c := s.byID[id]; c.Class == mapi.ClassCompany {
			key.company = c.ID
			if o := s.byName[key]; o != nil && found != nil {
				return nil
			} else if o != nil {
				found = o
			}
		}
	}
	return found
}

// loginNamed is the object whom a name means at log-on, where nobody's company is known yet. With %c in loginname_format the
// name of a user must have the company in it: otherwise a new user of one company could keep one of another company out.
func (s *snapshot) loginNamed(name string, kind mapi.ObjectClass) *Object {
	user := kind.Kind() == mapi.ClassActiveUser.Kind()
	if user && s.hosted && s.format.hasCompany && s.byName[nameKey{kind: kind.Kind(), name: strings.ToLower(name)}] == nil {
		if _, _, named := s.splitName(name); !named {
			return nil
		}
	}
	return s.find(0, name, kind)
}

// nameTaken reports whether an object may not have a name because another one has it; the caller holds write.
func (s *Service) nameTaken(o storage.DirectoryObject, company uint32, self *Object) bool {
	snap := s.known()
	bare := objectOf(storage.UserID{}, o).Name
	other := func(have *Object) bool { return have != nil && (self == nil || have.ID != self.ID) }
	key := nameKey{kind: o.Class.Kind(), name: strings.ToLower(bare)}
	if other(snap.byName[key]) {
		return true
	}
	if company == 0 {
		return false
	}
	key.company = company
	if other(snap.byName[key]) {
		return true
	}
	if !snap.format.hasCompany && key.kind == mapi.ClassActiveUser.Kind() {
		for _, id := range snap.ids {
			if have := snap.byID[id]; have.Class.Kind() == key.kind && strings.EqualFold(have.BareName, bare) && other(have) {
				return true
			}
		}
	}
	return false
}

// placeNew takes the name of a new user or group apart and checks that the caller may create it: in the company
// that the name has in it, else in his own.
func (s *Service) placeNew(caller uint32, name, op string) (bare string, company uint32, err error) {
	snap := s.known()
	if !snap.hosted {
		return name, 0, nil
	}
	bare, named, ok := snap.splitName(name)
	if !ok {
		named = snap.byID[snap.companyOf(caller)]
		// A mistyped company must not become part of a name, and who administers one company learns nothing of others.
		if _, unknown, _ := snap.format.split(name); unknown != "" && named != nil {
			return "", 0, mapi.Errorf(mapi.NoAccess, op, "user %d does not administer company %s", caller, unknown)
		}
	}
	if named == nil || named.Class != mapi.ClassCompany {
		return "", 0, mapi.Errorf(mapi.InvalidParameter, op, "the company is missing in the name %q", name)
	}
	if !snap.administers(caller, named) {
		return "", 0, mapi.Errorf(mapi.NoAccess, op, "user %d does not administer company %s", caller, named.Name)
	}
	return bare, named.ID, nil
}

// rename takes the new name of an object apart. Nobody changes company, except that an administrator of the system gives one
// to whom has none yet.
func (s *Service) rename(caller uint32, o *Object, name, op string) (bare string, company uint32, err error) {
	snap := s.known()
	if name == o.Name {
		return o.BareName, o.Company, nil
	}
	if name == "" || !snap.hosted || o.Class == mapi.ClassCompany {
		return name, o.Company, nil
	}
	bare, named, ok := snap.splitName(name)
	switch {
	case !ok || named.ID == o.Company:
		return bare, o.Company, nil
	case o.Company == 0 && !isBuiltin(o):
		return bare, named.ID, s.requireSystemAdmin(caller, op)
	}
	return "", 0, mapi.Errorf(mapi.NoSupport, op, "%s stays in its company", o.Name)
}

// named is the visible user or group whose whole name somebody says, with its company in it or, where only exact names
// count, in his own company. There is none without companies: there, other names may begin with it.
func (s *snapshot) named(caller uint32, name string, exact bool) *Object {
	if !s.hosted {
		return nil
	}
	if _, _, withCompany := s.splitName(name); !withCompany && !exact {
		return nil
	}
	for _, kind := range []mapi.ObjectClass{mapi.ClassActiveUser.Kind(), mapi.ClassGroup.Kind()} {
		if o := s.find(s.companyOf(caller), name, kind); o != nil && s.visible(caller, o) {
			return o
		}
	}
	return nil
}
