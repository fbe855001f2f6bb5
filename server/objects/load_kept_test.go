package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestKeptMessage: what is kept of a message is shown to others with their own rights, and is gone after every kind of
// change. b.load compares each answer with what the database has.
func TestKeptMessage(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible)
	embedded := wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "inside")}}
	attached := attachment("a", []byte("1"))
	attached.Items = []wire.SaveObject{embedded}
	id, _ := b.save(alice, inbox, &wire.SaveObject{
		ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "a < b & c"), mapi.Long(mapi.PrMessageFlags, 0)},
		Items:    []wire.SaveObject{recipient("a"), attached},
	})
	access := func(user uint32) uint32 { v := value(b.load(user, id), mapi.PrAccess); return v.Uint32() }
	for range 2 {
		if got := access(alice); got != mapi.AccessModify|mapi.AccessRead|mapi.AccessDelete {
			t.Errorf("alice has access %#x", got)
		}
		if got := access(bob); got != mapi.AccessRead {
			t.Errorf("bob has access %#x", got)
		}
	}
	b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible|mapi.RightEditAny)
	if got := access(bob); got != mapi.AccessRead|mapi.AccessModify {
		t.Errorf("bob has access %#x after he got more", got)
	}
	server := b.ref(id).ID
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"saving again", func() {
			_, err := b.again(alice, inbox, id, 0, &wire.SaveObject{
				ServerID: server, ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "y")}})
			b.ok(err)
		}},
		{"marking read", func() {
			b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{Messages: list(id)}, nil))
		}},
		{"moving", func() {
			b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(id), DestFolderID: other, Flags: mapi.CopyMove}, nil))
		}},
	} {
		before := string(wire.AppendSaveObject(nil, b.load(alice, id)))
		change.do()
		ref, err := b.svc.tree.Ref(t.Context(), server)
		b.ok(err)
		id = ref.EntryID // a moved message has a new one
		if string(wire.AppendSaveObject(nil, b.load(alice, id))) == before {
			t.Errorf("%s changed nothing", change.name)
		}
	}
	b.ok(b.svc.DeleteObjects(b.as(alice), &wire.DeleteObjectsRequest{Messages: list(id)}, &wire.DeleteObjectsResponse{}))
	b.fails(b.svc.LoadObject(b.as(alice), &wire.LoadObjectRequest{EntryID: id}, &wire.LoadObjectResponse{}), mapi.NotFound)
	b.loadAs(alice, id, mapi.FlagDeleted)
}
