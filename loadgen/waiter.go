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

// wait returns true after d, false if the context ends before.
func (w *waiter) wait(ctx context.Context, d time.Duration) bool {
	w.timer.Reset(d)
	select {
	case <-w.timer.C:
		return true
	case <-ctx.Done():
		w.timer.Stop()
		return false
	}
}
