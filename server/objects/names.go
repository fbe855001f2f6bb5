package objects

import (
	"context"
	"sync"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Named properties (objects.md section 6). Clients know a name by the number n = row id + 1.
const (
	maxNameLength  = 185
	narrowNames    = 0x7AFF // numbers from here on need CapGIFN32
	maxNameNumbers = 0xFFFE - mapi.NamedBase
)

// Names is the table of named properties, kept in memory. It only grows, so a reader never sees
// anything that is no longer true.
type Names struct {
	store      storage.Store
	limit      int
	limitUser  int
	mu         sync.RWMutex
	loaded     bool
	byKey      map[nameKey]uint32
	byID       map[uint32]storage.Name
	newest     uint32
	madeByUser map[uint32]int
	epoch      uint64 // counts calls of Forget
}

type nameKey struct {
	guid     mapi.GUID
	isString bool
	lid      uint32
	str      string
}

func keyOf(n storage.Name) nameKey { return nameKey{n.GUID, n.IsString, n.LID, n.String} }

// NewNames makes the table of a store; limit bounds all names, limitUser those that one user may add
// while the server runs.
func NewNames(store storage.Store, limit, limitUser int) *Names {
	return &Names{
		store: store, limit: min(limit, maxNameNumbers-1), limitUser: limitUser,
		byKey: make(map[nameKey]uint32), byID: make(map[uint32]storage.Name), madeByUser: make(map[uint32]int),
	}
}

func (t *Names) load(ctx context.Context) error {
	t.mu.RLock()
	loaded, after, epoch := t.loaded, t.newest, t.epoch
	t.mu.RUnlock()
	if loaded {
		return nil
	}
	list, err := t.store.Names(ctx, after)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(list...)
	t.loaded = t.epoch == epoch
	return nil
}

// Forget has all names read again, since some may have been added that nobody knows of.
func (t *Names) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch++
	t.loaded, t.newest = false, 0
}

// add keeps names; the caller holds mu.
func (t *Names) add(list ...storage.Name) {
	for _, n := range list {
		t.byKey[keyOf(n)] = n.ID
		t.byID[n.ID] = n
		t.newest = max(t.newest, n.ID)
	}
}

// ByNumber finds the name with a number as clients use it.
func (t *Names) ByNumber(ctx context.Context, number uint32) (storage.Name, bool, error) {
	if err := t.load(ctx); err != nil {
		return storage.Name{}, false, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, ok := t.byID[number-1]
	return n, ok && number > 1, nil
}

// Hidden reports whether a property id is in the range of named properties but has no name. Such
// properties are not shown.
func (t *Names) Hidden(ctx context.Context, id uint16) (bool, error) {
	if id <= mapi.NamedBase {
		return false, nil
	}
	_, ok, err := t.ByNumber(ctx, uint32(id)-mapi.NamedBase)
	return !ok, err
}

// find looks names up; the id of an unknown one is 0.
func (t *Names) find(ctx context.Context, names []storage.Name) ([]uint32, error) {
	if err := t.load(ctx); err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	ids := make([]uint32, len(names))
	for i, n := range names {
		ids[i] = t.byKey[keyOf(n)]
	}
	return ids, nil
}

// create adds names for a user in one transaction and returns them with their ids.
func (t *Names) create(ctx context.Context, user uint32, names []storage.Name) ([]storage.Name, error) {
	if err := t.reserve(user, len(names)); err != nil {
		return nil, err
	}
	var added []storage.Name
	err := t.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		added = make([]storage.Name, 0, len(names))
		for _, n := range names {
			n, err := tx.AddName(ctx, n)
			if err != nil {
				return err
			}
			added = append(added, n)
		}
		return nil
	}, nil)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.madeByUser[user] -= len(names)
		return nil, err
	}
	t.add(added...)
	return added, nil
}

// reserve counts names against the limits, which keep one client from using up the property ids of all.
func (t *Names) reserve(user uint32, n int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.byID)+n > t.limit {
		return mapi.Errorf(mapi.NotEnoughMemory, "getIDsFromNames", "the server has %d named properties, the limit is %d", len(t.byID), t.limit)
	}
	if t.limitUser > 0 && user != mapi.UserSystem && t.madeByUser[user]+n > t.limitUser {
		return mapi.Errorf(mapi.NotEnoughMemory, "getIDsFromNames", "user %d made %d named properties, the limit is %d; see max_names_per_user", user, t.madeByUser[user], t.limitUser)
	}
	t.madeByUser[user] += n
	return nil
}

// nameOf reads a requested name; ok is false if it cannot be one.
func nameOf(p *wire.NamedProp) (n storage.Name, ok bool) {
	if n.GUID, ok = mapi.GUIDOf(p.GUID); !ok {
		return n, false
	}
	switch {
	case p.ID != nil:
		n.LID = *p.ID
	case p.String.Valid && len(p.String.String) <= maxNameLength:
		n.IsString, n.String = true, string(append([]byte(nil), p.String.String...))
	default:
		return n, false
	}
	return n, true
}

// GetIDsFromNames gives the numbers of named properties, 0 for unknown ones, which MAPI_CREATE adds.
func (s *Service) GetIDsFromNames(c *session.Call, req *wire.GetIDsFromNamesRequest, resp *wire.GetIDsFromNamesResponse) error {
	if len(req.NamedProps) > s.settings.MaxObjectsInList {
		return mapi.Errorf(mapi.TooBig, "getIDsFromNames", "%d names", len(req.NamedProps))
	}
	create := req.Flags&mapi.NamesCreate != 0
	names := make([]storage.Name, 0, len(req.NamedProps))
	places := make([]int, 0, len(req.NamedProps))
	for i := range req.NamedProps {
		n, ok := nameOf(&req.NamedProps[i])
		switch {
		case ok:
			names, places = append(names, n), append(places, i)
		case create && len(req.NamedProps[i].GUID) != len(mapi.GUID{}):
			return mapi.Errorf(mapi.NoAccess, "getIDsFromNames", "name %d has no GUID", i)
		case create:
			return mapi.Errorf(mapi.InvalidParameter, "getIDsFromNames", "name %d has neither a number nor a string of at most %d bytes", i, maxNameLength)
		}
	}
	ids, err := s.names.find(c.Context, names)
	if err != nil {
		return err
	}
	if create {
		if err := s.names.createMissing(c.Context, c.Session.UserID, names, ids); err != nil {
			return err
		}
	}
	resp.PropTags = make([]mapi.PropTag, len(req.NamedProps))
	for i, id := range ids {
		if id == 0 || id+1 >= narrowNames && !c.Session.Has(mapi.CapGIFN32) {
			continue
		}
		resp.PropTags[places[i]] = mapi.PropTag(id + 1)
	}
	return nil
}

// createMissing adds the names that have no id yet and fills it in.
func (t *Names) createMissing(ctx context.Context, user uint32, names []storage.Name, ids []uint32) error {
	var missing []storage.Name
	asked := make(map[nameKey]bool)
	for i, n := range names {
		if key := keyOf(n); ids[i] == 0 && !asked[key] {
			asked[key] = true
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	added, err := t.create(ctx, user, missing)
	if err != nil {
		return err
	}
	byKey := make(map[nameKey]uint32, len(added))
	for _, n := range added {
		byKey[keyOf(n)] = n.ID
	}
	for i, n := range names {
		if ids[i] == 0 {
			ids[i] = byKey[keyOf(n)]
		}
	}
	return nil
}

// GetNamesFromIDs gives the names of numbers; an unknown one has none.
func (s *Service) GetNamesFromIDs(c *session.Call, req *wire.GetNamesFromIDsRequest, resp *wire.GetNamesFromIDsResponse) error {
	if len(req.PropTags) > s.settings.MaxObjectsInList {
		return mapi.Errorf(mapi.TooBig, "getNamesFromIDs", "%d numbers", len(req.PropTags))
	}
	resp.Names = make([]wire.NamedProp, len(req.PropTags))
	for i, tag := range req.PropTags {
		n, ok, err := s.names.ByNumber(c.Context, uint32(tag))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		resp.Names[i].GUID = append([]byte(nil), n.GUID[:]...)
		if n.IsString {
			resp.Names[i].String = wire.Text(n.String)
		} else {
			lid := n.LID
			resp.Names[i].ID = &lid
		}
	}
	return nil
}
