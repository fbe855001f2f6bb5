//go:build !race

package dagent

import (
	"log/slog"
	"testing"
)

// mostAllocations bounds the allocations of a delivery of 5.8 KB with a text, a page and a file: those of the sender, the delivery agent and the
// server, which are one process here.
const mostAllocations = 1500

// A delivery of a small mail is two calls, also if it has an attachment in base64, and few allocations.
func TestDeliveryCosts(t *testing.T) {
	w := newWorld(t, "", "alice")
	d := w.deliverer()
	d.log = slog.New(slog.DiscardHandler)
	c := dialLMTP(t, w.listen(d))
	const senders = 97  // of benchMail; each is looked up once
	for i := range 20 { // until caches and buffers are there
		deliverBench(t, c, i*senders)
	}
	w.mu.Lock()
	w.calls = nil
	w.mu.Unlock()
	i := 20 * senders
	deliverBench(t, c, i)
	w.want("calls", w.calls, "[resolveUserStore saveObject]")
	if n := testing.AllocsPerRun(50, func() { i += senders; deliverBench(t, c, i) }); n > mostAllocations {
		t.Errorf("%.0f allocations, want %d at most", n, mostAllocations)
	}
}
