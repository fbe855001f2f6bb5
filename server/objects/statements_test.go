package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestStatements holds operations to their number of SQL statements once the tree and the access
// control lists are cached. The counts are exact: one more is a change that someone should have meant.
func TestStatements(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	other := b.folder(alice, b.root[alice], "Other")
	warm := b.message(alice, inbox, "warm", 0)
	server := b.ref(warm).ID
	b.load(alice, warm)
	var many []mapi.EntryID
	for range 100 {
		many = append(many, b.message(alice, inbox, "x", 0))
	}
	b.ok(b.svc.SetReceiveFolder(b.as(alice), &wire.SetReceiveFolderRequest{StoreID: b.box[alice], EntryID: inbox}, nil))
	receive := func() {
		b.ok(b.svc.GetReceiveFolder(b.as(alice), &wire.GetReceiveFolderRequest{StoreID: b.box[alice]}, &wire.ReceiveFolderResponse{}))
	}
	for _, tc := range []struct {
		name string
		want uint64
		do   func()
	}{
		{"a new message", 3, func() { b.message(alice, inbox, "x", 0) }},
		{"a new message with three parts", 9, func() {
			b.save(alice, inbox, &wire.SaveObject{Items: []wire.SaveObject{recipient("a"), recipient("b"), attachment("f", []byte("1"))}})
		}},
		{"loading a message for the first time", 1, func() { b.read(alice, many[0]) }},
		{"loading a message again", 0, func() { b.read(alice, many[0]) }},
		{"loading a folder", 1, func() { b.read(alice, inbox) }},
		{"saving a message again", 6, func() {
			_, err := b.again(alice, inbox, warm, 0, &wire.SaveObject{
				ServerID: server, ObjType: 5, ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "y")}})
			b.ok(err)
		}},
		{"marking 100 messages read", 11, func() {
			b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{Messages: list(many...)}, nil))
		}},
		{"copying a message", 4, func() {
			b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(warm), DestFolderID: other}, nil))
		}},
		{"moving 100 messages", 115, func() {
			b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(many...), DestFolderID: other, Flags: mapi.CopyMove}, nil))
		}},
		{"emptying a folder of 101", 14, func() {
			b.ok(b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: other}, nil))
		}},
		{"the receive folder for the first time", 1, receive},
		{"the receive folder again", 0, receive},
		{"a new folder", 4, func() { b.folder(alice, b.root[alice], "z") }},
	} {
		before := b.store.Statements()
		tc.do()
		if got := b.store.Statements() - before; got != tc.want {
			t.Errorf("%s: %d statements, want %d", tc.name, got, tc.want)
		}
	}
}
