package objects

import (
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
	"zarafa/wire"
)

// TestBothWaysIn: a message that comes in a request of a client that synchronises and one that comes whole are stored alike, whatever is in
// them that the server does not take as it is.
func TestBothWaysIn(t *testing.T) {
	b := newBench(t)
	folder := b.folder(alice, b.root[alice], "Both")
	props := mapi.Props{
		mapi.String(mapi.PrSubject, "one"), mapi.String(mapi.PrSubject, "two"),
		{Tag: mapi.MakeTag(mapi.PrBody.ID(), mapi.PtString8), Data: []byte(strings.Repeat("b", mapi.LoadValueLimit))},
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead|mapi.MsgFromMe|mapi.MsgAssociated|mapi.MsgDeleted),
		mapi.Bool(mapi.PrHasAttach, false), mapi.Long(mapi.PrMessageSize, 1), mapi.Long(mapi.PrECIMAPID, 1),
		mapi.Time(mapi.PrDeletedOn, 1), mapi.Binary(mapi.PrDisplayName, []byte{1}), mapi.Time(mapi.PrCreationTime, 2),
		{Tag: mapi.MakeTag(mapi.PrMessageClass.ID(), mapi.PtLong), Num: 5}, mapi.String(mapi.PrLastModifierName, "somebody"),
		mapi.Multi(mapi.MakeTag(0x6001, mapi.PtUnicode|mapi.MVFlag)), mapi.Binary(mapi.PrChangeKey, make([]byte, 20)),
	}
	data := mapi.Props{mapi.Binary(mapi.PrAttachDataBin, []byte("data"))}
	n := &wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ModProps: props, Items: []wire.SaveObject{
		{ObjType: uint32(mapi.TypeAttach), ModProps: data, Items: []wire.SaveObject{{ObjType: uint32(mapi.TypeMessage), ModProps: props}}},
		{ObjType: uint32(mapi.TypeMailUser), ModProps: mapi.Props{mapi.String(mapi.PrDisplayName, "to")}},
	}}
	c := b.as(alice)
	asked, whole := mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage), mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
	b.ok(b.svc.SaveObject(c, &wire.SaveObjectRequest{ParentEntryID: folder, EntryID: asked, SyncID: 9, SaveObj: n}, &wire.LoadObjectResponse{}))
	im, err := b.svc.NewImport(c, ImportOptions{New: true, Folder: folder, ID: whole, SyncID: 9})
	b.ok(err)
	b.ok(im.Save(&change.Draft{Type: mapi.TypeMessage, Props: props, Parts: []*change.Draft{
		{Type: mapi.TypeAttach, Large: []change.LargeValue{{Tag: mapi.PrAttachDataBin, Blob: change.BlobOf([]byte("data"))}},
			Parts: []*change.Draft{{Type: mapi.TypeMessage, Props: props}}},
		{Type: mapi.TypeMailUser, Props: mapi.Props{mapi.String(mapi.PrDisplayName, "to")}},
	}}))
	one, two := b.object(asked), b.object(whole)
	sameObject(t, "message", one, two)
	if got := one.Props.Uint32(mapi.PrMessageFlags); got != mapi.MsgRead|mapi.MsgFromMe|mapi.MsgHasAttach {
		t.Errorf("message flags 0x%X", got)
	}
	b.consistent(alice)
}

func (b *bench) object(id mapi.EntryID) *storage.Object {
	b.t.Helper()
	o, err := b.store.Object(b.t.Context(), b.ref(id).ID)
	b.ok(err)
	return o
}

// sameObject compares all but what two messages cannot have in common.
func sameObject(t *testing.T, what string, a, b *storage.Object) {
	t.Helper()
	for _, o := range []*storage.Object{a, b} {
		o.Props.Delete(mapi.PrECIMAPID.ID())
		o.Props.Delete(mapi.PrModificationNumber.ID())
	}
	if len(a.Props) != len(b.Props) || len(a.Lobs) != len(b.Lobs) || len(a.Children) != len(b.Children) {
		t.Fatalf("%s: %d and %d properties, %d and %d large values, %d and %d parts", what,
			len(a.Props), len(b.Props), len(a.Lobs), len(b.Lobs), len(a.Children), len(b.Children))
	}
	for i := range a.Props {
		v, ok := b.Props.Get(a.Props[i].Tag)
		if !ok || !v.Equal(a.Props[i]) {
			t.Errorf("%s: %v and %v", what, a.Props[i], v)
		}
	}
	for i, lob := range a.Lobs {
		if b.Lobs[i].Tag != lob.Tag || b.Lobs[i].Size != lob.Size {
			t.Errorf("%s: large values %v and %v", what, lob, b.Lobs[i])
		}
	}
	for i, part := range a.Children {
		sameObject(t, what+"'s part", part, b.Children[i])
	}
}
