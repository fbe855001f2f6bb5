package directory

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
)

// companyOf is the company of a user, 0 if he has none.
func (s *snapshot) companyOf(user uint32) uint32 {
	if o := s.byID[user]; o != nil {
		return o.Company
	}
	return 0
}

// hasRelation reports whether a relation leads from parent to child.
func (s *snapshot) hasRelation(parent, relation, child uint32) bool {
	_, found := slices.BinarySearch(s.children[relationKey{parent, relation}], child)
	return found
}

// administers reports whether a user administers an object. With companies nobody administers somebody of a higher level
// than his own: to set an administrator's password is to become him.
func (s *snapshot) administers(caller uint32, target *Object) bool {
	c := s.byID[caller]
	switch {
	case c == nil || c.AdminLevel == 0:
		return false
	case !s.hosted || c.AdministersSystem():
		return true
	case target == nil || target.Company == 0 || target.AdminLevel > c.AdminLevel:
		return false
	}
	return c.Company == target.Company || s.hasRelation(target.Company, storage.RelationCompanyAdmin, c.ID)
}

// reaches reports whether an object is in a company that the caller may look into: his own, one that lists his as
// viewer, or one that he administers. The built-in objects are everybody's.
func (s *snapshot) reaches(caller uint32, o *Object) bool {
	if !s.hosted || o.ID == caller || isBuiltin(o) {
		return true
	}
	c := s.byID[caller]
	switch {
	case c == nil:
		return false
	case c.AdministersSystem() || c.Company == o.Company:
		return true
	case o.Company == 0:
		return false
	}
	return c.Company != 0 && s.hasRelation(o.Company, storage.RelationCompanyView, c.Company) ||
		c.AdminLevel > 0 && s.hasRelation(o.Company, storage.RelationCompanyAdmin, c.ID)
}

// visible: hidden objects are shown to their administrators and to the object itself only.
func (s *snapshot) visible(caller uint32, o *Object) bool {
	if !s.reaches(caller, o) {
		return false
	}
	if !o.Hidden || o.ID == caller {
		return true
	}
	if s.hosted && !isBuiltin(o) {
		return s.administers(caller, o)
	}
	c := s.byID[caller]
	return c != nil && c.AdminLevel > 0
}

// IsAdminOver implements [Directory]: with one tenant any administrator administers everyone. With companies an owner that
// is unknown or 0 is administered by the administrators of the system only.
func (s *Service) IsAdminOver(_ context.Context, caller, target uint32) (bool, error) {
	snap := s.known()
	return snap.administers(caller, snap.byID[target]), nil
}

// Reaches implements [Directory].
func (s *Service) Reaches(_ context.Context, caller, target uint32) bool {
	snap := s.known()
	if !snap.hosted {
		return true
	}
	o := snap.byID[target]
	if o == nil {
		c := snap.byID[caller]
		return c != nil && c.AdministersSystem()
	}
	return snap.reaches(caller, o)
}

// Hosted implements [Directory].
func (s *Service) Hosted() bool { return s.known().hosted }

// Named implements [Directory].
func (s *Service) Named(ctx context.Context, caller uint32, name string, kind mapi.ObjectClass) (*Object, error) {
	o := s.lookUp(ctx, name, kind.Kind(), func(snap *snapshot) *Object { return snap.find(snap.companyOf(caller), name, kind) })
	if o == nil || kind != kind.Kind() && o.Class != kind || !s.known().reaches(caller, o) {
		return nil, mapi.Errorf(mapi.NotFound, "directory", "no object %q", name)
	}
	return o, nil
}

// requireAdminOver refuses callers that do not administer an object.
func (s *Service) requireAdminOver(caller uint32, o *Object, op string) error {
	if !s.known().administers(caller, o) {
		return mapi.Errorf(mapi.NoAccess, op, "user %d does not administer %s", caller, o.Name)
	}
	return nil
}

// requireSystemAdmin refuses callers that do not administer all companies.
func (s *Service) requireSystemAdmin(caller uint32, op string) error {
	if o := s.known().byID[caller]; o == nil || !o.AdministersSystem() {
		return mapi.Errorf(mapi.NoAccess, op, "user %d does not administer the system", caller)
	}
	return nil
}

// ofCompany lists what the caller may see of a kind in one company, with the built-in objects. Company 0 stands for his
// own; who has none means all that he may see.
func (s *Service) ofCompany(ctx context.Context, caller uint32, id uint32, entryID []byte, kind mapi.ObjectClass) ([]*Object, error) {
	list, err := s.List(ctx, caller, kind)
	snap := s.known()
	if err != nil || !snap.hosted {
		return list, err
	}
	company := snap.companyOf(caller)
	if id != 0 || len(entryID) != 0 {
		o, err := s.resolveCompany(ctx, caller, id, entryID)
		if err != nil {
			return nil, err
		}
		company = o.ID
	}
	if company == 0 {
		return list, nil
	}
	return slices.DeleteFunc(list, func(o *Object) bool { return o.Company != company && !isBuiltin(o) }), nil
}

// resolveCompany finds the company a request names; the caller must be able to see it.
func (s *Service) resolveCompany(ctx context.Context, caller, id uint32, entryID []byte) (*Object, error) {
	if id == 0 && len(entryID) == 0 {
		if id = s.known().companyOf(caller); id == 0 {
			return nil, mapi.Errorf(mapi.NotFound, "directory", "user %d belongs to no company", caller)
		}
	}
	o, err := s.Resolve(ctx, caller, id, entryID)
	if err != nil {
		return nil, err
	}
	if o.Class != mapi.ClassCompany {
		return nil, mapi.Errorf(mapi.NotFound, "directory", "%s is no company", o.Name)
	}
	return o, nil
}

// relatedFor lists the children of a relation in companies that the caller sees.
func (s *Service) relatedFor(c *session.Call, parent *Object, relation uint32) []*Object {
	snap := s.known()
	return slices.DeleteFunc(snap.related(parent.ID, relation), func(o *Object) bool { return !snap.reaches(c.Session.UserID, o) })
}

// limitLevel keeps administrators of a company from making administrators of a higher level than their own.
func (s *Service) limitLevel(caller uint32, o *storage.DirectoryObject) {
	snap := s.known()
	if !snap.hosted {
		return
	}
	if c := snap.byID[caller]; c != nil && number(o.Props[propAdmin]) > int64(c.AdminLevel) {
		o.Props[propAdmin] = text(int64(c.AdminLevel))
	}
}
