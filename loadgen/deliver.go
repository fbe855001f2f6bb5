package loadgen

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"zarafa/loadgen/pacer"
	"zarafa/profiles/users"
)

// Deliveries: how many agents there are, and how many messages may wait for one before the schedule is held up (the
// time that they took counts from when they were due in any case).
const (
	deliveryAgents = 8
	deliveryQueue  = 1024
)

// hoursOfDay is how long a day is.
const hoursOfDay = 24

// deliveries is the number of the user whose random numbers schedule the deliveries; users begin at 1.
const deliveries = 0

// partStreams is where the streams of random numbers of this machine's deliveries begin, so that machines differ.
func (r *run) partStreams() uint64 { return uint64(r.options.Part) << 48 }

// delivery is a message that is due.
type delivery struct {
	to  *player
	due time.Time
}

// deliver brings mail to random users: all together they get as much as the profile says.
func (r *run) deliver(ctx, schedule context.Context, start time.Time) {
	queue := make(chan delivery, deliveryQueue)
	var agents sync.WaitGroup
	for n := range min(deliveryAgents, len(r.players)) {
		random := r.random(deliveries, r.partStreams()+uint64(n)<<32+1)
		agents.Go(func() { r.deliverQueue(ctx, queue, random) })
	}
	choose := r.random(deliveries, r.partStreams())
	p, up := r.receivers(choose)
	timer := newWaiter()
	defer timer.stop()
	for e := p.Next(); e.At < r.options.Duration; e = p.Next() {
		due := start.Add(e.At)
		if r.wait(schedule, timer, due, nil) != reached {
			if decided(schedule) {
				break
			}
			r.missed.Add(1)
			continue
		}
		to, _ := slices.BinarySearch(up, choose.Float64()*up[len(up)-1])
		queue <- delivery{r.players[min(to, len(up)-1)], due}
	}
	close(queue)
	agents.Wait()
}

// receivers makes the schedule of all deliveries, and the sums of what the users get a second, up to each.
func (r *run) receivers(random *rand.Rand) (p *pacer.Pacer, up []float64) {
	sum := 0.0
	for _, player := range r.players {
		sum += pacer.New(player.profile, []users.Action{users.Receive}, 1, nil).Rate()
		up = append(up, sum)
	}
	all := *r.options.Profile
	all.HoursPerDay, all.PerDay = hoursOfDay, map[users.Action]float64{users.Receive: sum * hoursOfDay * 3600}
	return pacer.New(&all, []users.Action{users.Receive}, r.options.Compress, random), up
}

// deliverQueue is a delivery agent.
func (r *run) deliverQueue(ctx context.Context, queue <-chan delivery, random *rand.Rand) {
	for d := range queue {
		if ctx.Err() != nil {
			r.missed.Add(1)
			continue
		}
		err := d.to.user.Deliver(ctx, d.to.agent, random)
		r.latencies.Record(string(users.Receive), time.Since(d.due), r.failed(ctx, err))
	}
}
