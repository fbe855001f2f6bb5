package queue

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"zarafa/internal/testseed"
)

func start() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// history is a queue and its twin that the same things happen to.
type history struct {
	t      *testing.T
	random *rand.Rand
	now    time.Time
	queue  *Queue
	twin   *twin
	flying []Key
	keys   int
	server map[Key]Entry // the server's queue
	trace  []string
}

func (h *history) note(format string, args ...any) {
	h.trace = append(h.trace, fmt.Sprintf(format, args...))
}

// step does one thing, and compares.
func (h *history) step() bool {
	switch n := h.random.IntN(20); {
	case n < 5:
		h.add()
	case n < 7:
		h.change()
	case n < 8:
		h.remove()
	case n < 9:
		h.replace()
	case n < 10:
		h.note("retry")
		h.queue.Retry()
		h.twin.retry()
	case n < 11:
		limit := 1 + h.random.IntN(4)
		h.note("limit %d", limit)
		h.queue.SetLimit(limit)
		h.twin.limit = limit
	case n < 16:
		h.finish()
	default:
		pauses := []time.Duration{0, time.Second, 20 * time.Second, time.Minute, 10 * time.Minute, time.Hour}
		h.now = h.now.Add(pauses[h.random.IntN(len(pauses))])
	}
	return h.compare()
}

func (h *history) at() time.Time {
	if h.random.IntN(2) == 0 {
		return time.Time{}
	}
	return h.now.Add(time.Duration(h.random.IntN(7200)-600) * time.Second)
}

func (h *history) add() {
	h.keys++
	k := Key(fmt.Sprint("m", h.keys))
	e := Entry{Key: k, Instance: "row " + string(k), Owner: fmt.Sprint("u", h.random.IntN(4)), NotBefore: h.at(), Submitted: h.now}
	h.put(e)
}

func (h *history) put(e Entry) {
	h.note("put %s of %s at %v", e.Key, e.Owner, e.NotBefore)
	h.server[e.Key] = e
	h.queue.Put(e)
	h.twin.put(e)
}

func (h *history) any() (Entry, bool) {
	list := h.list()
	if len(list) == 0 {
		return Entry{}, false
	}
	return list[h.random.IntN(len(list))], true
}

func (h *history) list() (list []Entry) {
	for n := range h.keys {
		if e, ok := h.server[Key(fmt.Sprint("m", n+1))]; ok {
			list = append(list, e)
		}
	}
	return list
}

func (h *history) change() {
	if e, ok := h.any(); ok {
		if i := h.queue.items[e.Key]; i != nil && !i.recorded.IsZero() && h.random.IntN(2) == 0 {
			e.NotBefore = i.recorded // what the attempt wrote comes back
		} else {
			e.NotBefore = h.at()
		}
		h.put(e)
	}
}

func (h *history) remove() {
	e, ok := h.any()
	if !ok {
		return
	}
	h.note("remove %s", e.Key)
	delete(h.server, e.Key)
	if h.random.IntN(2) == 0 {
		h.queue.Remove(e.Key)
	} else {
		h.queue.RemoveInstance(e.Instance)
	}
	h.twin.remove(e.Key)
}

func (h *history) replace() {
	list := h.list()
	for range h.random.IntN(2) {
		if len(list) > 0 {
			n := h.random.IntN(len(list))
			delete(h.server, list[n].Key)
			list = slices.Delete(list, n, n+1)
		}
	}
	h.note("replace %d", len(list))
	h.queue.Replace(list)
	h.twin.replace(list)
}

// finish ends an attempt, or one that never was.
func (h *history) finish() {
	if len(h.flying) == 0 {
		return
	}
	n := h.random.IntN(len(h.flying))
	r := Result{Key: h.flying[n], Relay: Contact(h.random.IntN(3))}
	h.flying = slices.Delete(h.flying, n, n+1)
	switch h.random.IntN(4) {
	case 0:
		delete(h.server, r.Key)
	case 1:
		r.Failed = true
	default:
		r.Next = h.now.Add(time.Duration(1+h.random.IntN(3600)) * time.Second)
	}
	h.note("done %+v", r)
	h.queue.Done(h.now, r)
	h.twin.done(h.now, r)
}

func (h *history) compare() bool {
	got, want := h.queue.Ready(h.now), h.twin.ready(h.now)
	for _, t := range got.Send {
		h.flying = append(h.flying, t.Key)
	}
	h.note("%s ready %+v", h.now.Format(time.TimeOnly), got)
	ok := reflect.DeepEqual(got.Send, want.Send) && got.Wake.Equal(want.Wake) && h.queue.Len() == len(h.twin.items) &&
		h.queue.Away() == h.twin.away && h.queue.Oldest(h.now) == h.twin.oldest(h.now)
	if !ok {
		h.t.Errorf("got %+v, %d mails, away %v, oldest %v; want %+v, %d, %v, %v after\n%s", got, h.queue.Len(), h.queue.Away(), h.queue.Oldest(h.now),
			want, len(h.twin.items), h.twin.away, h.twin.oldest(h.now), join(h.trace))
	}
	return ok
}

func join(lines []string) (s string) {
	for _, l := range lines {
		s += l + "\n"
	}
	return s
}

// The queue does what a twin does that looks at everything each time, in thousands of histories.
func TestTwin(t *testing.T) {
	random := testseed.New(t)
	for range 3000 {
		seed := random.Uint64()
		h := &history{
			t: t, random: rand.New(rand.NewPCG(seed, 1)), now: start(), queue: New(2, seed), twin: newTwin(2, seed), server: make(map[Key]Entry),
		}
		for range 60 {
			if !h.step() {
				return
			}
		}
		h.drain()
		if t.Failed() {
			return
		}
	}
}

// drain lets everything end: whatever has happened, no mail stays behind.
func (h *history) drain() {
	for range 10_000 {
		for len(h.flying) > 0 {
			r := Result{Key: h.flying[0], Relay: Reached}
			h.flying = h.flying[1:]
			h.queue.Done(h.now, r)
			h.twin.done(h.now, r)
		}
		r := h.queue.Ready(h.now)
		h.twin.ready(h.now)
		for _, t := range r.Send {
			h.flying = append(h.flying, t.Key)
		}
		if len(r.Send) == 0 {
			if r.Wake.IsZero() {
				break
			}
			h.now = r.Wake
		}
	}
	if n := h.queue.Len(); n != 0 {
		h.t.Errorf("%d mails are never sent after\n%s", n, join(h.trace))
	}
	if len(h.queue.owners)+len(h.queue.rows)+len(h.queue.ages.list)+len(h.queue.held.list) != 0 {
		h.t.Error("something is remembered of mails that are gone")
	}
}

// While the relay is away one attempt in some minutes tries it; when it is back, all that waited for it is sent.
func TestRelayAway(t *testing.T) {
	q, now := New(3, 1), start()
	for n := range 20 {
		q.Put(Entry{Key: Key(fmt.Sprint(n)), Instance: fmt.Sprint(n), Owner: "alice"})
	}
	online := 0
	for range 200 {
		r := q.Ready(now)
		for _, task := range r.Send {
			if !task.Offline {
				online++
			}
			q.Done(now, Result{Key: task.Key, Relay: Unreachable, Next: now.Add(time.Hour)})
		}
		if len(r.Send) == 0 {
			now = r.Wake
		}
		if now.Sub(start()) > 59*time.Minute {
			break
		}
	}
	if !q.Away() || online < 10 || online > 20 {
		t.Errorf("the relay was tried %d times in an hour", online)
	}
	for q.Away() {
		r := q.Ready(now)
		for _, task := range r.Send {
			result := Result{Key: task.Key, Relay: Reached}
			if task.Offline {
				result.Relay, result.Next = Unreachable, now.Add(time.Hour)
			}
			q.Done(now, result)
		}
		if len(r.Send) == 0 {
			now = r.Wake
		}
	}
	sent := 1
	for range 20 {
		for _, task := range q.Ready(now).Send {
			sent++
			if task.Offline {
				t.Error("the relay is back")
			}
			q.Done(now, Result{Key: task.Key, Relay: Reached})
		}
	}
	if sent != 20 || q.Len() != 0 {
		t.Errorf("%d sent at once, %d left", sent, q.Len())
	}
}

// An owner with thousands of mails does not delay another's.
func TestFair(t *testing.T) {
	q := New(2, 1)
	for n := range 1000 {
		q.Put(Entry{Key: Key(fmt.Sprint(n)), Instance: fmt.Sprint(n), Owner: "mass"})
	}
	first := q.Ready(start()).Send
	q.Put(Entry{Key: "one", Instance: "one", Owner: "alice"})
	q.Done(start(), Result{Key: first[0].Key})
	if next := q.Ready(start()).Send; len(next) != 1 || next[0].Owner != "alice" {
		t.Errorf("next is %+v", next)
	}
}
