package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"zarafa/daemon/logging"
)

// ending is how the work of a part has ended.
type ending struct {
	index int
	err   error
}

// serving are the parts that work. It belongs to the goroutine of the life cycle.
type serving struct {
	life    *life
	stops   []context.CancelFunc // of the parts that were begun, in their order
	ended   chan ending
	first   bool // the first part works
	others  int  // how many of the others do
	limit   <-chan time.Time
	abandon <-chan struct{}
	failed  []error // of parts that were stopped
}

// begin has the next part work. What it works under outlives ctx, so that parts can be stopped one after the other.
func (s *serving) begin(ctx context.Context, p Part) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	i := len(s.stops)
	s.stops = append(s.stops, stop)
	if i == 0 {
		s.first = true
	} else {
		s.others++
	}
	go func() { s.ended <- ending{i, p.serve(work)} }()
}

// note notes that a part has ended.
func (s *serving) note(e ending) {
	if e.index == 0 {
		s.first = false
	} else {
		s.others--
	}
}

func (s *serving) working() bool { return s.first || s.others > 0 }

// end stops the parts, the first one when the others have ended. It returns false when limit or abandon came earlier.
func (s *serving) end() (finished bool) {
	for i := len(s.stops) - 1; i > 0; i-- {
		s.stops[i]()
	}
	if !s.await(func() bool { return s.others == 0 }) {
		return false
	}
	for _, stop := range s.stops {
		stop()
	}
	return s.await(func() bool { return !s.working() })
}

// await waits until parts have ended, as far as done says.
func (s *serving) await(done func() bool) bool {
	for !done() {
		select {
		case e := <-s.ended:
			s.note(e)
			if err := unlessDone(e.err); err != nil {
				s.failed = append(s.failed, s.life.about(s.life.parts[e.index], err))
			}
		case <-s.limit:
			return false
		case <-s.abandon:
			return false
		}
	}
	return true
}

// openAndServe runs the services from their opening to their end.
func (l *life) openAndServe(ctx context.Context) error {
	l.logger.Log(ctx, logging.Notice, "starting", "version", l.version, "pid", os.Getpid())
	s := &serving{life: l, ended: make(chan ending, len(l.parts))}
	for _, p := range l.parts {
		if err := p.open(ctx, l.env(p)); err != nil {
			if ctx.Err() != nil {
				err = nil // asked to stop while starting
			}
			return errors.Join(l.about(p, err), l.awaitStop(ctx, s))
		}
		l.status.AddCheck(p.name(), p.healthy)
		s.begin(ctx, p)
	}
	l.status.SetServing(true)
	l.logger.Log(ctx, logging.Notice, "started")
	l.tell(stateReady)
	for {
		select {
		case <-l.reload:
			l.reloadSettings(ctx)
		case e := <-s.ended:
			s.note(e)
			return l.partEnded(ctx, s, e)
		case <-ctx.Done():
			return l.awaitStop(ctx, s)
		}
	}
}

// partEnded stops everything after a part has ended.
func (l *life) partEnded(ctx context.Context, s *serving, e ending) error {
	p, err := l.parts[e.index], e.err
	switch {
	case ctx.Err() != nil: // it has stopped before we saw that it was to
		err = unlessDone(err)
	case errors.Is(err, ErrDone):
		l.logger.Log(ctx, logging.Notice, "done")
		err = nil
	case err == nil:
		err = errors.New("the service ended by itself")
	}
	return errors.Join(l.about(p, err), l.awaitStop(ctx, s))
}

// awaitStop gives the services their time to finish.
func (l *life) awaitStop(ctx context.Context, s *serving) error {
	l.status.SetServing(false)
	if !s.working() {
		return nil
	}
	limit := l.stopLimit()
	l.logger.Log(ctx, logging.Notice, "stopping", "limit", limit)
	l.tell(stateStopping)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	s.limit, s.abandon = timer.C, l.abandon
	var err error
	if !s.end() {
		err = fmt.Errorf("running work did not finish within %v and was abandoned", limit)
		select {
		case <-l.abandon:
			// A service with nothing to finish has had too little time yet if both signals came at once.
			timer.Reset(abandonWait)
			if s.abandon, err = nil, nil; !s.end() {
				err = errors.New("running work was abandoned at the second signal")
			}
		default:
		}
	}
	if err == nil {
		l.logger.Log(ctx, logging.Notice, "stopped")
	}
	return errors.Join(append(s.failed, err)...)
}

// stopLimit is how long stopping may take: the first part stops after the others.
func (l *life) stopLimit() time.Duration {
	var others time.Duration
	for _, p := range l.parts[1:] {
		others = max(others, p.stopLimit())
	}
	return l.parts[0].stopLimit() + others
}

// unlessDone is the error of a service that was asked to stop.
func unlessDone(err error) error {
	if errors.Is(err, ErrDone) {
		return nil
	}
	return err
}

// abandonWait is how long a service may take to close what is open after the second signal.
const abandonWait = time.Second
