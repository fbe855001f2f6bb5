package directory

import (
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// Flags of resolved names (MAPI ResolveNames) and of the call.
const (
	nameUnresolved = 0
	nameAmbiguous  = 1
	nameResolved   = 2

	lookupExact = 0x1 // EMS_AB_ADDRESS_LOOKUP
)

// ABResolveNames answers abResolveNames: each row that is not resolved yet is looked up by its display name and, if exactly
// one object answers to it, gets the requested properties.
func (s *Service) ABResolveNames(c *session.Call, req *wire.ABResolveNamesRequest, resp *wire.ABResolveNamesResponse) error {
	if req.RowSet == nil || req.LpaFlags == nil || len(req.RowSet.Rows) != len(req.LpaFlags) {
		return mapi.Errorf(mapi.InvalidParameter, "abResolveNames", "rows and flags do not match")
	}
	snap := s.current.Load()
	resp.RowSet.Rows = make([][]mapi.PropValue, len(req.RowSet.Rows))
	resp.Flags = append([]uint32{}, req.LpaFlags...)
	for i, row := range req.RowSet.Rows {
		if resp.Flags[i] == nameResolved {
			resp.RowSet.Rows[i] = row
			continue
		}
		name, ok := mapi.Props(row).ByID(mapi.PrDisplayName.ID())
		if !ok {
			return mapi.Errorf(mapi.InvalidParameter, "abResolveNames", "row %d has no name", i)
		}
		found := snap.search(c.Session.UserID, name.Str(), req.UlFlags&lookupExact != 0)
		switch len(found) {
		case 0:
			resp.Flags[i] = nameUnresolved
		case 1:
			resp.Flags[i] = nameResolved
			resp.RowSet.Rows[i] = s.resolvedRow(row, found[0], req.PropTag, c.Session.Capabilities)
		default:
			resp.Flags[i] = nameAmbiguous
		}
	}
	return nil
}

// resolvedRow is the client's row with the requested properties: those the client sent under the very same tag are
// replaced, all others follow, even where only the flavour of string differs (traces 02).
func (s *Service) resolvedRow(row []mapi.PropValue, o *Object, tags []mapi.PropTag, caps uint32) []mapi.PropValue {
	out := make([]mapi.PropValue, 0, len(row)+len(tags))
	out = append(out, row...)
	for _, tag := range tags {
		v, ok := s.cell(o, tag, caps)
		if !ok {
			v = mapi.Missing(tag)
		}
		if i := slices.IndexFunc(row, func(have mapi.PropValue) bool { return have.Tag == tag }); i >= 0 {
			out[i] = v
		} else {
			out = append(out, v)
		}
	}
	return out
}

// search finds the visible objects a name may mean. Exact: users before groups before containers, and the first kind with a
// hit wins; else everything that begins with the text or contains it.
func (s *snapshot) search(caller uint32, name string, exact bool) []*Object {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return nil
	}
	kinds := []mapi.ObjectClass{mapi.ClassActiveUser.Kind(), mapi.ClassGroup.Kind(), mapi.ClassCompany.Kind()}
	if exact {
		for _, kind := range kinds {
			if found := s.matches(caller, kind, name, true); len(found) > 0 {
				return found
			}
		}
		return nil
	}
	// A login name that is exactly the text beats everything that merely contains it.
	if o := s.byName[nameKey{mapi.ClassActiveUser.Kind(), name}]; o != nil && s.visible(caller, o) {
		return []*Object{o}
	}
	return s.matches(caller, 0, name, false)
}

func (s *snapshot) matches(caller uint32, kind mapi.ObjectClass, name string, exact bool) []*Object {
	var out []*Object
	for _, id := range s.ids {
		o := s.byID[id]
		if kind != 0 && o.Class.Kind() != kind || !s.visible(caller, o) {
			continue
		}
		for _, candidate := range append([]string{o.Name, o.FullName, o.Email}, o.aliases()...) {
			c := strings.ToLower(candidate)
			if c == name || !exact && strings.Contains(c, name) {
				out = append(out, o)
				break
			}
		}
	}
	return out
}

// aliases are the object's further mail addresses.
func (o *Object) aliases() []string {
	return o.Multi[mapi.PrEMSABProxyAddresses.WithType(mapi.PtMVString8)]
}
