package objects

import (
	"context"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// again saves an object that exists.
func (b *bench) again(user uint32, parent, id mapi.EntryID, sync uint32, n *wire.SaveObject) (*wire.SaveObject, error) {
	var resp wire.LoadObjectResponse
	err := b.svc.SaveObject(b.as(user), &wire.SaveObjectRequest{ParentEntryID: parent, EntryID: id, SaveObj: n, SyncID: sync}, &resp)
	return &resp.SaveObject, err
}

func recipient(name string) wire.SaveObject {
	return wire.SaveObject{ObjType: uint32(mapi.TypeMailUser), ModProps: []mapi.PropValue{
		mapi.String(mapi.PrDisplayName, name), mapi.Binary(mapi.PrInstanceKey, []byte{0, 0, 0, 0}),
		{Tag: mapi.PrSMTPAddress.AsError(), Num: 0x8004010F},
	}}
}

func TestUpdateParts(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id, saved := b.save(alice, inbox, &wire.SaveObject{Items: []wire.SaveObject{
		recipient("one"), recipient("two"), attachment("a", []byte("data")),
	}})
	one, two, file := saved.Items[0].ServerID, saved.Items[1].ServerID, saved.Items[2].ServerID
	changed := recipient("uno")
	changed.ServerID, changed.ClientID = one, 5
	embedded := wire.SaveObject{ObjType: 7, Items: []wire.SaveObject{{ObjType: 5, Items: []wire.SaveObject{recipient("inner")}}}}
	answer, err := b.again(alice, b.box[alice], id, 0, &wire.SaveObject{ServerID: saved.ServerID, ObjType: 5, Items: []wire.SaveObject{
		changed, {ServerID: two, ObjType: 6, Delete: true}, {ServerID: file, ObjType: 7, Delete: true}, embedded,
	}})
	b.ok(err)
	if len(answer.Items) != 4 || answer.Items[0].ServerID != one || answer.Items[0].ClientID != 5 || !answer.Items[1].Delete {
		t.Errorf("answer %+v", answer)
	}
	if got := tags(&answer.Items[0]); !slices.Equal(got, []mapi.PropTag{mapi.PrLastModificationTime}) {
		t.Errorf("an updated recipient answers %v", got)
	}
	o := b.load(alice, id)
	if len(o.Items) != 2 || value(&o.Items[0], mapi.PrDisplayName).Str() != "uno" || len(o.Items[1].Items) != 1 {
		t.Fatalf("loaded %+v", o.Items)
	}
	want := []mapi.PropTag{mapi.PrDisplayName, mapi.PrCreationTime, mapi.PrLastModificationTime, mapi.PrInstanceKey}
	if got := tags(&o.Items[0]); !slices.Equal(got, want) || len(value(&o.Items[0], mapi.PrInstanceKey).Data) != 8 {
		t.Errorf("recipient %v", got)
	}
	if inner := o.Items[1].Items[0]; inner.ObjType != 5 || len(inner.Items) != 1 || value(&inner, mapi.PrMessageSize).Num == 0 {
		t.Errorf("embedded message %+v", inner)
	}
	if !value(o, mapi.PrHasAttach).Bool() {
		t.Error("the embedded message is an attachment")
	}
	b.consistent(alice)
	_, err = b.again(alice, inbox, id, 0, &wire.SaveObject{ServerID: saved.ServerID, ObjType: 5, Items: []wire.SaveObject{{ServerID: file, ObjType: 7}}})
	b.fails(err, mapi.NotFound)
	_, err = b.again(alice, inbox, id, 0, &wire.SaveObject{ServerID: one, ObjType: 6})
	b.fails(err, mapi.InvalidParameter)
}

// TestOrdinaryClientsDoNotChangeFlags: read state and submit state have operations of their own.
func TestOrdinaryClientsDoNotChangeFlags(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id := b.message(alice, inbox, "x", mapi.MsgUnmodified)
	server := b.ref(id).ID
	mods := []mapi.PropValue{
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead|mapi.MsgSubmit), mapi.Binary(mapi.PrSearchKey, []byte("new")),
		mapi.Time(mapi.PrLastModificationTime, 5), mapi.String(mapi.PrLastModifierName, "mallory"), mapi.Binary(mapi.PrEntryID, []byte("x")),
		mapi.Binary(mapi.PrSourceKey, slices.Repeat([]byte{1}, 22)), mapi.Long(mapi.PrECIMAPID, 1), mapi.String(mapi.PrSubject, "first"), mapi.String(mapi.PrSubject, "second"),
	}
	_, err := b.again(alice, inbox, id, 0, &wire.SaveObject{ServerID: server, ObjType: 5, ModProps: mods, DelProps: []mapi.PropTag{mapi.PrMessageFlags, mapi.PrCreationTime}})
	b.ok(err)
	o := b.load(alice, id)
	if got := value(o, mapi.PrMessageFlags).Uint32(); got != 0 {
		t.Errorf("flags 0x%X: READ is not taken, UNMODIFIED is cleared", got)
	}
	if value(o, mapi.PrLastModifierName).Str() != "alice" || value(o, mapi.PrSubject).Str() != "first" || !hasTag(o, mapi.PrCreationTime) ||
		hasTag(o, mapi.PrSearchKey) || value(o, mapi.PrLastModificationTime).Time() == 5 {
		t.Errorf("loaded %v", o.ModProps)
	}
	b.consistent(alice)

	_, err = b.again(alice, inbox, id, 9, &wire.SaveObject{ServerID: server, ObjType: 5, ModProps: mods})
	b.ok(err)
	o = b.load(alice, id)
	if got := value(o, mapi.PrMessageFlags).Uint32(); got != mapi.MsgRead|mapi.MsgSubmit {
		t.Errorf("flags of a synchronising client 0x%X", got)
	}
	if value(o, mapi.PrLastModifierName).Str() != "mallory" || value(o, mapi.PrLastModificationTime).Time() != 5 {
		t.Error("a synchronising client says who changed what and when")
	}
	if queue, _ := b.store.Queue(t.Context(), 0); len(queue) != 1 {
		t.Errorf("queue %v", queue)
	}
	b.consistent(alice)
}

func TestRenameCollides(t *testing.T) {
	b := newBench(t)
	one, two := b.folder(alice, b.root[alice], "One"), b.folder(alice, b.root[alice], "Two")
	rename := func(sync uint32, name string) error {
		_, err := b.again(alice, b.box[alice], two, sync, &wire.SaveObject{ServerID: b.ref(two).ID, ObjType: 3,
			ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName.WithType(mapi.PtString8), name)}})
		return err
	}
	b.fails(rename(0, "ONE"), mapi.Collision)
	b.ok(rename(0, "TWO"))
	b.ok(rename(9, "One"))
	_ = one
}

// TestLargeValues: a body beyond the limit is listed and fetched by loadProp.
func TestLargeValues(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	body := string(slices.Repeat([]byte("0123456789abcdef"), mapi.LoadValueLimit/16))
	id, _ := b.save(alice, inbox, &wire.SaveObject{ModProps: []mapi.PropValue{mapi.String(mapi.PrBody, body), mapi.Binary(mapi.PrHTML, []byte("short"))}})
	o := b.load(alice, id)
	if !hasTag(o, mapi.PrBody) || value(o, mapi.PrBody).Tag != 0 || value(o, mapi.PrHTML).Str() != "short" {
		t.Error("a value of 32768 bytes is not sent, a short one is")
	}
	var resp wire.LoadPropResponse
	b.ok(b.svc.LoadProp(b.as(alice), &wire.LoadPropRequest{EntryID: id, PropTag: uint32(mapi.PrBody)}, &resp))
	if resp.PropVal.Str() != body {
		t.Errorf("got %d bytes", len(resp.PropVal.Data))
	}
	row, err := b.svc.row(b.as(alice), b.ref(id).ID)
	b.ok(err)
	if len(row.Props.Str(mapi.PrBody)) > mapi.TableStringCap {
		t.Error("rows are cut")
	}
	b.fails(b.svc.LoadProp(b.as(alice), &wire.LoadPropRequest{EntryID: id, PropTag: uint32(mapi.PrRTFCompressed)}, &resp), mapi.NotFound)
}

func TestResetFolderCount(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	b.message(alice, inbox, "x", 0)
	ref := b.ref(inbox)
	broken, err := b.store.Counters(t.Context(), ref.ID)
	b.ok(err)
	broken.Content, broken.Unread = 7, 9
	b.ok(b.store.Update(t.Context(), ref.Store, func(ctx context.Context, tx storage.Tx) error { return tx.SetCounters(ctx, ref.Store, ref.ID, broken) }, nil))
	var resp wire.ResetFolderCountResponse
	b.ok(b.svc.ResetFolderCount(b.as(alice), &wire.ResetFolderCountRequest{EntryID: inbox}, &resp))
	if resp.Updates != 2 {
		t.Errorf("%d counters were wrong", resp.Updates)
	}
	b.consistent(alice)
}
