package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestStatements holds operations to their number of SQL statements, transaction control included, once the
// tree and the access control lists are cached.
func TestStatements(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	other := b.folder(alice, b.root[alice], "Other")
	warm := b.message(alice, inbox, "warm", 0)
	server := b.ref(warm).ID
	b.load(alice, warm)
	count := func(name string, f func()) {
		t.Helper()
		before := b.store.Statements()
		f()
		t.Logf("%s %d", name, b.store.Statements()-before)
	}
	count("new", func() { b.message(alice, inbox, "x", 0) })
	count("new with parts", func() {
		b.save(alice, inbox, &wire.SaveObject{Items: []wire.SaveObject{recipient("a"), recipient("b"), attachment("f", []byte("1"))}})
	})
	count("load", func() { b.load(alice, warm) })
	count("load folder", func() { b.load(alice, inbox) })
	count("update", func() {
		_, err := b.again(alice, inbox, warm, 0, &wire.SaveObject{ServerID: server, ObjType: 5, ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "y")}})
		b.ok(err)
	})
	var many []mapi.EntryID
	for range 100 {
		many = append(many, b.message(alice, inbox, "x", 0))
	}
	count("read 100", func() { b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{Messages: list(many...)}, nil)) })
	count("move 100", func() {
		b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(many...), DestFolderID: other, Flags: 1}, nil))
	})
	count("copy 1", func() {
		b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(warm), DestFolderID: other}, nil))
	})
	count("empty 100 soft", func() { b.ok(b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: other}, nil)) })
	count("empty 100 hard", func() {
		b.ok(b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: other, Flags: 0x18}, nil))
	})
	count("create folder", func() { b.folder(alice, b.root[alice], "z") })
}
