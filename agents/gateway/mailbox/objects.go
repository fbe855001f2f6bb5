package mailbox

import (
	"cmp"
	"slices"

	"zarafa/agents/gateway/view"
)

// objects tell the UID of a message by the number that events name it by: 8 bytes a message.
type objects struct {
	list []object // by number
	gone int      // how many of the list are there no longer: their UID is 0
}

type object struct {
	number uint32
	uid    view.UID
}

func (o *objects) find(number uint32) (int, bool) {
	return slices.BinarySearchFunc(o.list, number, func(e object, n uint32) int { return cmp.Compare(e.number, n) })
}

// set notes a message, and returns the UID that it had before.
func (o *objects) set(number uint32, uid view.UID) (before view.UID) {
	i, ok := o.find(number)
	if !ok {
		o.list = slices.Insert(o.list, i, object{number, uid}) // at the end as a rule: numbers rise
		return 0
	}
	before = o.list[i].uid
	if before == 0 {
		o.gone--
	}
	o.list[i].uid = uid
	return before
}

// remove forgets a message and returns its UID.
func (o *objects) remove(number uint32) (uid view.UID) {
	i, ok := o.find(number)
	if !ok || o.list[i].uid == 0 {
		return 0
	}
	uid, o.list[i].uid = o.list[i].uid, 0
	if o.gone++; o.gone > len(o.list)/2 {
		o.list = slices.DeleteFunc(o.list, func(e object) bool { return e.uid == 0 })
		o.gone = 0
	}
	return uid
}

// mostTombstones is how many UIDs are remembered that have been removed.
const mostTombstones = 10_000

// tombstones remember the UIDs that were removed last. A deletion by a connection of our own counts at once, and events of what happened to the message
// before may come later: it must not rise again.
type tombstones struct {
	set   map[view.UID]bool
	order []view.UID // a ring
	next  int
}

func (t *tombstones) has(uid view.UID) bool { return t.set[uid] }

func (t *tombstones) add(uid view.UID) {
	if t.set[uid] {
		return
	}
	if t.set == nil {
		t.set = make(map[view.UID]bool)
	}
	t.set[uid] = true
	if len(t.order) < mostTombstones {
		t.order = append(t.order, uid)
		return
	}
	delete(t.set, t.order[t.next])
	t.order[t.next] = uid
	t.next = (t.next + 1) % mostTombstones
}
