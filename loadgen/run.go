// Package loadgen plays the users of a groupware server and measures what they would feel.
//
// The load is an open loop: when something is done does not depend on how long the server takes, and the time that an
// action took counts from the moment at which it was due. A run whose own schedule was late is void. Every user
// checks the server's answers (package truth); the first wrong one ends the run.
//
// A run has two goroutines for each user (package outlook), some for the deliveries, and one that reports.
// Its calls of OnInterval come from that one.
//
// It refuses to go on when mailboxes are not as the truth says, and to call a run good that ran late.
package loadgen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/latency"
	"zarafa/loadgen/truth"
)

// Times of a run.
const (
	// defaultMaxSlip is how late the schedule may be at its 99th percentile.
	defaultMaxSlip = 5 * time.Millisecond
	// defaultGrace is how long actions may take after the time is up.
	defaultGrace = 10 * time.Second
	// notifyCheck is how often the end of that wait is looked for.
	notifyCheck = 20 * time.Millisecond
	// logOffGrace limits the log-offs at the end.
	logOffGrace = 30 * time.Second
	// noLimit is longer than any operation takes.
	noLimit = time.Duration(math.MaxInt64)
	// parallel is how many users are prepared and checked at one time.
	parallel = 8
)

// run is a run.
type run struct {
	options  Options
	material *content.Material
	source   string // of the tokens
	players  []*player
	agent    *client.Session // delivers, nil if every user has his own
	buffers  *client.Buffers // of all sessions

	latencies, notifications, slips *latency.Recorder

	missed   atomic.Int64
	loggedOn atomic.Int64
	cancel   context.CancelCauseFunc
	endEarly func() // ends the schedule, not what is running
}

// errDecided ends a schedule when the outcome is clear.
var errDecided = errors.New("decided")

// Run plays the users. A wrong answer is not an error but in the result.
func Run(ctx context.Context, o Options) (*Result, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	material, err := content.LoadMaterial()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit, maxSlip := cmp.Or(o.Limit, noLimit), cmp.Or(o.MaxSlip, defaultMaxSlip)
	r := &run{
		options: o, material: material, source: source(o, started), cancel: cancel, buffers: client.NewBuffers(),
		latencies: latency.NewRecorder(limit), notifications: latency.NewRecorder(limit), slips: latency.NewRecorder(maxSlip),
	}
	defer r.logOff(context.WithoutCancel(ctx))
	result := newResult(o, started)
	err = r.play(ctx, result)
	result.Operations, result.All = r.latencies.Total(), r.latencies.All()
	result.Notify, result.Schedule = r.notifications.All(), r.slips.All()
	_, result.Slow = r.latencies.Slow()
	result.Missed = int(r.missed.Load())
	if errors.As(err, &result.Violation) {
		err = nil
	}
	if late := result.Schedule.P99; late > maxSlip {
		result.Void = fmt.Sprintf("the load generator's own schedule was late by %v at p99, more than %v: give it more processor time or fewer users", late, maxSlip)
	}
	return result, err
}

// play prepares, works and checks.
func (r *run) play(ctx context.Context, result *Result) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	debug.FreeOSMemory() // logging on and learning have left more garbage than the work will
	result.Server, result.ServerGUIDs = r.players[0].version, r.servers()
	start, err := r.awaitStart(ctx)
	if err != nil {
		return err
	}
	result.Start = start
	work, stopWork := context.WithDeadline(ctx, start.Add(r.options.Duration+cmp.Or(r.options.Grace, defaultGrace)))
	defer stopWork()
	schedule, stopSchedule := context.WithCancelCause(work)
	defer stopSchedule(nil)
	r.endEarly = func() { stopSchedule(errDecided) }
	reported := make(chan []Interval)
	stopReport := make(chan struct{})
	go func() { reported <- r.report(start, stopReport) }()
	var workers sync.WaitGroup
	for _, p := range r.players {
		workers.Go(func() { r.work(work, schedule, p, start) })
	}
	workers.Go(func() { r.deliver(work, schedule, start) })
	workers.Go(func() { // the run lasts as long as it was asked to, whenever the last action was
		timer := newWaiter()
		defer timer.stop()
		timer.wait(schedule, time.Until(start.Add(r.options.Duration)), nil)
	})
	workers.Wait()
	close(stopReport)
	result.Intervals = <-reported
	result.Duration = time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := r.checkNotified(ctx); err != nil {
		return err
	}
	return r.eachPlayer(ctx, func(ctx context.Context, p *player) error { return p.user.CheckAll(ctx) })
}

// eachPlayer does something for all players, some at a time; the first error ends it.
func (r *run) eachPlayer(ctx context.Context, do func(context.Context, *player) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(parallel, len(r.players)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(r.players) {
					return
				}
				if err := do(ctx, r.players[n]); err != nil {
					cancel(fmt.Errorf("user %s: %w", r.players[n].login, err))
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// checkNotified waits for the notifications that are under way.
func (r *run) checkNotified(ctx context.Context) error {
	begin := time.Now()
	tick := time.NewTicker(notifyCheck)
	defer tick.Stop()
	for time.Since(begin) < r.options.NotifyGrace {
		waiting := 0
		for _, p := range r.players {
			waiting += p.user.Waiting()
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for _, p := range r.players {
		if err := p.user.CheckNotified(begin); err != nil {
			return err
		}
	}
	return nil
}

// failed ends the run if an error is a wrong answer, and names other errors.
func (r *run) failed(ctx context.Context, err error) (name string) {
	var v *truth.Violation
	switch {
	case err == nil:
		return ""
	case errors.As(err, &v):
		r.cancel(err)
		return "wrong answer: " + string(v.Kind)
	case ctx.Err() != nil:
		return "time is up"
	}
	return errorName(err)
}
