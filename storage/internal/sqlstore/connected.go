package sqlstore

import (
	"context"
	"time"
)

const (
	// connectionWait is how long a call waits for a connection that the database refuses because it has too many.
	connectionWait = 10 * time.Second
	// connectionPause is how long it waits before it looks again: for one that another call has given back to the pool, or
	// another program to the database.
	connectionPause = 10 * time.Millisecond
)

// connected calls f, which uses a connection of a pool, until the database has one for it. The pool may have fewer connections
// than it is allowed; it asks for another one when all are in use, and has none to offer when that is refused.
func connected[T any](ctx context.Context, fault func(error) Fault, f func() (T, error)) (T, error) {
	var deadline <-chan time.Time
	for {
		v, err := f()
		if err == nil || fault(err) != FaultNoConnection {
			return v, err
		}
		if deadline == nil {
			deadline = time.After(connectionWait)
		}
		select {
		case <-time.After(connectionPause):
		case <-ctx.Done():
			return v, err
		case <-deadline:
			return v, err
		}
	}
}
