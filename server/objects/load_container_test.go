package objects

import (
	"bytes"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestKeptContainers: what is kept of stores and folders follows every kind of change. b.load compares each answer with what the database
// has.
func TestKeptContainers(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible)
	moved := b.folder(alice, inbox, "Below")
	save := func(id, parent mapi.EntryID, v ...mapi.PropValue) {
		t.Helper()
		ref := b.ref(id)
		_, err := b.again(alice, parent, id, 0, &wire.SaveObject{ServerID: ref.ID, ObjType: uint32(ref.Type), ModProps: v})
		b.ok(err)
	}
	all := []mapi.EntryID{b.box[alice], b.root[alice], inbox, other, moved}
	look := func() (shown []byte) {
		t.Helper()
		for _, id := range all {
			shown = wire.AppendSaveObject(shown, b.load(alice, id))
		}
		b.load(bob, inbox)
		return shown
	}
	message := b.message(alice, inbox, "x", 0)
	large := strings.Repeat("rule ", mapi.LoadValueLimit)
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"a new message", func() { b.message(alice, inbox, "y", 0) }},
		{"reading one", func() { b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{Messages: list(message)}, nil)) }},
		{"a new folder", func() { b.folder(alice, other, "z") }},
		{"values of a folder", func() { save(inbox, b.root[alice], mapi.Binary(mapi.PrRulesData, []byte("<a/>"))) }},
		{"a large value", func() { save(inbox, b.root[alice], mapi.Binary(mapi.PrRulesData, []byte(large))) }},
		{"another large value", func() { save(inbox, b.root[alice], mapi.Binary(mapi.PrRulesData, []byte(large+"x"))) }},
		{"a list", func() {
			save(inbox, b.root[alice], mapi.Multi(mapi.MakeTag(0x6700, mapi.PtUnicode|mapi.MVFlag), mapi.String(0, "a"), mapi.String(0, "")))
		}},
		{"values of the store", func() { save(b.box[alice], nil, mapi.String(mapi.PrComment, "c")) }},
		{"another name", func() { save(moved, inbox, mapi.String(mapi.PrDisplayName, "Renamed")) }},
		{"another place", func() {
			b.ok(b.svc.CopyFolder(b.as(alice), &wire.CopyFolderRequest{EntryID: moved, DestFolderID: other, Flags: mapi.CopyMove}, nil))
		}},
		{"a logon", func() { b.ok(b.svc.RecordLogon(t.Context(), alice, LogonTimes{On: b.now})) }},
		{"a right", func() { b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible|mapi.RightEditAny) }},
	} {
		before := look()
		change.do()
		if bytes.Equal(look(), before) && change.name != "a right" {
			t.Errorf("%s changed nothing", change.name)
		}
	}
	b.ok(b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: moved}, &wire.DeleteFolderResponse{}))
	b.fails(b.svc.LoadObject(b.as(alice), &wire.LoadObjectRequest{EntryID: moved, Flags: mapi.OpenUnicode}, &wire.LoadObjectResponse{}), mapi.NotFound)
	b.loadAs(alice, moved, mapi.FlagDeleted)
}

// TestResolveForDelivery: what a delivery agent asks for before each mail is known, also when a delivery has just changed it, and is what
// the database has.
func TestResolveForDelivery(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	b.ok(b.svc.SetReceiveFolder(b.as(alice), &wire.SetReceiveFolderRequest{StoreID: b.box[alice], EntryID: inbox}, nil))
	resolve := func() *wire.ResolveUserStoreResponse {
		t.Helper()
		c := b.as(mapi.UserSystem)
		c.Session.Capabilities |= mapi.CapDelivery
		var resp wire.ResolveUserStoreResponse
		user, err := b.dir.ByID(t.Context(), alice)
		b.ok(err)
		b.ok(b.svc.ResolveUserStore(c, &wire.ResolveUserStoreRequest{UserName: wire.Text(user.Name), StoreTypeMask: 1 << mapi.StorePrivate, Flags: mapi.ResolveContents}, &resp))
		return &resp
	}
	resolve() // reads the objects
	resolve() // and their counters alone
	for range 3 {
		b.message(alice, inbox, "x", 0)
		before := b.store.Statements()
		got := resolve()
		if n := b.store.Statements() - before; n != 0 {
			t.Errorf("%d statements, want none", n)
		}
		for _, of := range []struct {
			id  mapi.EntryID
			got *wire.SaveObject
		}{{b.box[alice], got.Store}, {inbox, got.ReceiveFolder}} {
			var want wire.LoadObjectResponse
			b.ok(b.plain.LoadObject(b.as(mapi.UserSystem), &wire.LoadObjectRequest{EntryID: of.id}, &want))
			if !bytes.Equal(wire.AppendSaveObject(nil, of.got), wire.AppendSaveObject(nil, &want.SaveObject)) {
				t.Errorf("%x: %+v, want %+v", of.id, of.got, want.SaveObject)
			}
		}
	}
}
