package queue

import (
	"math/rand/v2"
	"slices"
	"time"
)

// twin does what [Queue] does by looking at everything each time.
type twin struct {
	limit   int
	chance  *rand.Rand
	items   []*twinItem // by arrival
	served  map[string]int
	turn    int
	away    bool
	failed  int
	probeAt time.Time
}

type twinItem struct {
	Entry
	since, due, recorded              time.Time
	failures                          int
	sending, gone, offline, probe, up bool // up: its time has come
}

func newTwin(limit int, seed uint64) *twin {
	return &twin{limit: limit, chance: rand.New(rand.NewPCG(seed, 0)), served: make(map[string]int)}
}

func (q *twin) find(k Key) *twinItem {
	for _, i := range q.items {
		if i.Key == k {
			return i
		}
	}
	return nil
}

func (q *twin) put(e Entry) {
	i := q.find(e.Key)
	if i == nil {
		since := e.Submitted
		if e.NotBefore.After(since) {
			since = e.NotBefore
		}
		q.items = append(q.items, &twinItem{Entry: e, due: e.NotBefore, since: since})
		return
	}
	i.gone = false
	if i.NotBefore.Equal(e.NotBefore) {
		return
	}
	i.NotBefore = e.NotBefore
	if !i.sending && !i.recorded.Equal(e.NotBefore) {
		i.due, i.failures, i.offline, i.up = e.NotBefore, 0, false, false
	}
}

func (q *twin) remove(k Key) {
	if i := q.find(k); i != nil && i.sending {
		i.gone = true
	} else if i != nil {
		q.drop(i)
	}
}

func (q *twin) drop(i *twinItem) {
	q.items = slices.DeleteFunc(q.items, func(o *twinItem) bool { return o == i })
	if !slices.ContainsFunc(q.items, func(o *twinItem) bool { return o.Owner == i.Owner }) {
		delete(q.served, i.Owner) // nothing is remembered of owners without mail
	}
}

func (q *twin) replace(list []Entry) {
	for _, e := range list {
		q.put(e)
	}
	for _, i := range slices.Clone(q.items) {
		if !slices.ContainsFunc(list, func(e Entry) bool { return e.Key == i.Key }) {
			q.remove(i.Key)
		}
	}
}

func (q *twin) probing() bool {
	return slices.ContainsFunc(q.items, func(i *twinItem) bool { return i.probe })
}

func (q *twin) done(now time.Time, r Result) {
	i := q.find(r.Key)
	if i == nil || !i.sending {
		return
	}
	probe := i.probe
	i.sending, i.probe = false, false
	if i.gone || !r.Failed && r.Next.IsZero() {
		q.drop(i)
	} else if r.Failed {
		pause := time.Minute
		for range i.failures {
			pause = min(2*pause, time.Hour)
		}
		i.due = now.Add(pause)
		i.failures++
	} else {
		i.due, i.recorded, i.failures, i.offline = r.Next, r.Next, 0, r.Relay == Unreachable
	}
	if r.Relay == Reached && q.away {
		q.away, q.failed = false, 0
		for _, i := range q.items {
			i.probe = false
			if i.offline && !i.sending {
				i.due, i.offline, i.failures = time.Time{}, false, 0
			}
		}
	}
	if r.Relay == Unreachable && (probe || !q.away) {
		pause := 30 * time.Second
		for range q.failed {
			pause = min(2*pause, 5*time.Minute)
		}
		q.away = true
		q.failed++
		q.probeAt = now.Add(jittered(pause, q.chance.Float64()))
	}
}

func (q *twin) retry() {
	for _, i := range q.items {
		if i.failures > 0 && !i.sending && !i.up {
			i.due, i.failures, i.offline = time.Time{}, 0, false
		}
	}
}

func (q *twin) ready(now time.Time) (r Ready) {
	anyUp := false
	for _, i := range q.items {
		anyUp = anyUp || !i.sending && (i.up || !i.due.After(now))
	}
	if q.away && !q.probing() && !now.Before(q.probeAt) && !anyUp {
		for _, i := range q.items {
			if i.offline && !i.sending {
				i.due, i.offline, i.failures = time.Time{}, false, 0
				break
			}
		}
	}
	for _, i := range q.items {
		if !i.sending && !i.due.After(now) {
			i.up, i.offline = true, false
		}
	}
	for q.count(func(i *twinItem) bool { return i.sending }) < q.limit {
		i := q.next()
		if i == nil {
			break
		}
		q.turn++
		q.served[i.Owner] = q.turn
		i.up, i.sending, i.offline = false, true, false
		t := Task{Key: i.Key, Owner: i.Owner, Offline: q.away}
		if q.away && !q.probing() && !now.Before(q.probeAt) {
			i.probe, t.Offline = true, false
		}
		r.Send = append(r.Send, t)
	}
	held := false
	for _, i := range q.items {
		if i.sending || i.up {
			continue
		}
		held = held || i.offline
		if r.Wake.IsZero() || i.due.Before(r.Wake) {
			r.Wake = i.due
		}
	}
	if held && q.away && !q.probing() && q.probeAt.Before(r.Wake) {
		r.Wake = q.probeAt
	}
	return r
}

func (q *twin) count(which func(*twinItem) bool) (n int) {
	for _, i := range q.items {
		if which(i) {
			n++
		}
	}
	return n
}

// next is the first mail of the owner with the fewest in work, who has waited longest for his turn.
func (q *twin) next() (best *twinItem) {
	busy := func(i *twinItem) int {
		return q.count(func(o *twinItem) bool { return o.sending && o.Owner == i.Owner })
	}
	for _, i := range q.items {
		if !i.up {
			continue
		}
		if best == nil {
			best = i
			continue
		}
		if a, b := busy(i), busy(best); a != b {
			if a < b {
				best = i
			}
		} else if a, b := q.served[i.Owner], q.served[best.Owner]; a != b {
			if a < b {
				best = i
			}
		} else if i.Owner < best.Owner {
			best = i
		}
	}
	return best
}

func (q *twin) oldest(now time.Time) time.Duration {
	var first time.Time
	for n, i := range q.items {
		if n == 0 || i.since.Before(first) {
			first = i.since
		}
	}
	if first.IsZero() {
		return 0
	}
	return max(now.Sub(first), 0)
}
