package view

import "slices"

// Session is what one client knows of a mailbox: which messages there are, in the order of their sequence numbers, and their flags. What it does
// not know yet is the difference between it and a newer snapshot; [Session.Step] says what the client has to be told. A Session belongs to one
// goroutine.
//
// A client whose messages are as they are in the newest snapshot shares that with all others.
type Session struct {
	known  *Snapshot
	newest *Snapshot // that of the last step
	behind bool      // known lacks changes of newest that need numbers to change
	recent []uidRange
	saved  []UID
}

// uidRange is a range of UIDs with both ends.
type uidRange struct{ from, to UID }

// NewSession begins with a mailbox as it is.
func NewSession(s *Snapshot) *Session { return &Session{known: s, newest: s} }

// Known are the messages as the client knows them; a message's sequence number is its index plus one. They may be gone already.
func (s *Session) Known() *Snapshot { return s.known }

// Last is the UID of the last message, 0 without any.
func (s *Session) Last() UID {
	if n := s.known.Len(); n > 0 {
		return s.known.At(n - 1).UID
	}
	return 0
}

// AddRecent makes messages from one UID to another \Recent in this session (RFC 3501 2.3.2).
func (s *Session) AddRecent(from, to UID) {
	if from <= to {
		s.recent = append(s.recent, uidRange{from, to})
	}
}

// IsRecent reports whether a message is \Recent.
func (s *Session) IsRecent(uid UID) bool {
	return slices.ContainsFunc(s.recent, func(r uidRange) bool { return r.from <= uid && uid <= r.to })
}

// Recent counts the messages that are \Recent.
func (s *Session) Recent() (n int) {
	for _, r := range s.recent {
		from, _ := s.known.Find(r.from)
		to, ok := s.known.Find(r.to)
		if n += to - from; ok {
			n++
		}
	}
	return n
}

// Save keeps the result of a search (RFC 5182). The UIDs must rise.
func (s *Session) Save(uids []UID) { s.saved = uids }

// Saved is the result that was kept, without the messages that the client has been told are gone.
func (s *Session) Saved() []UID {
	var there []UID
	for _, uid := range s.saved {
		if _, ok := s.known.Find(uid); ok {
			there = append(there, uid)
		}
	}
	return there
}

// Numbered is a message at an index, which is its sequence number less one.
type Numbered struct {
	Index int
	Message
	// SameFlags says that nothing but the modification sequence has changed.
	SameFlags bool
}

// Step is what a client has to be told, in this order.
type Step struct {
	Gone []UID // in rising order: VANISHED (RFC 7162 3.2.10)
	// Expunged are the same as the numbers of EXPUNGE responses (RFC 9051 7.5.1), each of which counts those before it.
	Expunged []int
	Added    []Message // they are the last ones now; EXISTS if there are any
	Changed  []Numbered
}

// Empty reports whether there is nothing to be told.
func (s Step) Empty() bool { return len(s.Gone) == 0 && len(s.Added) == 0 && len(s.Changed) == 0 }

// Step brings the session to a newer snapshot of its mailbox, or, if expunge is not set, as near as is possible while all messages keep their
// numbers, as during FETCH, STORE and SEARCH (RFC 9051 7.5.1).
//
// A message that arrives with a lower UID than the last one's, as one may whose delivery took longer, cannot have its place while those above
// keep theirs: they are told as expunged and come again.
func (s *Session) Step(newest *Snapshot, expunge bool) Step {
	if newest == s.newest && (!s.behind || !expunge) {
		return Step{}
	}
	d := Diff(s.known, newest)
	last := s.Last()
	late, _ := slices.BinarySearchFunc(d.Added, last+1, func(m Message, uid UID) int { return compare(m.UID, uid) })
	s.newest, s.behind = newest, false
	if !expunge {
		s.behind = late > 0 || len(d.Gone) > 0
		return s.stepInPlace(newest, d, d.Added[late:])
	}
	var step Step
	changed := d.Changed
	if step.Gone, step.Added = d.Gone, d.Added; late > 0 {
		step.Gone, step.Added = s.comeAgain(newest, d.Gone, d.Added[0].UID)
		end, _ := slices.BinarySearchFunc(changed, d.Added[0].UID, func(m Message, uid UID) int { return compare(m.UID, uid) })
		changed = changed[:end]
	}
	for k, uid := range step.Gone {
		i, _ := s.known.Find(uid)
		step.Expunged = append(step.Expunged, i-k+1)
	}
	old := s.known
	s.known = newest
	step.Changed = s.number(changed, old)
	return step
}

// stepInPlace takes over what changes no number.
func (s *Session) stepInPlace(newest *Snapshot, d Difference, added []Message) Step {
	step := Step{Added: added}
	old := s.known
	if s.known = newest; s.behind {
		s.known = old.Apply(Update{
			Set: slices.Concat(d.Changed, added), Keywords: newest.keywords, UIDNext: newest.UIDNext, HighestModSeq: newest.HighestModSeq,
		})
	}
	step.Changed = s.number(d.Changed, old)
	return step
}

// comeAgain makes of all messages from a UID on ones that go and are added again.
func (s *Session) comeAgain(newest *Snapshot, gone []UID, from UID) ([]UID, []Message) {
	end, _ := slices.BinarySearch(gone, from)
	gone = slices.Clone(gone[:end])
	first, _ := s.known.Find(from)
	for _, m := range s.known.All(first) {
		gone = append(gone, m.UID)
	}
	var added []Message
	first, _ = newest.Find(from)
	for _, m := range newest.All(first) {
		added = append(added, m)
	}
	return gone, added
}

// number gives changed messages their indexes.
func (s *Session) number(changed []Message, old *Snapshot) []Numbered {
	list := make([]Numbered, 0, len(changed))
	for _, m := range changed {
		i, _ := s.known.Find(m.UID)
		before, _ := old.Get(m.UID)
		list = append(list, Numbered{Index: i, Message: m, SameFlags: before.Flags == m.Flags && before.Keywords == m.Keywords})
	}
	return list
}

// Adopt takes over the flags of some messages from a newer snapshot, which whoever calls tells the client himself, and gives these messages as
// they are now. Those that are there no longer are left out.
func (s *Session) Adopt(newest *Snapshot, uids []UID) []Numbered {
	var set, now []Message
	for _, uid := range uids {
		before, known := s.known.Get(uid)
		m, there := newest.Get(uid)
		if !known || !there {
			continue
		}
		if now = append(now, m); m != before {
			set = append(set, m)
		}
	}
	old := s.known
	if len(set) > 0 {
		s.known = old.Apply(Update{Set: set, Keywords: newest.keywords})
		// The next step has to compare with newest again even if it has been there.
		s.newest = nil
	}
	return s.number(now, old)
}
