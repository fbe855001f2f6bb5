package objects

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"sync"

	"zarafa/mapi"
	"zarafa/storage"
)

// memStore keeps in maps what these tests need of a storage.Store. The contract's suite is not
// run on it: the tests that matter run on a real engine too (see newBench).
type memStore struct {
	mu sync.Mutex
	memTx
}

// memTx is the data; a transaction works on a copy.
type memTx struct {
	storage.Tx
	seq struct {
		object, change, imap, instance uint32
		key                            uint64
	}
	objects  map[uint32]*storage.Object // parts too, without Children
	counters map[uint32]storage.Counters
	boxes    map[uint32]storage.Mailbox
	receive  []storage.ReceiveFolder
	acl      map[uint32][]mapi.ACE
	changes  []storage.Change
	queue    []storage.QueueEntry
	lobs     map[uint32][]byte
	users    []storage.UserID
	names    []storage.Name
}

var testServer = mapi.GUID{0xb7, 0x60, 0xa9, 0x2e, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}

func newMemStore() *memStore {
	m := &memStore{}
	m.objects = make(map[uint32]*storage.Object)
	m.counters = make(map[uint32]storage.Counters)
	m.boxes = make(map[uint32]storage.Mailbox)
	m.acl = make(map[uint32][]mapi.ACE)
	m.lobs = make(map[uint32][]byte)
	m.seq.imap = 2
	return m
}

func (m *memStore) ServerGUID() mapi.GUID      { return testServer }
func (m *memStore) Statements() uint64         { return 0 }
func (m *memStore) Ping(context.Context) error { return nil }
func (m *memStore) Close() error               { return nil }

func (m *memStore) Update(ctx context.Context, _ uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	m.mu.Lock()
	tx := m.memTx.clone()
	err := fn(ctx, tx)
	m.seq = tx.seq
	if err == nil {
		m.memTx = *tx
	}
	m.mu.Unlock()
	if err == nil && committed != nil {
		committed()
	}
	return err
}

func (t *memTx) clone() *memTx {
	c := *t
	c.objects = make(map[uint32]*storage.Object, len(t.objects))
	for id, o := range t.objects {
		c.objects[id] = cloneObject(o)
	}
	c.counters, c.boxes, c.acl, c.lobs = maps.Clone(t.counters), maps.Clone(t.boxes), maps.Clone(t.acl), maps.Clone(t.lobs)
	c.receive, c.changes, c.queue = slices.Clone(t.receive), slices.Clone(t.changes), slices.Clone(t.queue)
	c.users, c.names = slices.Clone(t.users), slices.Clone(t.names)
	return &c
}

func cloneObject(o *storage.Object) *storage.Object {
	c := &storage.Object{Ref: cloneRef(o.Ref), Props: mapi.CloneProps(o.Props), Lobs: slices.Clone(o.Lobs)}
	return c
}

func missing(id uint32) error { return mapi.Errorf(mapi.NotFound, "memstore", "no object %d", id) }

func (t *memTx) Ref(_ context.Context, id uint32) (storage.Ref, error) {
	if o := t.objects[id]; o != nil {
		return cloneRef(o.Ref), nil
	}
	return storage.Ref{}, missing(id)
}

func (t *memTx) RefByEntryID(_ context.Context, id mapi.EntryID) (storage.Ref, error) {
	for _, o := range t.objects {
		if len(o.EntryID) > 0 && bytes.Equal(o.EntryID, id) {
			return cloneRef(o.Ref), nil
		}
	}
	return storage.Ref{}, missing(0)
}

func (t *memTx) RefBySourceKey(_ context.Context, key []byte) (storage.Ref, error) {
	for _, o := range t.objects {
		if len(o.SourceKey) > 0 && bytes.Equal(o.SourceKey, key) {
			return cloneRef(o.Ref), nil
		}
	}
	return storage.Ref{}, missing(0)
}

func (t *memTx) selected(q storage.RowQuery) []*storage.Object {
	var list []*storage.Object
	for _, o := range t.objects {
		in := o.Message == 0 && o.Parent == q.Parent && o.Type == q.Type && o.Flags&q.FlagsMask == q.Flags
		if q.IDs != nil {
			in = slices.Contains(q.IDs, o.ID)
		}
		if in {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b *storage.Object) int { return int(a.ID) - int(b.ID) })
	return list
}

func (t *memTx) Refs(_ context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	var refs []storage.Ref
	for _, o := range t.selected(q) {
		refs = append(refs, cloneRef(o.Ref))
	}
	return refs, nil
}

func (t *memTx) Rows(_ context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	for _, o := range t.selected(q) {
		r := &storage.Row{Ref: cloneRef(o.Ref), Counters: t.counters[o.ID]}
		for _, v := range o.Props {
			short, whole := cutValue(v)
			if !whole || hiddenInTables(v.Tag) {
				r.Cut = append(r.Cut, v.Tag)
			}
			if !hiddenInTables(v.Tag) {
				r.Props = append(r.Props, short.Clone())
			}
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

func (t *memTx) Object(_ context.Context, id uint32) (*storage.Object, error) {
	o := t.objects[id]
	if o == nil {
		return nil, missing(id)
	}
	c := cloneObject(o)
	c.Counters = t.counters[id]
	for _, p := range t.parts(id) {
		part, _ := t.Object(context.Background(), p)
		c.Children = append(c.Children, part)
	}
	return c, nil
}

func (t *memTx) parts(of uint32) []uint32 {
	var ids []uint32
	for _, p := range t.objects {
		if p.Message != 0 && p.Parent == of {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func (t *memTx) Counters(_ context.Context, id uint32) (storage.Counters, error) {
	return t.counters[id], nil
}

func (t *memTx) NewObjectID(context.Context) (uint32, error) {
	t.seq.object++
	return t.seq.object, nil
}
func (t *memTx) NewChangeID(context.Context) (uint32, error) {
	t.seq.change++
	return t.seq.change, nil
}
func (t *memTx) NewIMAPID(context.Context) (uint32, error) { t.seq.imap++; return t.seq.imap, nil }
func (t *memTx) NewSourceKey(context.Context) ([]byte, error) {
	t.seq.key++
	return mapi.SourceKey(testServer, t.seq.key), nil
}

func (t *memTx) Insert(ctx context.Context, o *storage.Object) error {
	if _, err := t.RefByEntryID(ctx, o.EntryID); err == nil {
		return storage.ErrEntryIDTaken
	}
	return o.Walk(func(p *storage.Object) error { t.objects[p.ID] = cloneObject(p); return nil })
}

func (t *memTx) PutRows(_ context.Context, rows ...*storage.Row) error {
	for _, r := range rows {
		o := t.objects[r.ID]
		if o == nil {
			return missing(r.ID)
		}
		old := o.Props
		o.Flags, o.Owner, o.Props = r.Flags, r.Owner, mapi.CloneProps(r.Props)
		for _, tag := range r.Cut {
			if v, ok := old.Get(tag); ok {
				o.Props.Set(v)
			}
		}
	}
	return nil
}

func (t *memTx) PutObject(_ context.Context, o *storage.Object) error {
	old := t.objects[o.ID]
	if old == nil {
		return missing(o.ID)
	}
	c := cloneObject(o)
	c.Ref = old.Ref
	c.Flags, c.Owner = o.Flags, o.Owner
	t.objects[o.ID] = c
	return nil
}

func (t *memTx) PutParts(_ context.Context, _ storage.Ref, put []*storage.Object, remove []uint32) error {
	for _, o := range put {
		t.objects[o.ID] = cloneObject(o)
	}
	for _, id := range remove {
		t.drop(id)
	}
	return nil
}

func (t *memTx) drop(id uint32) {
	for _, p := range t.parts(id) {
		t.drop(p)
	}
	delete(t.objects, id)
	delete(t.counters, id)
	delete(t.acl, id)
	t.queue = slices.DeleteFunc(t.queue, func(e storage.QueueEntry) bool { return e.Message == id })
}

func (t *memTx) Move(_ context.Context, r storage.Ref, parent uint32) error {
	o := t.objects[r.ID]
	o.Parent, o.EntryID, o.SourceKey = parent, r.EntryID, r.SourceKey
	return nil
}

func (t *memTx) Delete(_ context.Context, ids []uint32) error {
	for _, id := range ids {
		t.drop(id)
	}
	return nil
}

func (t *memTx) AddCounters(_ context.Context, _, id uint32, d storage.Counters) error {
	c := t.counters[id]
	add(&c, d)
	t.counters[id] = c
	return nil
}

func (t *memTx) SetCounters(_ context.Context, _, id uint32, c storage.Counters) error {
	t.counters[id] = c
	return nil
}

func (t *memTx) Lob(_ context.Context, id uint32) (storage.LobRef, error) {
	b, ok := t.lobs[id]
	if !ok {
		return storage.LobRef{}, missing(id)
	}
	return storage.LobRef{Instance: id, Size: int64(len(b))}, nil
}

func (t *memTx) OpenLob(_ context.Context, id uint32) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(t.lobs[id])), nil
}

func (t *memTx) LobHolders(_ context.Context, id uint32, _ int) ([]uint32, error) {
	var ids []uint32
	for _, o := range t.objects {
		for _, l := range o.Lobs {
			if l.Instance == id {
				ids = append(ids, o.ID)
			}
		}
	}
	return ids, nil
}

func (t *memTx) PutLob(_ context.Context, tag mapi.PropTag, b storage.Blob) (storage.LobRef, error) {
	r, _ := b.Open()
	data, _ := io.ReadAll(r)
	for id, have := range t.lobs {
		if bytes.Equal(have, data) {
			return storage.LobRef{Tag: tag, Instance: id, Size: b.Size}, nil
		}
	}
	t.seq.instance++
	t.lobs[t.seq.instance] = data
	return storage.LobRef{Tag: tag, Instance: t.seq.instance, Size: b.Size}, nil
}

func (t *memTx) Mailboxes(_ context.Context, q storage.MailboxQuery) ([]storage.Mailbox, error) {
	var list []storage.Mailbox
	for _, b := range t.boxes {
		if (q.ID == nil || *q.ID == b.ID) && (q.GUID == nil || *q.GUID == b.GUID) &&
			(q.UserID == nil || *q.UserID == b.UserID) && (q.Type == nil || *q.Type == b.Type) {
			list = append(list, b)
		}
	}
	return list, nil
}

func (t *memTx) PutMailbox(_ context.Context, b storage.Mailbox) error { t.boxes[b.ID] = b; return nil }
func (t *memTx) DeleteMailbox(_ context.Context, id uint32) error      { delete(t.boxes, id); return nil }

func (t *memTx) ReceiveFolders(_ context.Context, store uint32) ([]storage.ReceiveFolder, error) {
	var list []storage.ReceiveFolder
	for _, r := range t.receive {
		if r.Store == store {
			list = append(list, r)
		}
	}
	return list, nil
}

func (t *memTx) PutReceiveFolder(_ context.Context, r storage.ReceiveFolder) error {
	t.receive = slices.DeleteFunc(t.receive, func(o storage.ReceiveFolder) bool { return o.Store == r.Store && o.Class == r.Class })
	t.receive = append(t.receive, r)
	return nil
}

func (t *memTx) ACL(_ context.Context, id uint32) ([]mapi.ACE, error) {
	return slices.Clone(t.acl[id]), nil
}

func (t *memTx) PutACE(_ context.Context, _, id uint32, e mapi.ACE) error {
	t.acl[id] = append(slices.DeleteFunc(slices.Clone(t.acl[id]), func(o mapi.ACE) bool {
		return o.UserID == e.UserID && o.Type == e.Type
	}), e)
	return nil
}

func (t *memTx) DeleteACE(_ context.Context, id, user, aceType uint32) error {
	t.acl[id] = slices.DeleteFunc(slices.Clone(t.acl[id]), func(o mapi.ACE) bool { return o.UserID == user && o.Type == aceType })
	return nil
}

func (t *memTx) PutChange(_ context.Context, list ...storage.Change) error {
	for _, c := range list {
		t.changes = slices.DeleteFunc(t.changes, func(o storage.Change) bool {
			return o.Type == c.Type && bytes.Equal(o.Parent, c.Parent) && bytes.Equal(o.SourceKey, c.SourceKey)
		})
		t.changes = append(t.changes, c)
	}
	return nil
}

func (t *memTx) SyncedSets(context.Context, uint32) ([]uint32, error)  { return nil, nil }
func (t *memTx) AddSynced(context.Context, uint32, []byte) error       { return nil }
func (t *memTx) RemoveSynced(context.Context, uint32, []byte) error    { return nil }
func (t *memTx) UserIDs(context.Context) ([]storage.UserID, error)     { return t.users, nil }
func (t *memTx) Names(context.Context, uint32) ([]storage.Name, error) { return t.names, nil }

func (t *memTx) AddUserID(_ context.Context, u storage.UserID) (uint32, error) {
	u.ID = uint32(len(t.users) + 1)
	t.users = append(t.users, u)
	return u.ID, nil
}

func (t *memTx) AddName(_ context.Context, n storage.Name) (storage.Name, error) {
	n.ID = uint32(len(t.names) + 1)
	t.names = append(t.names, n)
	return n, nil
}

func (t *memTx) Queue(_ context.Context, store uint32) ([]storage.QueueEntry, error) {
	var list []storage.QueueEntry
	for _, e := range t.queue {
		if store == 0 || e.Store == store {
			list = append(list, e)
		}
	}
	return list, nil
}

func (t *memTx) QueueEntries(_ context.Context, message uint32) ([]storage.QueueEntry, error) {
	var list []storage.QueueEntry
	for _, e := range t.queue {
		if e.Message == message {
			list = append(list, e)
		}
	}
	return list, nil
}

func (t *memTx) PutQueueEntry(_ context.Context, e storage.QueueEntry) error {
	t.queue = append(t.queue, e)
	return nil
}

func (t *memTx) DeleteQueueEntry(_ context.Context, message uint32, master bool) error {
	t.queue = slices.DeleteFunc(t.queue, func(e storage.QueueEntry) bool {
		return e.Message == message && (e.Flags&mapi.SubmitMaster != 0) == master
	})
	return nil
}
