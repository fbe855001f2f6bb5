package imap

import (
	"math"
	"slices"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/view"
)

// errNumber answers numbers of messages that are not there (RFC 9051 2.3.1.2). UIDs that are not there are passed over.
var errNumber = &imapwire.Error{Text: "There is no message with such a number"}

// resolve gives the UIDs of a set's messages that the client knows, rising and each once.
func (s *session) resolve(set imapwire.NumSet, uid bool) ([]view.UID, error) {
	if !uid && !set.Saved && !numbered(set, uint32(s.selection.view.Known().Len())) {
		return nil, errNumber
	}
	return s.messages(set, uid), nil
}

// numbered reports whether a set's numbers are those of messages. One that is not is no error where "*" includes it, as in 9,7:* of eight messages.
func numbered(set imapwire.NumSet, count uint32) bool {
	if count == 0 || set.Greatest() == math.MaxUint32 {
		return false
	}
	for _, r := range set.Normalize(math.MaxUint32) {
		if star := r.Last == math.MaxUint32; r.First > count && r.First != math.MaxUint32 || r.Last > count && !star {
			return false
		}
	}
	return true
}

// messages gives the same, and passes over numbers that are not there.
func (s *session) messages(set imapwire.NumSet, uid bool) (uids []view.UID) {
	v := s.selection.view
	known := v.Known()
	switch {
	case set.Saved:
		return v.Saved()
	case uid:
		for _, r := range set.Normalize(uint32(v.Last())) {
			from, _ := known.Find(view.UID(r.First))
			for _, m := range known.All(from) {
				if uint32(m.UID) > r.Last {
					break
				}
				uids = append(uids, m.UID)
			}
		}
		return uids
	}
	n := uint32(known.Len())
	for _, r := range set.Normalize(n) {
		last := min(r.Last, n)
		if r.First > last {
			break
		}
		uids = slices.Grow(uids, int(last-r.First+1))
		for i, m := range known.All(int(r.First - 1)) {
			if i >= int(last) {
				break
			}
			uids = append(uids, m.UID)
		}
	}
	return uids
}

// intersect gives what is in both lists, which rise.
func intersect(a, b []view.UID) (both []view.UID) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			both = append(both, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return both
}

// without gives what is in a and not in b; both rise.
func without(a, b []view.UID) (rest []view.UID) {
	for _, uid := range a {
		for len(b) > 0 && b[0] < uid {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != uid {
			rest = append(rest, uid)
		}
	}
	return rest
}

// union gives what is in either; both rise and have nothing in common.
func union(a, b []view.UID) []view.UID {
	all := make([]view.UID, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}
