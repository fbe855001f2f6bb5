package objects

import (
	"bytes"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// flag is a change of flags by a gateway.
func (b *bench) flag(user uint32, folder mapi.EntryID, m wire.MessageChange, ids ...mapi.EntryID) ([]wire.MessageAnswer, error) {
	b.t.Helper()
	c := b.as(user)
	c.Session.Capabilities |= mapi.CapGateway
	var resp wire.SetReadFlagsResponse
	err := b.svc.SetReadFlags(c, &wire.SetReadFlagsRequest{EntryID: folder, Messages: list(ids...), Change: &m}, &resp)
	return resp.Answers, err
}

// flagged is flag with the states that are to come of it.
func (b *bench) flagged(folder mapi.EntryID, m wire.MessageChange, ids []mapi.EntryID, states ...uint32) []wire.MessageAnswer {
	b.t.Helper()
	answers, err := b.flag(alice, folder, m, ids...)
	b.ok(err)
	if len(answers) != len(ids) {
		b.t.Fatalf("%d answers for %d messages", len(answers), len(ids))
	}
	for i, a := range answers {
		want := states[min(i, len(states)-1)]
		if a.State != want || (a.Number == 0) != (want == mapi.MessageNotThere) {
			b.t.Errorf("answer %d is %+v, want state %d", i, a, want)
		}
	}
	return answers
}

const keywordsTag = mapi.PropTag(0x8500_101F)

func words(v ...string) *mapi.PropValue {
	list := mapi.Strings(keywordsTag, v...)
	return &list
}

// What one call changes of many messages is what the calls for single ones would have, and the rest stays.
func TestFlagsOfManyMessages(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	ids := []mapi.EntryID{b.message(alice, inbox, "a", 0), b.message(alice, inbox, "b", mapi.MsgRead), b.message(alice, inbox, "c", 0)}
	prop := func(i int, tag mapi.PropTag) mapi.PropValue {
		b.t.Helper()
		v, _ := mapi.Props(b.load(alice, ids[i]).ModProps).Get(tag)
		return v
	}
	b.flagged(inbox, wire.MessageChange{Read: mapi.ReadSet}, ids, mapi.MessageChanged, mapi.MessageSame, mapi.MessageChanged)
	b.flagged(inbox, wire.MessageChange{Read: mapi.ReadClear}, ids[:2], mapi.MessageChanged)
	b.flagged(inbox, wire.MessageChange{Status: 0xB, StatusMask: 0xFF}, ids, mapi.MessageChanged)
	b.flagged(inbox, wire.MessageChange{Status: 0x4, StatusMask: 0x6}, ids, mapi.MessageChanged)
	if got := prop(0, mapi.PrMsgStatus).Uint32(); got != 0xD {
		t.Errorf("status 0x%X", got)
	}
	mark := wire.MessageChange{Props: mapi.Props{mapi.Long(mapi.PrFlagStatus, 2), mapi.Long(mapi.PrFollowupIcon, 6), mapi.Long(mapi.PrMessageSize, 1),
		mapi.Long(mapi.PrMessageFlags, 0xFFFF), mapi.Long(mapi.PrECIMAPID, 1)}, ListMode: mapi.ListAdd, List: words("Red", "blue", "RED")}
	b.flagged(inbox, mark, ids, mapi.MessageChanged)
	b.flagged(inbox, mark, ids, mapi.MessageSame)
	for i := range ids {
		if prop(i, mapi.PrFlagStatus).Uint32() != 2 || prop(i, mapi.PrFollowupIcon).Uint32() != 6 || !prop(i, keywordsTag).Equal(*words("Red", "blue")) ||
			prop(i, mapi.PrMessageSize).Uint32() < 100 || prop(i, mapi.PrMessageFlags).Uint32()&mapi.MsgSubmit != 0 || prop(i, mapi.PrECIMAPID).Uint32() == 1 {
			t.Errorf("message %d: %v", i, b.load(alice, ids[i]).ModProps)
		}
	}
	b.consistent(alice)
	b.flagged(inbox, wire.MessageChange{ListMode: mapi.ListRemove, List: words("BLUE", "x")}, ids[:1], mapi.MessageChanged)
	b.flagged(inbox, wire.MessageChange{ListMode: mapi.ListReplace, List: words("blue")}, ids, mapi.MessageChanged)
	b.flagged(inbox, wire.MessageChange{ListMode: mapi.ListReplace, List: words()}, ids[1:], mapi.MessageChanged)
	b.flagged(inbox, wire.MessageChange{Delete: []mapi.PropTag{mapi.PrFlagStatus, mapi.PrMessageSize, mapi.PrMessageFlags}}, ids, mapi.MessageChanged)
	if v := prop(0, keywordsTag); !v.Equal(*words("blue")) || prop(1, keywordsTag).Tag != 0 || prop(1, mapi.PrFlagStatus).Tag != 0 {
		t.Errorf("keywords %v and %v", v, prop(1, keywordsTag))
	}
	b.consistent(alice)
	// A save of the whole finds the size that the changes have made.
	for i, id := range ids {
		before := prop(i, mapi.PrMessageSize).Uint32()
		_, err := b.again(alice, inbox, id, 0, &wire.SaveObject{ServerID: b.ref(id).ID, ObjType: uint32(mapi.TypeMessage)})
		b.ok(err)
		b.flagged(inbox, mark, ids[i:i+1], mapi.MessageChanged)
		with := prop(i, mapi.PrMessageSize).Uint32()
		_, err = b.again(alice, inbox, id, 0, &wire.SaveObject{ServerID: b.ref(id).ID, ObjType: uint32(mapi.TypeMessage)})
		b.ok(err)
		if again := prop(i, mapi.PrMessageSize).Uint32(); again != with || with <= before {
			t.Errorf("message %d: %d bytes, %d with flags, %d when it is saved", i, before, with, again)
		}
	}
	b.consistent(alice)
}

// RFC 7162 3.1.3: what has changed since is left alone; and what is not there is said to be so.
func TestFlagsOnCondition(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	one, two, gone, away := b.message(alice, inbox, "1", 0), b.message(alice, inbox, "2", 0), b.message(alice, inbox, "3", 0), b.message(alice, other, "4", 0)
	b.ok(b.svc.DeleteObjects(b.as(alice), &wire.DeleteObjectsRequest{Messages: list(gone)}, nil))
	first := b.flagged(inbox, wire.MessageChange{Read: mapi.ReadSet}, []mapi.EntryID{one, two}, mapi.MessageChanged)
	if first[1].Number <= first[0].Number {
		t.Errorf("numbers %v", first)
	}
	onlyIf := wire.MessageChange{Read: mapi.ReadClear, Conditional: true, UnchangedSince: first[0].Number}
	all := []mapi.EntryID{two, one, gone, away, one, inbox, nil, mapi.NewEntryID(b.guid[alice], mapi.TypeMessage)}
	second := b.flagged(inbox, onlyIf, all, mapi.MessageNewer, mapi.MessageChanged, mapi.MessageNotThere, mapi.MessageNotThere, mapi.MessageChanged, mapi.MessageNotThere)
	if second[0].Number != first[1].Number || second[1].Number <= first[1].Number || second[4] != second[1] {
		t.Errorf("numbers %v, before %v", second, first)
	}
	b.flagged(inbox, wire.MessageChange{Read: mapi.ReadSet, Conditional: true}, []mapi.EntryID{one}, mapi.MessageNewer)
	third := b.flagged(inbox, wire.MessageChange{Read: mapi.ReadClear}, []mapi.EntryID{one}, mapi.MessageSame)
	if third[0] != (wire.MessageAnswer{State: mapi.MessageSame, Number: second[1].Number}) {
		t.Errorf("nothing was changed: %v, before %v", third, second)
	}
	b.consistent(alice)
}

// Who may not change one of the messages changes none, reading is enough for the read flag, and what is no flag is refused.
func TestFlagsRefused(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id := b.message(alice, inbox, "x", 0)
	b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible|mapi.RightCreate|mapi.RightEditOwned)
	own := b.message(bob, inbox, "his", 0)
	before := wire.AppendSaveObject(nil, b.load(alice, own))
	for name, m := range map[string]wire.MessageChange{
		"status": {StatusMask: 1, Status: 1}, "a property": {Props: mapi.Props{mapi.Long(mapi.PrFlagStatus, 1)}}, "no property": {Delete: []mapi.PropTag{mapi.PrFlagStatus}},
		"keywords": {ListMode: mapi.ListAdd, List: words("x")},
	} {
		_, err := b.flag(bob, inbox, m, own, id)
		if mapi.CodeOf(err) != mapi.NoAccess {
			t.Errorf("%s: %v", name, err)
		}
		if after := wire.AppendSaveObject(nil, b.load(alice, own)); !bytes.Equal(before, after) {
			t.Errorf("%s: his own message was changed", name)
		}
	}
	if answers, err := b.flag(bob, inbox, wire.MessageChange{Read: mapi.ReadSet}, own, id); err != nil || answers[1].State != mapi.MessageChanged {
		t.Errorf("read: %v, %v", answers, err)
	}
	for name, m := range map[string]wire.MessageChange{
		"read 3": {Read: 3}, "mode 4": {ListMode: 4}, "no list": {ListMode: mapi.ListAdd}, "a list of numbers": {ListMode: mapi.ListAdd, List: &mapi.PropValue{Tag: 0x80001003}},
		"a string": {Props: mapi.Props{mapi.String(mapi.PrSubject, "x")}}, "bytes": {Props: mapi.Props{mapi.Binary(mapi.PrSourceKey, []byte("x"))}},
		"many": {Delete: make([]mapi.PropTag, maxFlagProps+1)},
	} {
		if _, err := b.flag(alice, inbox, m, id); mapi.CodeOf(err) != mapi.InvalidParameter {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.flag(alice, inbox, wire.MessageChange{ListMode: mapi.ListAdd, List: words(string(make([]byte, 64<<10)))}, id); mapi.CodeOf(err) != mapi.TooBig {
		t.Errorf("a huge list: %v", err)
	}
	err := b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{EntryID: inbox, Messages: list(id), Change: &wire.MessageChange{}}, &wire.SetReadFlagsResponse{})
	b.fails(err, mapi.NoSupport)
}

// STORE of a thousand messages costs a tenth of a statement for each, whatever the server remembers of them.
func TestFlagsStatements(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	var ids []mapi.EntryID
	for range 1000 {
		ids = append(ids, b.message(alice, inbox, "x", 0))
	}
	b.svc.tree.Amend(b.ref(inbox).Store)
	b.flagged(inbox, wire.MessageChange{}, nil, mapi.MessageSame) // the folder and its rights are remembered again
	m := wire.MessageChange{Read: mapi.ReadSet, StatusMask: 8, Status: 8, Props: mapi.Props{mapi.Long(mapi.PrFlagStatus, 2)}, ListMode: mapi.ListAdd, List: words("x")}
	for _, tc := range []struct {
		name  string
		ids   []mapi.EntryID
		state uint32
		want  uint64
	}{
		{"1,000 messages that are not cached", ids, mapi.MessageChanged, 104},
		{"again", ids, mapi.MessageSame, 2},
		{"one more flag", ids, mapi.MessageChanged, 68},
	} {
		before := b.store.Statements()
		b.flagged(inbox, m, tc.ids, tc.state)
		if got := b.store.Statements() - before; got != tc.want {
			t.Errorf("%s: %d statements, want %d", tc.name, got, tc.want)
		}
		if tc.state == mapi.MessageSame {
			m.Props = mapi.Props{mapi.Long(mapi.PrFlagStatus, 1)}
		}
	}
}
