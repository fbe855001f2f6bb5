package loadgen

import (
	"context"
	"time"
)

// waiter is a timer that is used again and again.
type waiter struct{ timer *time.Timer }

func newWaiter() *waiter {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &waiter{t}
}

func (w *waiter) stop() { w.timer.Stop() }

// wait waits for d, unless the context ends or something comes from interrupt before.
func (w *waiter) wait(ctx context.Context, d time.Duration, interrupt <-chan struct{}) waited {
	w.timer.Reset(d)
	how := interrupted
	select {
	case <-w.timer.C:
		return reached
	case <-interrupt:
	case <-ctx.Done():
		how = over
	}
	w.timer.Stop()
	return how
}
