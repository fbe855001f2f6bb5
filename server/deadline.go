package server

import (
	"context"
	"io"
	"sync"
	"time"
)

// deadline is the context of a call, which ends after a time. Nearly all calls return long before it without asking
// for Done; it starts no timer until somebody does, which was 3.7 % of the samples of a page's profile.
//
// While a part of the request is still arriving (see receiving), the time stands still, and it begins anew with each piece that
// has arrived: how fast a request must come is the connection's business (server_read_timeout).
type deadline struct {
	context.Context // of the connection
	limit           time.Duration

	mu       sync.Mutex
	at       time.Time
	timed    context.Context // made by Done
	cancel   context.CancelCauseFunc
	timer    *time.Timer // of timed
	arriving bool        // the time stands still
	ended    bool
}

// withDeadline is context.WithTimeout; the caller must call end.
func withDeadline(parent context.Context, limit time.Duration) *deadline {
	return &deadline{Context: parent, limit: limit, at: time.Now().Add(limit)}
}

// receiving is r, during whose reads the time stands still.
func (d *deadline) receiving(r io.Reader) io.Reader { return &arrival{r: r, deadline: d} }

// arrival is what still arrives of a request.
type arrival struct {
	r        io.Reader
	deadline *deadline
}

func (a *arrival) Read(p []byte) (int, error) {
	a.deadline.stop()
	defer a.deadline.restart()
	return a.r.Read(p)
}

// NextPart goes to the next part of a request that has several, see soaphttp.Exchange.Attachment.
func (a *arrival) NextPart() (contentID string, err error) {
	parts, ok := a.r.(interface{ NextPart() (string, error) })
	if !ok {
		return "", io.EOF
	}
	a.deadline.stop()
	defer a.deadline.restart()
	return parts.NextPart()
}

// stop lets the time stand still, unless it is over.
func (d *deadline) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.arriving = time.Now().Before(d.at)
	if d.arriving && d.timer != nil {
		d.timer.Stop()
	}
}

// restart lets the time begin anew.
func (d *deadline) restart() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.arriving {
		return
	}
	d.arriving = false
	d.at = time.Now().Add(d.limit)
	if d.timer != nil && !d.ended {
		d.timer.Reset(d.limit)
	}
}

// end releases the timer; what still uses the context is cancelled.
func (d *deadline) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	if d.cancel != nil {
		d.timer.Stop()
		d.cancel(nil)
	}
}

func (d *deadline) Deadline() (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at, ok := d.Context.Deadline(); ok && at.Before(d.at) {
		return at, true
	}
	return d.at, true
}

func (d *deadline) Done() <-chan struct{} { return d.start().Done() }

// Value finds the context that Done made, so that contexts made from this one are cancelled without a goroutine each.
func (d *deadline) Value(key any) any {
	d.mu.Lock()
	timed := d.timed
	d.mu.Unlock()
	if timed != nil {
		return timed.Value(key)
	}
	return d.Context.Value(key)
}

func (d *deadline) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.timed != nil && context.Cause(d.timed) == context.DeadlineExceeded:
		return context.DeadlineExceeded
	case d.timed != nil:
		return d.timed.Err()
	case d.Context.Err() != nil:
		return d.Context.Err()
	case d.ended:
		return context.Canceled
	case !d.arriving && !time.Now().Before(d.at):
		return context.DeadlineExceeded
	}
	return nil
}

func (d *deadline) start() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timed == nil {
		timed, cancel := context.WithCancelCause(d.Context)
		d.timed, d.cancel = timed, cancel
		d.timer = time.AfterFunc(time.Until(d.at), func() { cancel(context.DeadlineExceeded) })
		switch {
		case d.ended:
			d.timer.Stop()
			cancel(nil)
		case d.arriving:
			d.timer.Stop()
		case !time.Now().Before(d.at):
			cancel(context.DeadlineExceeded) // without waiting for the timer's goroutine
		}
	}
	return d.timed
}
