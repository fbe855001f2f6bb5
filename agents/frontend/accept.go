package frontend

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// The pauses after an accept that failed.
const (
	firstPause   = 5 * time.Millisecond
	longestPause = time.Second
)

// backOff waits after failed accepts, longer each time: without files or memory the next one fails too, and trying at once would only use
// the processor.
type backOff struct{ pause time.Duration }

func (b *backOff) reset() { b.pause = 0 }

// first reports whether the accept before succeeded, so that a lack is logged once.
func (b *backOff) first() bool { return b.pause == 0 }

func (b *backOff) wait(ctx context.Context) {
	b.pause = min(max(2*b.pause, firstPause), longestPause)
	timer := time.NewTimer(b.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// scarce tells a lack of files or memory, or a connection that ended while it was accepted, from a listener that is broken.
func scarce(err error) bool {
	for _, errno := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EINTR,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}
