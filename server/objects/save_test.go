package objects

import (
	"bytes"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/wire"
)

func TestSaveNewMessageAnswersWhatTheServerMade(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	b.feed.events()
	id, answer := b.save(alice, inbox, &wire.SaveObject{ClientID: 7, ModProps: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Long(mapi.PrMessageFlags, 9), mapi.Binary(mapi.PrSearchKey, make([]byte, 16)),
	}})
	want := []mapi.PropTag{
		mapi.PrParentSourceKey, mapi.PrSourceKey, mapi.PrLastModificationTime, mapi.PrCreationTime,
		mapi.PrRecordKey, mapi.PrChangeKey, mapi.PrPredecessorChangeList,
	}
	if !slices.Equal(answer.DelProps, want) || answer.ClientID != 7 || answer.ServerID == 0 {
		t.Errorf("answer %+v", answer)
	}
	key := value(answer, mapi.PrChangeKey).Data
	if list := value(answer, mapi.PrPredecessorChangeList).Data; !bytes.Equal(list, append([]byte{20}, key...)) {
		t.Errorf("predecessors %x of change key %x", list, key)
	}
	if got := b.feed.events(); !slices.Equal(got, []feed.Kind{feed.Created}) {
		t.Errorf("events %v", got)
	}
	o := b.load(alice, id)
	if got := value(o, mapi.PrMessageFlags).Uint32(); got != 9 {
		t.Errorf("flags %d", got)
	}
	if got := value(o, mapi.PrLastModifierName).Str(); got != "alice" {
		t.Errorf("last modifier %q", got)
	}
	b.consistent(alice)
}

// TestSizesAreThoseOfTheProtocol checks sums that were recorded from clients' mailboxes.
func TestSizesAreThoseOfTheProtocol(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id, answer := b.save(alice, inbox, &wire.SaveObject{ModProps: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Long(mapi.PrMessageFlags, 9), mapi.Binary(mapi.PrSearchKey, make([]byte, 16)),
	}})
	server := answer.ServerID
	again := func(n *wire.SaveObject) *wire.SaveObject {
		t.Helper()
		n.ServerID, n.ObjType = server, uint32(mapi.TypeMessage)
		var resp wire.LoadObjectResponse
		b.ok(b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: inbox, EntryID: id, SaveObj: n}, &resp))
		return &resp.SaveObject
	}
	again(&wire.SaveObject{ModProps: []mapi.PropValue{
		mapi.String(mapi.PrSubject, "Budget 03 €"), mapi.String(mapi.PrSubjectPrefix, ""),
	}})
	// A user entry id of the recorded server has 60 bytes, as ours here have.
	if got := value(b.load(alice, id), mapi.PrMessageSize).Uint32(); got != 450 {
		t.Errorf("size %d, want 450", got)
	}
	saved := again(&wire.SaveObject{Items: []wire.SaveObject{
		attachment("notes.txt", bytes.Repeat([]byte("x"), 600)), attachment("big.bin", bytes.Repeat([]byte("y"), 102400)),
	}})
	if len(saved.Items) != 2 || len(saved.Items[0].InstanceIDs) != 1 || len(saved.Items[0].InstanceIDs[0]) != 52 {
		t.Fatalf("answer %+v", saved)
	}
	if got := value(saved, mapi.PrLastModificationTime).Num; got != 0 {
		t.Errorf("modification time %d though the message itself did not change", got)
	}
	o := b.load(alice, id)
	if got := value(o, mapi.PrMessageSize).Uint32(); got != 103754 {
		t.Errorf("size %d, want 103754", got)
	}
	if got := value(o, mapi.PrMessageFlags).Uint32(); got != 25 {
		t.Errorf("flags %d, want 25", got)
	}
	if a := &o.Items[0]; !hasTag(a, mapi.PrAttachDataBin) || value(a, mapi.PrAttachDataBin).Tag != 0 {
		t.Error("an attachment's data must be listed, and not sent")
	}
	b.consistent(alice)
}

func attachment(name string, data []byte) wire.SaveObject {
	return wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{
		mapi.Binary(mapi.PrRecordKey, make([]byte, 16)), mapi.Binary(mapi.PrAttachDataBin, data),
		mapi.Long(mapi.PrAttachMethod, 1), mapi.String(mapi.PrAttachLongFilename, name),
	}}
}
