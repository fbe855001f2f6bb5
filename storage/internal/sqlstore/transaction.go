package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// transaction is the Tx that the updates of a batch get, one after the other.
//
// Deltas of counters and changes are kept in memory until the commit, where they go out as one statement each,
// however many updates the batch has. Reads see them: counters are added up on the way,
// and changes are sent before changes are read.
type transaction struct {
	reader
	store    *Store
	conn     *writeConn
	wrote    bool  // by the update that runs now
	sent     bool  // something; the database has begun the transaction
	changed  bool  // something may have been changed in the database
	failed   error // a statement failed; nothing more may happen but a rollback
	defers   bool
	deferred deferred
	reserved reservation
	pending  pending
	prefixes map[uint32][]byte // beginnings of the large values put by this transaction
	known    map[[32]byte]knownLob
	holds    map[uint32]bool // large values whose rows in lobindex it has locked
	pack     packer
}

var _ storage.Tx = (*transaction)(nil)

// newTransaction begins a transaction; defers lets statements wait for each other if the database gains by it.
func newTransaction(s *Store, conn *writeConn, defers bool) *transaction {
	t := &transaction{store: s, conn: conn, defers: defers && s.dialect.Together, reserved: reservation{seq: s.seq, text: s.texts.raise}}
	t.reader = reader{q: t, texts: s.texts, pending: &t.pending}
	return t
}

func (t *transaction) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := t.sendDeferred(ctx); err != nil {
		return nil, err
	}
	return t.queryBeside(ctx, text, args...)
}

// exec writes. A duplicate key leaves the transaction as it was; any other error ends it.
func (t *transaction) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := t.sendDeferred(ctx); err != nil {
		return 0, err
	}
	if size := argBytes(args); t.store.limits.args > 0 && size > t.store.limits.args {
		return 0, t.store.tooBig(size)
	}
	t.sent, t.changed = true, true
	n, err := t.conn.exec(ctx, text, args...)
	switch {
	case err == nil:
		t.wrote = true
	case t.store.dialect.Fault(err) == FaultTooBig:
		err = mapi.Errorf(mapi.TooBig, "storage", "a row of %d bytes: %w", argBytes(args), err)
		t.failed = err
	case t.store.dialect.Fault(err) != FaultDuplicate:
		t.failed = err
	}
	return n, err
}

// isDuplicate reports whether a unique key was taken.
func (t *transaction) isDuplicate(err error) bool {
	return err != nil && t.store.dialect.Fault(err) == FaultDuplicate
}

// pending is what a transaction has not sent yet.
type pending struct {
	counters map[counterKey]*storage.Counters
	byID     map[uint32]*storage.Counters
	changes  map[changeKey]storage.Change
}

type counterKey struct{ store, id uint32 }

type changeKey struct {
	parent, source string
	kind           uint32
}

// overlay adds what is pending for an object.
func (p *pending) overlay(id uint32, c *storage.Counters) {
	if p == nil {
		return
	}
	if d := p.byID[id]; d != nil {
		addCounters(c, *d)
	}
}

func addCounters(c *storage.Counters, d storage.Counters) {
	c.Content += d.Content
	c.Unread += d.Unread
	c.Associated += d.Associated
	c.Subfolders += d.Subfolders
	c.DeletedContent += d.DeletedContent
	c.DeletedAssoc += d.DeletedAssoc
	c.DeletedFolders += d.DeletedFolders
	c.Size += d.Size
	if d.CommitTime != 0 {
		c.CommitTime = d.CommitTime
	}
}

// flush sends what is pending.
func (t *transaction) flush(ctx context.Context) error {
	if t.failed != nil {
		return t.failed
	}
	if err := t.flushCounters(ctx); err != nil {
		return err
	}
	if err := t.flushChanges(ctx); err != nil {
		return err
	}
	return t.sendDeferred(ctx)
}

func (t *transaction) flushCounters(ctx context.Context) error {
	if len(t.pending.counters) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(t.pending.counters), func(a, b counterKey) int {
		if a.store != b.store {
			return int(int64(a.store) - int64(b.store))
		}
		return int(int64(a.id) - int64(b.id))
	})
	var args []any
	for _, k := range keys {
		args = appendCounters(args, k.store, k.id, *t.pending.counters[k])
	}
	t.pending.counters, t.pending.byID = nil, nil
	return t.insertRows(ctx, t.texts.addCounters, args)
}

func appendCounters(args []any, store, id uint32, c storage.Counters) []any {
	return append(args, store, id, c.Content, c.Unread, c.Associated, c.Subfolders,
		c.DeletedContent, c.DeletedAssoc, c.DeletedFolders, c.Size, int64(c.CommitTime))
}

// flushChanges sends them in the order of their ids.
func (t *transaction) flushChanges(ctx context.Context) error {
	if len(t.pending.changes) == 0 {
		return nil
	}
	list := slices.SortedFunc(maps.Values(t.pending.changes), func(a, b storage.Change) int {
		return int(int64(a.ID) - int64(b.ID))
	})
	var args []any
	for _, c := range list {
		args = append(args, c.Parent, c.SourceKey, c.Type, c.ID, c.Flags, c.Sync)
	}
	t.pending.changes = nil
	return t.insertRows(ctx, t.texts.putChanges, args)
}

// AddCounters adds delta to the counts kept with an object; a row is made if need be.
func (t *transaction) AddCounters(_ context.Context, store, id uint32, delta storage.Counters) error {
	if delta == (storage.Counters{}) {
		return nil
	}
	t.wrote = true
	k := counterKey{store, id}
	if t.pending.counters == nil {
		t.pending.counters = map[counterKey]*storage.Counters{}
		t.pending.byID = map[uint32]*storage.Counters{}
	}
	c := t.pending.counters[k]
	if c == nil {
		c = &storage.Counters{}
		t.pending.counters[k] = c
		t.pending.byID[id] = c
	}
	addCounters(c, delta)
	return nil
}

// SetCounters replaces the counts kept with an object.
func (t *transaction) SetCounters(ctx context.Context, store, id uint32, c storage.Counters) error {
	t.dropPending(id)
	_, err := t.exec(ctx, t.texts.setCounters, appendCounters(nil, store, id, c)...)
	return dbError("set counters", err)
}

// dropPending forgets the deltas of an object whose counters are replaced or removed.
func (t *transaction) dropPending(id uint32) {
	delete(t.pending.byID, id)
	maps.DeleteFunc(t.pending.counters, func(k counterKey, _ *storage.Counters) bool { return k.id == id })
}

// number takes the next number of a sequence that fits 32 bits.
func (t *transaction) number(ctx context.Context, id sequenceID) (uint32, error) {
	n, err := t.reserved.take(ctx, t, id)
	if err == nil && n > 1<<32-1 {
		err = mapi.Errorf(mapi.DatabaseError, "storage", "sequence %s is used up", specOf(id).name)
	}
	return uint32(n), dbError("number", err)
}

// NewObjectID gives a number never given before, not even to an update that failed, nor before a crash.
func (t *transaction) NewObjectID(ctx context.Context) (uint32, error) {
	return t.number(ctx, seqObject)
}

// NewIMAPID gives a number never given before, not even to an update that failed, nor before a crash.
func (t *transaction) NewIMAPID(ctx context.Context) (uint32, error) { return t.number(ctx, seqIMAP) }

// NewSourceKey gives a key never given before, not even to an update that failed, nor before a crash.
func (t *transaction) NewSourceKey(ctx context.Context) ([]byte, error) {
	n, err := t.reserved.take(ctx, t, seqSourceKey)
	return mapi.SourceKey(t.store.guid, n), dbError("source key", err)
}
