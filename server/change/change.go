package change

import (
	"bytes"
	"context"
	"time"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// Author is who makes a change and when: the user of the session, the client's sync id (0: an
// ordinary client) and the time of the request.
type Author struct {
	User   uint32
	SyncID uint32
	Now    time.Time
}

// Writer runs changes; see [Change].
type Writer struct {
	store storage.Store
	tree  *Tree
	bus   *feed.Bus
}

// NewWriter makes a writer that announces what it wrote on bus.
func NewWriter(store storage.Store, tree *Tree, bus *feed.Bus) *Writer {
	return &Writer{store: store, tree: tree, bus: bus}
}

// Change is one update of one mailbox store. All writes to the object tree go through one, so that
// whatever an operation does, counters, the store's size, the records for synchronisation and the
// feed follow. It lives as long as the function that got it and serves one goroutine.
type Change struct {
	storage.Tx
	Author
	Store uint32

	server  mapi.GUID
	tree    *Tree
	refs    map[uint32]storage.Ref
	names   map[uint32]*folderNames         // of parents that were asked for
	starts  map[uint32][]byte               // of large values that were put, by instance
	queued  map[uint32][]storage.QueueEntry // of the store, by message; nil before it was asked for
	counts  map[uint32]*storage.Counters
	touched []uint32 // keys of counts in order of first use, so that statements come in a fixed order
	changes []storage.Change
	batch   *feed.Batch
	after   []func()
}

// Do runs fn as one update in a store's lane and publishes what it changed once that is durable.
// fn may run more than once, see storage.Store.Update.
func (w *Writer) Do(ctx context.Context, store uint32, author Author, fn func(ctx context.Context, ch *Change) error) error {
	var ch *Change
	changesFolders := false
	w.tree.counts.begin(store)
	defer func() {
		w.tree.counts.end(store)
		if changesFolders {
			w.tree.unsettled.end(store)
		}
	}()
	return w.store.Update(ctx, store, func(ctx context.Context, tx storage.Tx) error {
		ch = &Change{
			Tx: tx, Author: author, Store: store, server: w.store.ServerGUID(), tree: w.tree,
			refs: make(map[uint32]storage.Ref), names: make(map[uint32]*folderNames),
			starts: make(map[uint32][]byte), counts: make(map[uint32]*storage.Counters),
			batch: &feed.Batch{Store: store},
		}
		if err := fn(ctx, ch); err != nil {
			return err
		}
		if !changesFolders && ch.changesFolders() {
			changesFolders = true
			w.tree.unsettled.begin(store)
		}
		return ch.finish(ctx)
	}, func() {
		for _, f := range ch.after {
			f()
		}
		ch.batch.Bulk = len(ch.batch.Events) >= feed.BulkThreshold && ch.objects() >= feed.BulkThreshold
		if !ch.empty() {
			w.bus.Publish(ch.batch)
		}
	})
}

func (ch *Change) empty() bool {
	b := ch.batch
	return len(b.Events)+len(b.Changes)+len(b.Queue)+len(b.ACLs)+len(b.Results)+len(b.Rebuilt)+len(b.Written)+len(b.Counts) == 0
}

// objects counts the events that are not about counters.
func (ch *Change) objects() int {
	n := 0
	for i := range ch.batch.Events {
		if !ch.batch.Events[i].CountersOnly {
			n++
		}
	}
	return n
}

// changesFolders reports whether the tree's picture of the folders is not right until the change is announced.
func (ch *Change) changesFolders() bool {
	for i := range ch.batch.Events {
		if e := &ch.batch.Events[i]; e.Object.Type != mapi.TypeMessage && !e.CountersOnly {
			return true
		}
	}
	return false
}

// Time is the time of the change; clients see whole seconds in times that the server sets.
func (ch *Change) Time() mapi.FileTime { return mapi.FileTimeOf(ch.Now.Truncate(time.Second)) }

// PutObject is that of storage.ObjectWriter.
func (ch *Change) PutObject(ctx context.Context, o *storage.Object) error {
	ch.written(o.Ref)
	return ch.Tx.PutObject(ctx, o)
}

// PutRows is that of storage.ObjectWriter.
func (ch *Change) PutRows(ctx context.Context, rows ...*storage.Row) error {
	for _, r := range rows {
		ch.written(r.Ref)
	}
	return ch.Tx.PutRows(ctx, rows...)
}

// SetCounters is that of storage.ObjectWriter.
func (ch *Change) SetCounters(ctx context.Context, store, id uint32, c storage.Counters) error {
	ch.batch.Counts = append(ch.batch.Counts, feed.Count{Object: id, Replaced: true})
	return ch.Tx.SetCounters(ctx, store, id, c)
}

// written notes that what is kept of a store's or folder's properties is out of date, whether or not an event will tell of it.
func (ch *Change) written(ref storage.Ref) {
	if ref.Type == mapi.TypeStore || ref.Type == mapi.TypeFolder {
		ch.batch.Written = append(ch.batch.Written, ref.ID)
	}
}

// After has f called when the change is durable, before it is announced.
func (ch *Change) After(f func()) { ch.after = append(ch.after, f) }

// Folder is a folder's reference as the transaction sees it. It is read from the database only if the tree does not know it
// or may be behind.
func (ch *Change) Folder(ctx context.Context, id uint32) (storage.Ref, error) {
	if ref, ok := ch.refs[id]; ok {
		return ref, nil
	}
	if !ch.tree.unsettled.any(ch.Store) && !ch.changesFolders() {
		if ref, _, ok := ch.tree.cached(id); ok && ref.Store == ch.Store && ref.Type == mapi.TypeFolder {
			ch.refs[id] = ref
			return ref, nil
		}
	}
	ref, err := ch.Ref(ctx, id)
	if err != nil {
		return ref, err
	}
	ch.refs[id] = ref
	return ref, nil
}

// Know remembers a reference that was read or made inside the transaction.
func (ch *Change) Know(ref storage.Ref) { ch.refs[ref.ID] = ref }

// Record notes a change for synchronisation and returns its id. Without source keys, or if
// they are equal, there is nothing to note and the id is 0.
func (ch *Change) Record(ctx context.Context, parent, key []byte, changeType, flags uint32) (uint32, error) {
	if len(parent) == 0 || len(key) == 0 || bytes.Equal(parent, key) {
		return 0, nil
	}
	id, err := ch.NewChangeID(ctx)
	if err != nil {
		return 0, err
	}
	ch.changes = append(ch.changes, storage.Change{
		ID: id, Parent: bytes.Clone(parent), SourceKey: bytes.Clone(key), Type: changeType, Flags: flags, Sync: ch.SyncID,
	})
	if ch.SyncID == 0 || changeType&mapi.ChangeMessage == 0 {
		return id, nil
	}
	switch changeType &^ mapi.ChangeMessage {
	case mapi.ChangeNew:
		return id, ch.AddSynced(ctx, ch.SyncID, key)
	case mapi.ChangeSoftDelete, mapi.ChangeHardDelete:
		return id, ch.RemoveSynced(ctx, ch.SyncID, key)
	}
	return id, nil
}

// Stamp gives an object the change key of a recorded change and adds it, and the key it had,
// to the object's list of predecessors.
func (ch *Change) Stamp(props *mapi.Props, id uint32) {
	if id == 0 {
		return
	}
	key := mapi.ChangeKey(ch.server, id)
	list := mapi.AddToPredecessors(props.Bytes(mapi.PrPredecessorChangeList), props.Bytes(mapi.PrChangeKey))
	props.Delete(mapi.PrModificationNumber.ID()) // the key has the number
	props.Set(mapi.Binary(mapi.PrChangeKey, key))
	props.Set(mapi.Binary(mapi.PrPredecessorChangeList, mapi.AddToPredecessors(list, key)))
}

// Note gives a message the number of a recorded change: in its change key, or beside it if a synchronising client made the change, since
// that client knows the message by the key it has. Folders have no numbers of their own: Stamp is for them.
func (ch *Change) Note(props *mapi.Props, id uint32) {
	switch {
	case ch.SyncID == 0:
		ch.Stamp(props, id)
	case id != 0:
		props.Set(mapi.Long(mapi.PrModificationNumber, id))
	}
}

// Event announces a change of an object. Counters are announced by themselves.
func (ch *Change) Event(e feed.Event) { ch.batch.Events = append(ch.batch.Events, e) }

// Result announces a message that came to, changed in or left a search folder.
func (ch *Change) Result(r feed.ResultChange) { ch.batch.Results = append(ch.batch.Results, r) }

// Rebuilt announces that a search folder's contents were thrown away or replaced.
func (ch *Change) Rebuilt(folder storage.Ref) { ch.batch.Rebuilt = append(ch.batch.Rebuilt, folder) }

// finish writes what was collected.
func (ch *Change) finish(ctx context.Context) error {
	if len(ch.changes) > 0 {
		if err := ch.PutChange(ctx, ch.changes...); err != nil {
			return err
		}
		ch.batch.Changes = ch.changes
	}
	told := make(map[uint32]bool, len(ch.batch.Events))
	for i := range ch.batch.Events {
		e := &ch.batch.Events[i]
		told[e.Object.ID] = e.Kind == feed.Deleted && e.Hard || told[e.Object.ID]
	}
	for _, id := range ch.touched {
		if told[id] {
			continue // its counters went with it
		}
		if err := ch.AddCounters(ctx, ch.Store, id, *ch.counts[id]); err != nil {
			return err
		}
		ch.batch.Counts = append(ch.batch.Counts, feed.Count{Object: id, Delta: *ch.counts[id]})
		if err := ch.AnnounceCounters(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// AnnounceCounters announces that a folder's counters changed, without waiting for the end of the change: where clients have always been
// told of it in between.
func (ch *Change) AnnounceCounters(ctx context.Context, id uint32) error {
	if id == ch.Store {
		return nil // its size is nobody's event
	}
	folder, err := ch.Folder(ctx, id)
	if err != nil {
		return err
	}
	if folder.Type != mapi.TypeFolder {
		return nil
	}
	parent, err := ch.EntryID(ctx, folder.Parent)
	if err != nil {
		return err
	}
	ch.Event(feed.Event{Kind: feed.Modified, Object: folder, ParentEntryID: parent, CountersOnly: true})
	return nil
}

// EntryID is the entry id of a folder or store. It never changes, so a cached one will do.
func (ch *Change) EntryID(ctx context.Context, id uint32) (mapi.EntryID, error) {
	if ref, ok := ch.refs[id]; ok {
		return ref.EntryID, nil
	}
	if ref, _, ok := ch.tree.cached(id); ok {
		return ref.EntryID, nil
	}
	ref, err := ch.Folder(ctx, id)
	return ref.EntryID, err
}

// RowsOf reads rows into memory. What has no bound needs a limit in the query.
func (ch *Change) RowsOf(ctx context.Context, q storage.RowQuery) ([]*storage.Row, error) {
	var rows []*storage.Row
	err := ch.Rows(ctx, q, func(r *storage.Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}
