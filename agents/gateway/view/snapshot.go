package view

import (
	"iter"
	"slices"
	"sort"
)

// chunkSize is how many messages are copied when one changes.
const chunkSize = 512

// chunk is a piece of a snapshot: at least one message, in the order of UIDs. It never changes.
type chunk struct {
	messages []Message
}

// Snapshot is a mailbox at one moment. The zero value is an empty mailbox. It may be used by any number of goroutines.
type Snapshot struct {
	chunks []*chunk
	before []int // how many messages are in the chunks in front of each
	total  int

	// UIDNext is greater than every UID that was ever there; HighestModSeq is that of the mailbox (RFC 7162 3.1.2.1), 0 without any.
	UIDNext       UID
	HighestModSeq ModSeq
	// keywords are the sets that Message.Keywords numbers. They are only added to, so that equal numbers mean equal sets in all snapshots of a mailbox.
	keywords [][]string
}

// Update is what happened to a mailbox. A UID must not be in both lists.
type Update struct {
	// Set are messages that are new or have changed; Gone are those that are there no longer. Unknown ones among Gone are passed over.
	Set  []Message
	Gone []UID
	// The new values of the snapshot's fields; a lower one than before is passed over. UIDNext is raised above those of Set in any case.
	UIDNext       UID
	HighestModSeq ModSeq
	// Keywords are all sets that the messages refer to, the empty one first; nil leaves them as they are.
	Keywords [][]string
}

// NewSnapshot makes a snapshot of messages in any order.
func NewSnapshot(u Update) *Snapshot { return new(Snapshot).Apply(u) }

// Len is the number of messages.
func (s *Snapshot) Len() int { return s.total }

// At is the message at an index from 0 on; its sequence number is one more.
func (s *Snapshot) At(i int) Message {
	c := sort.SearchInts(s.before, i+1) - 1
	return s.chunks[c].messages[i-s.before[c]]
}

// Find gives the index of a UID, or that where it would be.
func (s *Snapshot) Find(uid UID) (index int, ok bool) {
	c := s.chunkOf(uid)
	if c == len(s.chunks) {
		return s.total, false
	}
	i, ok := find(s.chunks[c].messages, uid)
	return s.before[c] + i, ok
}

// Get gives the message with a UID.
func (s *Snapshot) Get(uid UID) (Message, bool) {
	if c := s.chunkOf(uid); c < len(s.chunks) {
		if i, ok := find(s.chunks[c].messages, uid); ok {
			return s.chunks[c].messages[i], true
		}
	}
	return Message{}, false
}

// All gives the messages from an index on, with their indexes.
func (s *Snapshot) All(from int) iter.Seq2[int, Message] {
	return func(yield func(int, Message) bool) {
		if from < 0 || from >= s.total {
			return
		}
		for c := sort.SearchInts(s.before, from+1) - 1; c < len(s.chunks); c++ {
			for i := max(0, from-s.before[c]); i < len(s.chunks[c].messages); i++ {
				if !yield(s.before[c]+i, s.chunks[c].messages[i]) {
					return
				}
			}
		}
	}
}

// Keywords is the set that Message.Keywords numbers. It must not be changed.
func (s *Snapshot) Keywords(set uint16) []string {
	if int(set) < len(s.keywords) {
		return s.keywords[set]
	}
	return nil
}

// KeywordSets are all sets, the empty one first.
func (s *Snapshot) KeywordSets() [][]string { return s.keywords }

// chunkOf is the first chunk that ends with uid or a greater one, or the number of chunks.
func (s *Snapshot) chunkOf(uid UID) int {
	return sort.Search(len(s.chunks), func(i int) bool {
		m := s.chunks[i].messages
		return m[len(m)-1].UID >= uid
	})
}

func find(messages []Message, uid UID) (int, bool) {
	return slices.BinarySearchFunc(messages, uid, func(m Message, uid UID) int {
		switch {
		case m.UID < uid:
			return -1
		case m.UID > uid:
			return 1
		}
		return 0
	})
}

// Apply gives the snapshot after an update. Chunks that the update does not touch are shared.
func (s *Snapshot) Apply(u Update) *Snapshot {
	next := &Snapshot{
		UIDNext: max(s.UIDNext, u.UIDNext, 1), HighestModSeq: max(s.HighestModSeq, u.HighestModSeq), keywords: s.keywords,
	}
	if u.Keywords != nil {
		next.keywords = u.Keywords
	}
	edits := editsOf(u)
	for i, c := range s.chunks {
		end := len(edits) // the last chunk takes all that are left
		if i < len(s.chunks)-1 {
			last := c.messages[len(c.messages)-1].UID
			end, _ = slices.BinarySearchFunc(edits, last+1, func(e edit, uid UID) int { return compare(e.message.UID, uid) })
		}
		if end == 0 {
			next.add(c)
			continue
		}
		next.addMessages(merge(c.messages, edits[:end]))
		edits = edits[end:]
	}
	next.addMessages(merge(nil, edits))
	if next.total > 0 {
		last := next.chunks[len(next.chunks)-1].messages
		next.UIDNext = max(next.UIDNext, last[len(last)-1].UID+1)
	}
	return next
}

// add appends a chunk that is not changed.
func (s *Snapshot) add(c *chunk) {
	s.chunks, s.before = append(s.chunks, c), append(s.before, s.total)
	s.total += len(c.messages)
}

// addMessages appends messages as chunks of at most chunkSize.
func (s *Snapshot) addMessages(messages []Message) {
	for piece := range slices.Chunk(messages, chunkSize) {
		s.add(&chunk{messages: piece})
	}
}

// edit is one message of an update.
type edit struct {
	message Message
	gone    bool
}

func compare(a, b UID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// editsOf sorts an update by UID.
func editsOf(u Update) []edit {
	edits := make([]edit, 0, len(u.Set)+len(u.Gone))
	for _, m := range u.Set {
		edits = append(edits, edit{message: m})
	}
	for _, uid := range u.Gone {
		edits = append(edits, edit{message: Message{UID: uid}, gone: true})
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return compare(a.message.UID, b.message.UID) })
	return edits
}

// merge applies edits to messages, both in the order of UIDs; of several edits of a message the last counts.
func merge(messages []Message, edits []edit) []Message {
	merged := make([]Message, 0, len(messages)+len(edits))
	for i := 0; i < len(messages) || len(edits) > 0; {
		if len(edits) == 0 || i < len(messages) && messages[i].UID < edits[0].message.UID {
			merged = append(merged, messages[i])
			i++
			continue
		}
		e := edits[0]
		for len(edits) > 0 && edits[0].message.UID == e.message.UID {
			e, edits = edits[0], edits[1:]
		}
		if i < len(messages) && messages[i].UID == e.message.UID {
			i++
		}
		if !e.gone {
			merged = append(merged, e.message)
		}
	}
	return merged
}
