// Package pacer decides when a simulated user does what. It is pure: a function of a profile and of random numbers,
// without clocks, timers or goroutines.
//
// Each action comes at random times with the rate of the profile, independent of all others and of how long the server
// takes (a Poisson process): users do not wait for each other. If the profile has hours of a day the rates follow them. A Pacer belongs to
// one goroutine.
package pacer

import (
	"math"
	"math/rand/v2"
	"time"

	"zarafa/profiles/users"
)

// Event is an action with its time since the start.
type Event struct {
	At     time.Duration
	Action users.Action
}

// Pacer makes the events of one user, or of a group of equal users.
type Pacer struct {
	random  *rand.Rand
	at      time.Duration
	actions []users.Action
	sums    []float64 // rates added up, per second
	day     *day      // nil: the rates are always the same
}

// New makes a pacer for those actions of a profile that are listed. compress multiplies the profile's rates, which are
// those of a day's hours of work; so does a group of users.
func New(p *users.Profile, actions []users.Action, compress float64, r *rand.Rand) *Pacer {
	pacer := &Pacer{random: r}
	hours := p.HoursPerDay
	if len(p.Hours) > 0 {
		hours, pacer.day = hoursOfDay, newDay(p, compress)
	}
	sum := 0.0
	for _, action := range actions {
		rate := p.PerDay[action] * compress / (hours * 3600)
		if rate <= 0 {
			continue
		}
		sum += rate
		pacer.actions = append(pacer.actions, action)
		pacer.sums = append(pacer.sums, sum)
	}
	return pacer
}

// Rate is how many events come a second, on average over a day.
func (p *Pacer) Rate() float64 {
	if len(p.sums) == 0 {
		return 0
	}
	return p.sums[len(p.sums)-1]
}

// forever is the time of the next event of a user who does nothing.
const forever = time.Duration(math.MaxInt64)

// Next returns the next event. Without any rate it is one that never comes.
func (p *Pacer) Next() Event {
	rate := p.Rate()
	if rate == 0 {
		return Event{At: forever}
	}
	gap := p.random.ExpFloat64() / rate
	if p.day != nil {
		gap = p.day.stretch(p.at.Seconds(), gap)
	}
	gap *= float64(time.Second)
	if gap >= float64(forever-p.at) {
		return Event{At: forever}
	}
	p.at += time.Duration(gap)
	n := p.random.Float64() * rate
	for i, sum := range p.sums {
		if n < sum {
			return Event{p.at, p.actions[i]}
		}
	}
	return Event{p.at, p.actions[len(p.actions)-1]}
}
