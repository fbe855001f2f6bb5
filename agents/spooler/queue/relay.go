package queue

import (
	"slices"
	"time"
)

// The pauses between attempts to reach a relay that is away: the first, and the longest.
const (
	firstProbe   = 30 * time.Second
	longestProbe = 5 * time.Minute
)

// relayState is what is known of the relay. While it is away one attempt at a time tries it.
type relayState struct {
	away   bool
	prober *item // whose attempt tries it, if one does
	failed int   // in a row
	next   time.Time
}

// Away reports whether the relay is known to be out of reach.
func (q *Queue) Away() bool { return q.relay.away }

// learn notes what the attempt of a mail says of the relay.
func (q *Queue) learn(now time.Time, c Contact, i *item) {
	probe := q.relay.prober == i
	if probe {
		q.relay.prober = nil // one that did not need the relay after all leaves it to the next
	}
	switch c {
	case Reached:
		if q.relay.away {
			q.relay = relayState{}
			q.release(slices.Clone(q.held.list))
		}
	case Unreachable:
		if q.relay.away && !probe {
			return // it did not try, or began before the relay was known to be away
		}
		pause := min(firstProbe<<min(q.relay.failed, 10), longestProbe)
		q.relay = relayState{away: true, failed: q.relay.failed + 1, next: now.Add(jittered(pause, q.chance.Float64()))}
	case Unknown:
	}
}

// probe has the mail sent that has waited longest for the relay, if it is time to see whether it is back and nobody else is about to.
func (q *Queue) probe(now time.Time) {
	if at := q.nextProbe(); at.IsZero() || now.Before(at) || !q.turns.empty() || !q.waiting.list[0].due.After(now) {
		return
	}
	q.release([]*item{q.held.list[0]})
}

// nextProbe is when to see whether the relay is back, zero if nobody waits for it.
func (q *Queue) nextProbe() time.Time {
	if !q.relay.away || q.relay.prober != nil || q.held.empty() {
		return time.Time{}
	}
	return q.relay.next
}

// mayProbe reports whether the attempt that begins is to try a relay that is away.
func (q *Queue) mayProbe(now time.Time) bool {
	return q.relay.prober == nil && !now.Before(q.relay.next)
}
