package session

import (
	"context"
	"slices"
	"sync"

	"zarafa/mapi"
)

// encodings is how many times a large value is in memory while its answer is made: as it was read, as base64, and
// as the smaller buffer that the base64 grows out of.
const encodings = 3

// leastValue is the size in bytes from which a value counts: smaller ones are part of what every request may use.
const leastValue = 64 << 10

// Values is the budget that the large values of all calls share from when they are read until their answers are made. A call that does not fit
// waits, in the order of asking, so that a large value is not passed over for ever. It is safe for use by many goroutines.
type Values struct {
	limit int64

	mu      sync.Mutex
	held    int64
	waiting []*valueWaiter // the first has waited longest
}

type valueWaiter struct {
	size  int64
	ready chan struct{} // closed when size is held
}

// NewValues makes a budget of limit bytes.
func NewValues(limit int64) *Values { return &Values{limit: limit} }

// Stats is how many bytes are taken, and how many calls wait for some.
func (v *Values) Stats() (held int64, waiting int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.held, len(v.waiting)
}

// TakeValue waits until there is memory for a value of n bytes and its answer, which GiveValues gives back. A value larger than the
// budget waits for all of it. A call that has some already gets more at once: two that wait for each other
// would wait for ever. The error is NOT_ENOUGH_MEMORY if the call's context ends first.
func (c *Call) TakeValue(n int64) error {
	if c.Values == nil || n < leastValue {
		return nil
	}
	n = min(encodings*n, c.Values.limit)
	if err := c.Values.take(c.Context, n, c.taken > 0); err != nil {
		return mapi.Errorf(mapi.NotEnoughMemory, "reading a large value", "too many are read at a time: %w", err)
	}
	c.taken += n
	return nil
}

// GiveValues gives back what TakeValue has taken, if anything.
func (c *Call) GiveValues() {
	if c.taken > 0 {
		c.Values.give(c.taken)
		c.taken = 0
	}
}

func (v *Values) take(ctx context.Context, n int64, atOnce bool) error {
	v.mu.Lock()
	if atOnce || len(v.waiting) == 0 && v.held+n <= v.limit {
		v.held += n
		v.mu.Unlock()
		return nil
	}
	w := &valueWaiter{n, make(chan struct{})}
	v.waiting = append(v.waiting, w)
	v.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if at := slices.Index(v.waiting, w); at >= 0 {
		v.waiting = slices.Delete(v.waiting, at, at+1)
	} else {
		v.held -= n // it became ready at the same time
	}
	v.admit()
	return ctx.Err()
}

func (v *Values) give(n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held -= n
	v.admit()
}

// admit lets in the calls that fit now; v.mu is held.
func (v *Values) admit() {
	for len(v.waiting) > 0 && v.held+v.waiting[0].size <= v.limit {
		v.held += v.waiting[0].size
		close(v.waiting[0].ready)
		v.waiting = slices.Delete(v.waiting, 0, 1)
	}
}
