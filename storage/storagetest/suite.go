// Package storagetest holds the tests that every engine behind package storage must
// pass, and a recorder of what a test wrote for tests that kill the program.
//
// An engine's own test calls [Run]. Tests run in parallel, so each needs a database of its own.
package storagetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// Database is an empty database that can be opened several times, one after the other.
type Database interface {
	Open(t *testing.T) storage.Store
}

// OpenFunc makes each call of Open.
type OpenFunc func(t *testing.T) storage.Store

// Open implements Database.
func (f OpenFunc) Open(t *testing.T) storage.Store { return f(t) }

// Run runs the suite. create makes a new, empty database that goes away with the test.
func Run(t *testing.T, create func(t *testing.T) Database) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *fixture)
	}{
		{"Objects", testObjects},
		{"ValueRoundTrip", testValues},
		{"EmptyValues", testEmptyValues},
		{"LongValues", testLongValues},
		{"TakenKeys", testTakenKeys},
		{"Rows", testRows},
		{"DateKeys", testDateKeys},
		{"PutRows", testPutRows},
		{"PutObject", testPutObject},
		{"PutParts", testPutParts},
		{"Move", testMove},
		{"Delete", testDelete},
		{"Counters", testCounters},
		{"Lobs", testLobs},
		{"LobPieces", testLobPieces},
		{"Pages", testPages},
		{"LobsShared", testLobsShared},
		{"LobsBadSource", testLobBadSource},
		{"Numbers", testNumbers},
		{"Mailboxes", testMailboxes},
		{"ACL", testACL},
		{"Queue", testQueue},
		{"Search", testSearch},
		{"Names", testNames},
		{"Directory", testDirectory},
		{"Settings", testSettings},
		{"Import", testImport},
		{"Changes", testChanges},
		{"Syncs", testSyncs},
		{"Rollback", testRollback},
		{"GroupCommit", testGroupCommit},
		{"Panic", testPanic},
		{"Cancel", testCancel},
		{"Lanes", testLanes},
		{"Statements", testStatements},
		{"Settle", testSettle},
		{"Reopen", testReopen},
		{"Random", testRandom},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{T: t, ctx: t.Context(), db: create(t)}
			f.s = f.db.Open(t)
			t.Cleanup(func() { f.close() })
			c.test(t, f)
			f.check()
		})
	}
}

// fixture is a store under test with short forms of what tests do often.
type fixture struct {
	*testing.T
	ctx context.Context
	db  Database
	s   storage.Store
}

func (f *fixture) close() {
	if f.s != nil {
		if err := f.s.Close(); err != nil {
			f.Errorf("Close: %v", err)
		}
	}
	f.s = nil
}

// reopen closes the store and opens the database again.
func (f *fixture) reopen() {
	f.Helper()
	f.close()
	f.s = f.db.Open(f.T)
}

// check asks the store to check itself, if it can.
func (f *fixture) check() {
	f.Helper()
	if c, ok := f.s.(storage.Checker); ok {
		if err := c.CheckConsistency(f.ctx); err != nil {
			f.Errorf("CheckConsistency: %v", err)
		}
	}
}

func (f *fixture) update(lane uint32, fn func(ctx context.Context, tx storage.Tx) error) {
	f.Helper()
	if err := f.s.Update(f.ctx, lane, fn, nil); err != nil {
		f.Fatalf("Update: %v", err)
	}
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) wantCode(code mapi.Code, err error) {
	f.Helper()
	if err == nil || mapi.CodeOf(err) != code {
		f.Errorf("error %v, want code %v", err, code)
	}
}

// mailbox makes a store with a root folder and an inbox.
type mailbox struct {
	store, root, inbox uint32
	guid               mapi.GUID
}

// insertIntoInbox does what a delivery does in its transaction.
func insertIntoInbox(ctx context.Context, tx storage.Tx, m mailbox, o *storage.Object) error {
	change, err := tx.NewChangeID(ctx)
	if err != nil {
		return err
	}
	if err := tx.Insert(ctx, o); err != nil {
		return err
	}
	if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, Unread: 1}); err != nil {
		return err
	}
	if err := tx.AddCounters(ctx, m.store, m.store, storage.Counters{Size: 4711}); err != nil {
		return err
	}
	return tx.PutChange(ctx, storage.Change{ID: change, Parent: []byte("the source key of the inbox"), SourceKey: o.SourceKey, Type: 0x1001})
}

func (f *fixture) mailbox() mailbox {
	f.Helper()
	var m mailbox
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) (err error) {
		m = mailbox{guid: mapi.NewGUID()}
		for _, id := range []*uint32{&m.store, &m.root, &m.inbox} {
			if *id, err = tx.NewObjectID(ctx); err != nil {
				return err
			}
		}
		for _, o := range []*storage.Object{
			{Ref: storage.Ref{ID: m.store, Store: m.store, Type: mapi.TypeStore, Owner: 3, EntryID: mapi.NewEntryID(m.guid, mapi.TypeStore)}},
			{Ref: storage.Ref{ID: m.root, Store: m.store, Parent: m.store, Type: mapi.TypeFolder, Owner: 3, EntryID: mapi.NewEntryID(m.guid, mapi.TypeFolder)}},
			{Ref: storage.Ref{ID: m.inbox, Store: m.store, Parent: m.root, Type: mapi.TypeFolder, Flags: mapi.FolderGeneric, Owner: 3, EntryID: mapi.NewEntryID(m.guid, mapi.TypeFolder)}},
		} {
			if o.Type == mapi.TypeFolder {
				if o.SourceKey, err = tx.NewSourceKey(ctx); err != nil {
					return err
				}
			}
			o.Props = mapi.Props{mapi.String(mapi.PrDisplayName, fmt.Sprint("object ", o.ID)), mapi.Time(mapi.PrCreationTime, 130000000000000000)}
			if err := tx.Insert(ctx, o); err != nil {
				return err
			}
		}
		if err := tx.AddCounters(ctx, m.store, m.root, storage.Counters{Subfolders: 1}); err != nil {
			return err
		}
		return tx.PutMailbox(ctx, storage.Mailbox{ID: m.store, Root: m.root, GUID: m.guid, UserID: 3, UserName: "john"})
	})
	return m
}

// newMessage makes a message with two recipients and an attachment that holds a message, without saving it.
func newMessage(ctx context.Context, tx storage.Tx, m mailbox, folder uint32) (o *storage.Object, err error) {
	next := func() (id uint32) {
		if err == nil {
			id, err = tx.NewObjectID(ctx)
		}
		return id
	}
	o = &storage.Object{Ref: storage.Ref{ID: next(), Store: m.store, Parent: folder, Type: mapi.TypeMessage, Owner: 3, EntryID: mapi.NewEntryID(m.guid, mapi.TypeMessage)}}
	if err != nil {
		return nil, err
	}
	if o.SourceKey, err = tx.NewSourceKey(ctx); err != nil {
		return nil, err
	}
	o.Props = mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"),
		mapi.String(mapi.PrSubject, fmt.Sprint("Subject ", o.ID)),
		mapi.Time(mapi.PrMessageDeliveryTime, 130000000000000000+mapi.FileTime(o.ID)),
		mapi.Time(mapi.PrLastModificationTime, 130000000000000000),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgHasAttach),
		mapi.Long(mapi.PrMessageSize, 4711),
		mapi.String(mapi.PrDisplayTo, "Anna; Otto"),
		mapi.Binary(mapi.PrSearchKey, []byte{0, 1, 2, 3, byte(o.ID)}),
		mapi.String(mapi.PrBody, "Hello\r\n\"you\" \\ there"),
	}
	part := func(parent uint32, typ mapi.ObjectType, props ...mapi.PropValue) *storage.Object {
		return &storage.Object{Ref: storage.Ref{ID: next(), Store: m.store, Parent: parent, Message: o.ID, Type: typ}, Props: props}
	}
	for _, name := range []string{"Anna", "Otto"} {
		o.Children = append(o.Children, part(o.ID, mapi.TypeMailUser, mapi.String(mapi.PrDisplayName, name), mapi.Long(mapi.PrRecipientType, 1)))
	}
	attach := part(o.ID, mapi.TypeAttach, mapi.Binary(mapi.PrAttachDataBin, bytes.Repeat([]byte("data"), 300)), mapi.String(mapi.PrAttachLongFilename, "a.txt"))
	embedded := part(attach.ID, mapi.TypeMessage, mapi.String(mapi.PrSubject, "embedded"))
	embedded.Children = append(embedded.Children, part(embedded.ID, mapi.TypeMailUser, mapi.String(mapi.PrDisplayName, "Karl")))
	attach.Children = append(attach.Children, embedded)
	o.Children = append(o.Children, attach)
	return o, err
}

// message inserts a message and counts it.
func (f *fixture) message(m mailbox, change func(*storage.Object)) *storage.Object {
	f.Helper()
	var o *storage.Object
	f.update(m.store, func(ctx context.Context, tx storage.Tx) (err error) {
		if o, err = newMessage(ctx, tx, m, m.inbox); err != nil {
			return err
		}
		if change != nil {
			change(o)
		}
		if err := tx.Insert(ctx, o); err != nil {
			return err
		}
		return tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, Unread: 1})
	})
	return o
}

// sameObject compares everything but the order of properties.
func (f *fixture) sameObject(got, want *storage.Object) {
	f.Helper()
	if g, w := refString(got.Ref), refString(want.Ref); g != w {
		f.Errorf("ref %s, want %s", g, w)
	}
	f.sameProps(fmt.Sprint("object ", want.ID), got.Props, want.Props)
	if len(got.Lobs) != len(want.Lobs) {
		f.Errorf("object %d: lobs %v, want %v", want.ID, got.Lobs, want.Lobs)
	}
	if len(got.Children) != len(want.Children) {
		f.Fatalf("object %d: %d children, want %d", want.ID, len(got.Children), len(want.Children))
	}
	for i := range got.Children {
		f.sameObject(got.Children[i], want.Children[i])
	}
}

func refString(r storage.Ref) string {
	return fmt.Sprintf("%d store %d parent %d message %d type %d flags %#x owner %d entry id %x key %x",
		r.ID, r.Store, r.Parent, r.Message, r.Type, r.Flags, r.Owner, []byte(r.EntryID), r.SourceKey)
}

func (f *fixture) sameProps(what string, got, want mapi.Props) {
	f.Helper()
	if len(got) != len(want) {
		f.Errorf("%s: %d properties, want %d", what, len(got), len(want))
	}
	for _, w := range want {
		g, ok := got.ByID(w.Tag.ID())
		if !ok {
			f.Errorf("%s: property %v is missing", what, w.Tag)
		} else if g.Tag != w.Tag.Canonical() || !g.Equal(w) {
			f.Errorf("%s: property %v is %v %d %.60q, want %d %.60q", what, w.Tag, g.Tag, g.Num, g.Data, w.Num, w.Data)
		}
	}
}

// blobOf is a large value in memory.
func blobOf(b []byte) storage.Blob {
	return storage.Blob{Size: int64(len(b)), SHA256: sha256.Sum256(b), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

func (f *fixture) readLob(instance uint32) []byte {
	f.Helper()
	r, err := f.s.OpenLob(f.ctx, instance)
	f.must(err)
	defer r.Close()
	b, err := io.ReadAll(r)
	f.must(err)
	return b
}
