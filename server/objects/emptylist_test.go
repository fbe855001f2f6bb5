package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestEmptyList: saving a list of no values takes the property off the object, whatever the type of its entries. (A client that removes the last
// delegate saves empty lists of ids and names.)
func TestEmptyList(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	delegates, names := mapi.PropTag(0x6845_1102), mapi.PropTag(0x6844_101F) // PR_SCHDINFO_DELEGATE_ENTRYIDS and _NAMES
	for _, full := range []mapi.PropValue{
		mapi.Multi(delegates, mapi.Binary(0, []byte("id"))), mapi.Strings(names, "bob", "carol"), mapi.Strings(names.WithType(mapi.PtMVString8), "bob"),
		mapi.Multi(0x686B_1003, mapi.Long(0, 1)), mapi.Multi(0x6900_1002, mapi.PropValue{Num: 1}), mapi.Multi(0x6901_1014, mapi.PropValue{Num: 1}),
		mapi.Multi(0x6902_1040, mapi.Time(0, 1)),
	} {
		id, saved := b.save(alice, inbox, &wire.SaveObject{ModProps: []mapi.PropValue{full}})
		stored := full.Tag.Canonical()
		if got := value(b.load(alice, id), stored); len(got.Values()) != len(full.Values()) {
			t.Fatalf("%v was stored as %v", full, got)
		}
		_, err := b.again(alice, b.box[alice], id, 0, &wire.SaveObject{
			ServerID: saved.ServerID, ObjType: 5, ModProps: []mapi.PropValue{mapi.Multi(full.Tag)},
		})
		b.ok(err)
		if got := value(b.load(alice, id), stored); got.Tag == stored {
			t.Errorf("%v was emptied, and is %v", full.Tag, got)
		}
	}
}
