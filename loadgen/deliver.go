package loadgen

import (
	"context"
	"math/rand/v2"
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

// deliveries is the number of the user whose random numbers schedule the deliveries; users begin at 1.
const deliveries = 0

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
		random := r.random(deliveries, uint64(n)<<32+1)
		agents.Go(func() { r.deliverQueue(ctx, queue, random) })
	}
	choose := r.random(deliveries, 0)
	p := pacer.New(r.options.Profile, []users.Action{users.Receive}, r.options.Compress*float64(len(r.players)), choose)
	timer := newWaiter()
	defer timer.stop()
	for e := p.Next(); e.At < r.options.Duration; e = p.Next() {
		due := start.Add(e.At)
		if !r.wait(schedule, timer, due) {
			if decided(schedule) {
				break
			}
			r.missed.Add(1)
			continue
		}
		queue <- delivery{r.players[choose.IntN(len(r.players))], due}
	}
	close(queue)
	agents.Wait()
}

// deliverQueue is a delivery agent.
func (r *run) deliverQueue(ctx context.Context, queue <-chan delivery, random *rand.Rand) {
	for d := range queue {
		if ctx.Err() != nil {
			r.missed.Add(1)
			continue
		}
		agent := r.agent
		if agent == nil {
			agent = d.to.agent
		}
		err := d.to.user.Deliver(ctx, agent, random)
		r.latencies.Record(string(users.Receive), time.Since(d.due), r.failed(ctx, err))
	}
}
