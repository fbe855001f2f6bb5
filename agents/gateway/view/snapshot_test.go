package view

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"zarafa/internal/testseed"
)

func TestMessageSize(t *testing.T) {
	if size := unsafe.Sizeof(Message{}); size != 12 {
		t.Errorf("a message takes %d bytes, and is to take 12", size)
	}
}

// Random updates, compared with a map of messages.
func TestSnapshots(t *testing.T) {
	rnd := testseed.New(t)
	for _, size := range []int{0, 1, 3, chunkSize, 3*chunkSize + 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) { testSnapshots(t, rnd, size) })
	}
}

func testSnapshots(t *testing.T, rnd *rand.Rand, size int) {
	twin := make(map[UID]Message)
	next := UID(1)
	s := new(Snapshot)
	for round := range 60 {
		u := randomUpdate(rnd, twin, &next, size)
		before := maps.Clone(twin)
		for _, m := range u.Set {
			twin[m.UID] = m
		}
		for _, uid := range u.Gone {
			delete(twin, uid)
		}
		later := s.Apply(u)
		check(t, later, twin)
		checkDiff(t, Diff(s, later), before, twin)
		check(t, s, before)
		if s = later; t.Failed() {
			t.Fatalf("round %d", round)
		}
		size = rnd.IntN(20)
	}
	if d := Diff(s, s); len(d.Gone)+len(d.Changed)+len(d.Added) > 0 {
		t.Errorf("a snapshot differs from itself: %v", d)
	}
}

func randomUpdate(rnd *rand.Rand, twin map[UID]Message, next *UID, added int) (u Update) {
	for _, uid := range slices.Sorted(maps.Keys(twin)) {
		switch rnd.IntN(40) {
		case 0:
			u.Gone = append(u.Gone, uid)
		case 1:
			u.Set = append(u.Set, Message{UID: uid, Flags: Flags(rnd.IntN(4)), ModSeq: ModSeq(rnd.IntN(9))})
		}
	}
	for range added {
		u.Set = append(u.Set, Message{UID: *next})
		*next += UID(1 + rnd.IntN(3))
	}
	rnd.Shuffle(len(u.Set), func(i, j int) { u.Set[i], u.Set[j] = u.Set[j], u.Set[i] })
	return u
}

func check(t *testing.T, s *Snapshot, twin map[UID]Message) {
	t.Helper()
	uids := slices.Sorted(maps.Keys(twin))
	if s.Len() != len(uids) {
		t.Errorf("%d messages, want %d", s.Len(), len(uids))
		return
	}
	for i, uid := range uids {
		if m := s.At(i); m != twin[uid] {
			t.Errorf("%d: %v, want %v", i, m, twin[uid])
		}
		if found, ok := s.Find(uid); !ok || found != i {
			t.Errorf("UID %d is at %d, %v, want %d", uid, found, ok, i)
		}
		if m, ok := s.Get(uid); !ok || m != twin[uid] {
			t.Errorf("UID %d: %v", uid, m)
		}
		if _, there := twin[uid+1]; !there {
			if found, ok := s.Find(uid + 1); ok || found != i+1 {
				t.Errorf("UID %d, which is not there, is at %d, %v, want %d", uid+1, found, ok, i+1)
			}
		}
	}
	if n := len(uids); n > 0 && s.UIDNext <= uids[n-1] {
		t.Errorf("UIDNext %d after UID %d", s.UIDNext, uids[n-1])
	}
	from := len(uids) / 2
	for i, m := range s.All(from) {
		if i != from || m.UID != uids[i] {
			t.Errorf("All gives %d, %v, want %d", i, m, from)
		}
		from++
	}
	if from != len(uids) {
		t.Errorf("All ends at %d of %d", from, len(uids))
	}
}

func checkDiff(t *testing.T, d Difference, before, after map[UID]Message) {
	t.Helper()
	var want Difference
	for _, uid := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[uid]; !ok {
			want.Gone = append(want.Gone, uid)
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(after)) {
		m, ok := before[uid]
		switch {
		case !ok:
			want.Added = append(want.Added, after[uid])
		case m != after[uid]:
			want.Changed = append(want.Changed, after[uid])
		}
	}
	if !slices.Equal(d.Gone, want.Gone) || !slices.Equal(d.Changed, want.Changed) || !slices.Equal(d.Added, want.Added) {
		t.Errorf("difference %v, want %v", d, want)
	}
}

// A change of one message copies one chunk, whatever the size of the mailbox.
func TestChunksAreShared(t *testing.T) {
	var u Update
	for uid := range UID(100 * chunkSize) {
		u.Set = append(u.Set, Message{UID: uid + 1})
	}
	s := NewSnapshot(u)
	later := s.Apply(Update{Set: []Message{{UID: 50 * chunkSize, Flags: Seen}}})
	other := 0
	for i := range later.chunks {
		if later.chunks[i] != s.chunks[i] {
			other++
		}
	}
	if other != 1 {
		t.Errorf("%d chunks were copied", other)
	}
	// Deliveries fill the last chunk; they do not leave one each.
	for i := range UID(1000) {
		later = later.Apply(Update{Set: []Message{{UID: later.UIDNext + i%2}}})
	}
	if n := len(later.chunks); n > 104 {
		t.Errorf("%d chunks for %d messages", n, later.Len())
	}
}
