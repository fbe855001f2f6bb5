package view

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"zarafa/internal/testseed"
)

// client is a mail program that believes what it is told.
type client struct {
	messages []Message
}

func (c *client) hear(t *testing.T, step Step, expunge bool) {
	t.Helper()
	if len(step.Gone) != len(step.Expunged) {
		t.Fatalf("%d messages are gone, but %d numbers told", len(step.Gone), len(step.Expunged))
	}
	if len(step.Gone) > 0 && !expunge {
		t.Fatal("numbers changed while they must not")
	}
	for i, number := range step.Expunged {
		if number < 1 || number > len(c.messages) {
			t.Fatalf("EXPUNGE of %d of %d", number, len(c.messages))
		}
		if c.messages[number-1].UID != step.Gone[i] {
			t.Fatalf("EXPUNGE %d is UID %d, want %d", number, c.messages[number-1].UID, step.Gone[i])
		}
		c.messages = slices.Delete(c.messages, number-1, number)
	}
	c.messages = append(c.messages, step.Added...)
	for _, m := range step.Changed {
		if c.messages[m.Index].UID != m.UID {
			t.Fatalf("FETCH of %d is UID %d, want %d", m.Index+1, m.UID, c.messages[m.Index].UID)
		}
		c.messages[m.Index] = m.Message
	}
}

// Random histories: what a client knows after replaying all steps is what is there, in order, and no number changes while it must not.
func TestSessions(t *testing.T) {
	rnd := testseed.New(t)
	for range 60 {
		testSession(t, rnd)
	}
}

func testSession(t *testing.T, rnd *rand.Rand) {
	twin := make(map[UID]Message)
	next := UID(1)
	snapshot := NewSnapshot(randomUpdate(rnd, twin, &next, rnd.IntN(30)))
	for _, m := range snapshot.All(0) {
		twin[m.UID] = m
	}
	session := NewSession(snapshot)
	c := &client{messages: slices.Collect(values(snapshot))}
	for range 60 {
		u := randomUpdate(rnd, twin, &next, rnd.IntN(3))
		if free := UID(1 + rnd.IntN(int(next))); rnd.IntN(4) == 0 { // one that comes late
			if _, used := twin[free]; !used && !slices.Contains(u.Gone, free) && !slices.ContainsFunc(u.Set, func(m Message) bool { return m.UID == free }) {
				u.Set = append(u.Set, Message{UID: free})
			}
		}
		for _, m := range u.Set {
			twin[m.UID] = m
		}
		for _, uid := range u.Gone {
			delete(twin, uid)
		}
		snapshot = snapshot.Apply(u)
		if rnd.IntN(3) == 0 {
			adoptSome(t, rnd, session, snapshot, c)
		}
		expunge := rnd.IntN(2) == 0
		c.hear(t, session.Step(snapshot, expunge), expunge)
		if known := slices.Collect(values(session.Known())); !slices.Equal(known, c.messages) {
			t.Fatalf("session knows %v, client %v", known, c.messages)
		}
		checkClient(t, c, twin, expunge)
		if !session.Step(snapshot, expunge).Empty() {
			t.Fatal("a second step tells more")
		}
	}
	c.hear(t, session.Step(snapshot, true), true)
	if session.Known() != snapshot {
		t.Error("a session that knows all has a snapshot of its own")
	}
}

func values(s *Snapshot) func(func(Message) bool) {
	return func(yield func(Message) bool) {
		for _, m := range s.All(0) {
			if !yield(m) {
				return
			}
		}
	}
}

// adoptSome is a STORE: the client learns the flags of some messages from its answer.
func adoptSome(t *testing.T, rnd *rand.Rand, session *Session, newest *Snapshot, c *client) {
	t.Helper()
	var uids []UID
	for _, m := range c.messages {
		if rnd.IntN(3) == 0 {
			uids = append(uids, m.UID)
		}
	}
	for _, m := range session.Adopt(newest, uids) {
		if c.messages[m.Index].UID != m.UID {
			t.Fatalf("adopted %d at %d, where %d is", m.UID, m.Index, c.messages[m.Index].UID)
		}
		c.messages[m.Index] = m.Message
	}
}

func checkClient(t *testing.T, c *client, twin map[UID]Message, all bool) {
	t.Helper()
	rest := maps.Clone(twin)
	for i, m := range c.messages {
		if i > 0 && c.messages[i-1].UID >= m.UID {
			t.Fatalf("UID %d after %d", m.UID, c.messages[i-1].UID)
		}
		now, there := rest[m.UID]
		if there && now != m || !there && all {
			t.Fatalf("client knows %v, which is %v, %v", m, now, there)
		}
		delete(rest, m.UID)
	}
	if all && len(rest) > 0 {
		t.Fatalf("client lacks %v", rest)
	}
}

func TestRecent(t *testing.T) {
	var u Update
	for uid := UID(10); uid <= 100; uid += 10 {
		u.Set = append(u.Set, Message{UID: uid})
	}
	s := NewSession(NewSnapshot(u))
	s.AddRecent(55, 75)
	s.AddRecent(90, 90)
	s.AddRecent(80, 79)
	if n := s.Recent(); n != 3 {
		t.Errorf("%d messages are recent, want 60, 70 and 90", n)
	}
	for uid, want := range map[UID]bool{50: false, 60: true, 70: true, 80: false, 90: true, 100: false} {
		if s.IsRecent(uid) != want {
			t.Errorf("UID %d recent: %v", uid, !want)
		}
	}
	s.Step(s.Known().Apply(Update{Gone: []UID{60, 90}}), true)
	if n := s.Recent(); n != 1 {
		t.Errorf("%d messages are recent, want 70", n)
	}
}

// The saved result of a search loses messages when the client is told that they are gone, and not before.
func TestSavedResult(t *testing.T) {
	s := NewSession(NewSnapshot(Update{Set: []Message{{UID: 1}, {UID: 2}, {UID: 3}}}))
	s.Save([]UID{1, 2})
	newest := s.Known().Apply(Update{Gone: []UID{2}})
	s.Step(newest, false)
	if got := s.Saved(); !slices.Equal(got, []UID{1, 2}) {
		t.Errorf("saved %v before the EXPUNGE", got)
	}
	s.Step(newest, true)
	if got := s.Saved(); !slices.Equal(got, []UID{1}) {
		t.Errorf("saved %v after the EXPUNGE", got)
	}
}
