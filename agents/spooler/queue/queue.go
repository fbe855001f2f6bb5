// Package queue decides which mail of the outgoing queue is sent when.
//
// It owns the order: side by side up to a limit, each owner in his turn, not before a mail's time, and what a relay that cannot be reached
// means for all mails. It does nothing itself: what happens goes in by methods, and [Queue.Ready] says what to do now and when to ask
// again. Times are the caller's, and so is chance (the seed), so that a history always has the same outcome.
//
// A [Queue] belongs to one goroutine; a [Schedule] may be shared. What has to survive a restart is in the messages themselves, none of
// it here.
package queue

import (
	"math/rand/v2"
	"time"
)

// Key names a mail: the entry id of its message.
type Key string

// Entry is a mail as the server's queue has it.
type Entry struct {
	Key   Key
	Owner string // of the mailbox that it is sent from
	// NotBefore is when it may be sent (PR_DEFERRED_SEND_TIME); zero is at once.
	NotBefore time.Time
	// Instance names the row of the server's table, by which its disappearance is told.
	Instance string
	// Submitted is when its sender sent it.
	Submitted time.Time
}

// Contact is what an attempt found out about the relay.
type Contact int

// What can be known of the relay.
const (
	Unknown     Contact = iota // it was not needed
	Reached                    // it answered
	Unreachable                // it could not be reached
)

// Result is how an attempt ended.
type Result struct {
	Key Key
	// Next is when to try again, zero if the mail has left the queue.
	Next time.Time
	// Failed says that the attempt broke off for a reason that is not the mail's, so that nothing of it was recorded. The queue then chooses when
	// to try again.
	Failed bool
	Relay  Contact
}

// Task is an attempt to make.
type Task struct {
	Key   Key
	Owner string
	// Offline says that the relay is known to be out of reach: everything is to be done as if it had been tried.
	Offline bool
}

// Ready is what to do now.
type Ready struct {
	Send []Task
	// Wake is when there is more to do if nothing happens before; zero is never.
	Wake time.Time
}

// item is a mail with what is known of it here.
type item struct {
	key      Key
	owner    *owner
	instance string
	since    time.Time // when it was submitted, or when it might first be sent
	number   uint64    // order of arrival
	due      time.Time // when it may be sent
	told     time.Time // the time that the server's queue told last
	recorded time.Time // the time that the last attempt left in the message
	failures int       // in a row, of attempts that recorded nothing
	sending  bool
	gone     bool // from the server's queue while it was sent
	offline  bool // it only waits because the relay was out of reach
}

// Queue is the mails to send. The zero value is of no use, see [New].
type Queue struct {
	limit   int
	chance  *rand.Rand
	number  uint64
	turn    uint64
	items   map[Key]*item
	rows    map[string]*item // by instance
	owners  map[string]*owner
	waiting heap[*item]  // by time
	ages    heap[*item]  // all, the oldest first
	held    heap[*item]  // those of them that only wait for the relay, by arrival
	turns   heap[*owner] // those with mails that may be sent, by turn
	sending int
	relay   relayState
}

// owner is somebody whose mails are sent.
type owner struct {
	name    string
	ready   heap[*item] // by arrival
	sending int
	served  uint64 // turn in which he was served last
	all     int    // items of his
}

// New makes an empty queue that sends up to limit mails side by side.
func New(limit int, seed uint64) *Queue {
	q := &Queue{limit: limit, chance: rand.New(rand.NewPCG(seed, 0)), items: make(map[Key]*item), rows: make(map[string]*item), owners: make(map[string]*owner)}
	q.waiting.less = func(a, b *item) bool {
		if !a.due.Equal(b.due) {
			return a.due.Before(b.due)
		}
		return a.number < b.number
	}
	q.held.less = byNumber
	q.ages.less = func(a, b *item) bool {
		if !a.since.Equal(b.since) {
			return a.since.Before(b.since)
		}
		return a.number < b.number
	}
	q.turns.less = func(a, b *owner) bool {
		switch {
		case a.sending != b.sending:
			return a.sending < b.sending
		case a.served != b.served:
			return a.served < b.served
		}
		return a.name < b.name
	}
	return q
}

func byNumber(a, b *item) bool { return a.number < b.number }

// SetLimit changes how many mails are sent side by side.
func (q *Queue) SetLimit(limit int) { q.limit = limit }

// Len is how many mails are in the queue, those that are being sent too.
func (q *Queue) Len() int { return len(q.items) }

// Has reports whether a mail is still to be sent.
func (q *Queue) Has(k Key) bool {
	i := q.items[k]
	return i != nil && !i.gone
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Oldest is for how long the oldest mail has been due, 0 if there is none that is.
func (q *Queue) Oldest(now time.Time) time.Duration {
	if q.ages.empty() || q.ages.list[0].since.IsZero() {
		return 0
	}
	return max(now.Sub(q.ages.list[0].since), 0)
}

// Put says that the server's queue has a mail, or has it with another time than before.
func (q *Queue) Put(e Entry) {
	i := q.items[e.Key]
	switch {
	case i == nil:
		q.number++
		i = &item{
			key: e.Key, owner: q.ownerOf(e.Owner), number: q.number, instance: e.Instance, since: later(e.Submitted, e.NotBefore),
			due: e.NotBefore, told: e.NotBefore,
		}
		q.items[e.Key], q.rows[e.Instance] = i, i
		q.ages.push(i)
		i.owner.all++
		q.wait(i)
		return
	case e.NotBefore.Equal(i.told):
		i.gone = false
		return
	}
	i.gone, i.told = false, e.NotBefore
	if i.sending || e.NotBefore.Equal(i.recorded) {
		return
	}
	// A time that somebody else has set counts; what attempts said does not any more.
	q.lift(i)
	i.due, i.offline, i.failures = e.NotBefore, false, 0
	q.wait(i)
}

// Remove says that a mail is no longer in the server's queue.
func (q *Queue) Remove(k Key) {
	if i := q.items[k]; i != nil {
		q.remove(i)
	}
}

// RemoveInstance is Remove by the name of the row.
func (q *Queue) RemoveInstance(instance string) {
	if i := q.rows[instance]; i != nil {
		q.remove(i)
	}
}

func (q *Queue) remove(i *item) {
	if i.sending {
		i.gone = true
		return
	}
	q.lift(i)
	q.forget(i)
}

// Replace says what the server's queue holds, all of it.
func (q *Queue) Replace(list []Entry) {
	there := make(map[Key]bool, len(list))
	for _, e := range list {
		there[e.Key] = true
		q.Put(e)
	}
	for k, i := range q.items {
		if !there[k] {
			q.remove(i)
		}
	}
}

// wait has a mail wait for its time.
func (q *Queue) wait(i *item) {
	q.waiting.push(i)
	if i.offline {
		q.held.push(i)
	}
}

// lift takes a mail that is not being sent out of where it waits.
func (q *Queue) lift(i *item) {
	q.held.remove(i)
	if q.waiting.remove(i) {
		return
	}
	if i.owner.ready.remove(i) && i.owner.ready.empty() {
		q.turns.remove(i.owner)
	}
}

// forget ends all knowledge of a mail that waits nowhere.
func (q *Queue) forget(i *item) {
	delete(q.items, i.key)
	if q.rows[i.instance] == i {
		delete(q.rows, i.instance)
	}
	q.ages.remove(i)
	if i.owner.all--; i.owner.all == 0 {
		delete(q.owners, i.owner.name)
	}
}

func (q *Queue) ownerOf(name string) *owner {
	o := q.owners[name]
	if o == nil {
		o = &owner{name: name}
		o.ready.less = byNumber
		q.owners[name] = o
	}
	return o
}

// Done says how an attempt ended.
func (q *Queue) Done(now time.Time, r Result) {
	i := q.items[r.Key]
	if i == nil || !i.sending {
		return
	}
	i.sending = false
	q.sending--
	i.owner.sending--
	q.turns.fix(i.owner)
	switch {
	case i.gone || r.Next.IsZero() && !r.Failed:
		q.forget(i)
	case r.Failed:
		i.due = now.Add(backoff(i.failures))
		i.failures++
		q.wait(i)
	default:
		i.due, i.recorded, i.failures = r.Next, r.Next, 0
		i.offline = r.Relay == Unreachable
		q.wait(i)
	}
	q.learn(now, r.Relay, i)
}

// Retry says that the reason why attempts failed is gone: mails that only wait for that are tried at once.
func (q *Queue) Retry() {
	var list []*item
	for _, i := range q.waiting.list {
		if i.failures > 0 {
			list = append(list, i)
		}
	}
	q.release(list)
}

// release has mails sent that wait.
func (q *Queue) release(list []*item) {
	for _, i := range list {
		q.lift(i)
		i.due, i.offline, i.failures = time.Time{}, false, 0
		q.wait(i)
	}
}

// Ready says what to do. The tasks count as begun.
func (q *Queue) Ready(now time.Time) Ready {
	q.probe(now)
	for !q.waiting.empty() && !q.waiting.list[0].due.After(now) {
		i := q.waiting.pop()
		q.held.remove(i)
		i.owner.ready.push(i)
		q.turns.put(i.owner)
	}
	var r Ready
	for q.sending < q.limit && !q.turns.empty() {
		r.Send = append(r.Send, q.next(now))
	}
	if !q.waiting.empty() {
		r.Wake = q.waiting.list[0].due
	}
	if at := q.nextProbe(); !at.IsZero() && at.Before(r.Wake) {
		r.Wake = at
	}
	return r
}

// next begins the attempt whose turn it is.
func (q *Queue) next(now time.Time) Task {
	o := q.turns.pop()
	i := o.ready.pop()
	q.turn++
	o.served = q.turn
	o.sending++
	q.sending++
	if !o.ready.empty() {
		q.turns.push(o)
	}
	i.sending, i.offline = true, false
	t := Task{Key: i.key, Owner: o.name}
	if q.relay.away {
		t.Offline = !q.mayProbe(now)
		if !t.Offline {
			q.relay.prober = i
		}
	}
	return t
}
