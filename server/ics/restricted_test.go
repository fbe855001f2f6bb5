package ics_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// red matches messages whose subject is "red".
func red() *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrSubject, Value: &mapi.PropValue{Tag: mapi.PrSubject, Data: []byte("red")}}
}

// painted are messages with subjects, known to a client by a number.
func (c *client) painted(subjects ...string) []storage.Ref {
	c.b.Helper()
	list := make([]storage.Ref, len(subjects))
	for i, s := range subjects {
		list[i] = c.named(string(rune('1'+i)), c.b.NewMessage(c.b.alice.User, c.b.folder, s))
	}
	return list
}

func (b *bench) paint(message storage.Ref, subject string) {
	b.Helper()
	b.Change(b.alice.User, message, mapi.String(mapi.PrSubject, subject))
}

func TestRestrictedSync(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal|readState)
	m := c.painted("red", "blue", "red", "red", "blue")
	c.sees(red(), "4:1001", "3:1001", "1:1001")
	c.sees(red())

	b.paint(m[0], "blue")           // matches no longer
	b.paint(m[1], "red")            // matches now
	b.setRead(0, true, m[2], m[4])  // one that matches, one that does not
	b.Delete(b.alice.User, 0, m[3]) // matched
	b.paint(m[4], "green")          // matched never
	c.sees(red(), "3:1003", "2:1001", "1:5", "4:5")
	c.sees(red())

	b.paint(m[2], "red") // a change, and then the flag
	b.setRead(0, false, m[2])
	b.Delete(b.alice.User, mapi.DelHard, m[4])
	c.sees(red(), "3:1002")
	b.Delete(b.alice.User, mapi.DelHard, m[2])
	c.sees(red(), "3:5")
}

// What the client does itself is not reported, and moves its set.
func TestRestrictedSyncKnowsItsOwn(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal|readState)
	m := c.painted("red")
	c.sees(red(), "1:1001")
	own := c.named("own", b.SaveAs(b.As(b.alice.User), b.folder, &wire.SaveObject{ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "red")}}, 0, c.id))
	b.setRead(c.id, true, m[0])
	c.sees(red())
	b.setRead(0, true, own)
	c.sees(red(), "own:1003")
	list := [][]byte{own.EntryID}
	b.OK(b.Objects.DeleteObjects(b.As(b.alice.User), &wire.DeleteObjectsRequest{Messages: list, SyncID: c.id}, &wire.DeleteObjectsResponse{}))
	c.sees(red())
	again := b.newSync(b.folder, 1, normal)
	again.names = c.names
	again.sees(red(), "1:1001")
}

// Two changes by others and the client's own one in between.
func TestOwnChangesHideNoOthers(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal|readState)
	m := c.painted("red")
	c.sees(red(), "1:1001")
	b.paint(m[0], "red")
	b.setRead(c.id, true, m[0])
	c.sees(red(), "1:1002")
}

// A restriction may come and go; the client is told what it has too much and what it lacks.
func TestRestrictionComesAndGoes(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal)
	m := c.painted("red", "blue", "blue")
	c.named("fai", b.SaveAs(b.As(b.alice.User), b.folder, &wire.SaveObject{}, mapi.FlagAssociated, 0))
	b.Delete(b.alice.User, 0, m[2])
	c.sees(nil, "2:1001", "1:1001")
	b.paint(m[1], "green")
	c.sees(red(), "2:5")
	c.sees(red())
	state := c.state
	c.sees(nil, "2:1001")
	if c.state <= state {
		t.Errorf("state %d after %d: nobody could tell that the restriction is gone", c.state, state)
	}
	c.sees(nil)
	b.paint(m[0], "red")
	c.sees(red(), "1:1002", "2:5")
	c.sees(red())
}

// Messages created after the client's state are news when a restriction comes, those deleted since are gone.
func TestRestrictionComesLate(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal)
	m := c.painted("red", "red", "blue")
	c.sees(nil, "3:1001", "2:1001", "1:1001")
	b.Delete(b.alice.User, mapi.DelHard, m[0])
	c.named("new", b.NewMessage(b.alice.User, b.folder, "red"))
	c.named("other", b.NewMessage(b.alice.User, b.folder, "blue"))
	resp := c.ask(red())
	got := make(map[string]uint32)
	for _, ch := range resp.ChangesArray {
		got[c.names[string(ch.SourceKey)]] = ch.ChangeType
	}
	if len(got) != 3 || got["new"] != 0x1001 || got["1"] != 5 || got["3"] != 5 {
		t.Errorf("%v", got)
	}
}

// A client may go back to an earlier state for a while.
func TestRestrictedSyncGoesBack(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal)
	m := c.painted("red", "blue")
	c.sees(red(), "1:1001")
	states := []uint32{c.state}
	for i := range 12 {
		b.paint(m[1], []string{"red", "blue"}[i%2])
		c.state = states[len(states)-1]
		c.sees(red(), []string{"2:1001", "2:5"}[i%2])
		states = append(states, c.state)
	}
	kept, err := b.Store.SyncedSets(t.Context(), c.id)
	b.OK(err)
	if want := states[len(states)-10:]; !slices.Equal(kept, want) {
		t.Errorf("sets %v, want %v", kept, want)
	}
	c.state = states[len(states)-3]
	c.sees(red())
	kept, err = b.Store.SyncedSets(t.Context(), c.id)
	b.OK(err)
	if slices.Contains(kept, states[len(states)-2]) {
		t.Errorf("sets %v: one of a future that the client gave up", kept)
	}
}

// An answer that must not be remembered leaves no set and no record.
func TestRestrictedSyncWithoutWriting(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal|noDBChanges)
	c.painted("red")
	newest, err := b.Store.MaxChange(t.Context(), b.folder.SourceKey)
	b.OK(err)
	c.sees(red(), "1:1001")
	c.state = 0
	c.sees(red(), "1:1001")
	sets, err := b.Store.SyncedSets(t.Context(), c.id)
	if after, err2 := b.Store.MaxChange(t.Context(), b.folder.SourceKey); err != nil || err2 != nil || after != newest || len(sets) > 0 {
		t.Errorf("sets %v, newest change %d, was %d (%v %v)", sets, after, newest, err, err2)
	}
}
