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
	s.refresh()
	snap := s.known()
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

// search finds the visible objects a name may mean: a built-in object of that name, else whatever has the text in a name or
// an address. Exact: it must be all of it; users come before groups, containers and contacts, and the first kind with a hit
// wins.
func (s *snapshot) search(caller uint32, name string, exact bool) []*Object {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return nil
	}
	for _, id := range []uint32{mapi.UserSystem, mapi.UserEveryone} {
		if o := s.byID[id]; strings.EqualFold(o.Name, name) && s.visible(caller, o) {
			return []*Object{o}
		}
	}
	if o := s.named(caller, name, exact); o != nil {
		return []*Object{o}
	}
	found := s.matches(caller, name, exact)
	if !exact {
		return found
	}
	for rank := range searchRanks {
		if list := slices.DeleteFunc(slices.Clone(found), func(o *Object) bool { return searchRank(o) != rank }); len(list) > 0 {
			return list
		}
	}
	return nil
}

// searchRanks is the number of different values of searchRank.
const searchRanks = 4

// searchRank orders the kinds of objects that an exact search goes through.
func searchRank(o *Object) int {
	switch {
	case o.Class == mapi.ClassContact:
		return 3
	case o.Class.Kind() == mapi.ClassGroup.Kind():
		return 1
	case o.Class.Kind() == mapi.ClassCompany.Kind():
		return 2
	}
	return 0
}

// matches are the visible objects with the text, in lower case, in a name or an address.
func (s *snapshot) matches(caller uint32, name string, exact bool) []*Object {
	var out []*Object
	for _, id := range s.ids {
		o := s.byID[id]
		if isBuiltin(o) || !s.visible(caller, o) {
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
