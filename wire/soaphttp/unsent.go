package soaphttp

import (
	"net"
	"sync"
)

// unsent is the budget that the large answers of all connections share: an answer lies in memory, whole, until its reader has taken it.
// Each counts from before its first byte is sent until its last byte is. One that does not fit ends the connections
// whose readers have taken nothing for longest until it does, so those who keep many large answers waiting lose them, and
// those who read get theirs. An answer that is larger than the budget gets all of it.
type unsent struct {
	limit int64
	ended func(from net.Addr) // is told of a connection that was ended

	mu      sync.Mutex
	held    int64
	clock   uint64 // counts events, so that they have an order
	waiting map[*output]waitingAnswer
}

type waitingAnswer struct {
	size int64
	last uint64 // when its reader took something, or it began
}

// enter counts an answer of n bytes. leave must follow.
func (u *unsent) enter(o *output, n int64) {
	u.mu.Lock()
	var slow []*output
	for u.held+n > u.limit && len(u.waiting) > 0 {
		s := u.slowest()
		u.drop(s)
		slow = append(slow, s)
	}
	u.held += n
	u.clock++
	u.waiting[o] = waitingAnswer{n, u.clock}
	o.unsent = u
	u.mu.Unlock()
	for _, s := range slow {
		// Its answer lies in memory until its goroutine notices, which closing makes happen at once.
		s.nc.Close()
		u.ended(s.nc.RemoteAddr())
	}
}

// leave ends the count of what enter counted.
func (u *unsent) leave(o *output) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(o)
	o.unsent = nil
}

// progressed notes that a reader has taken something.
func (u *unsent) progressed(o *output) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if w, ok := u.waiting[o]; ok {
		u.clock++
		w.last = u.clock
		u.waiting[o] = w
	}
}

// slowest is whose reader has taken nothing for longest; u.mu is held and somebody is waiting.
func (u *unsent) slowest() (slowest *output) {
	for o, w := range u.waiting {
		if slowest == nil || w.last < u.waiting[slowest].last {
			slowest = o
		}
	}
	return slowest
}

// drop takes an answer out of the budget, if it is there; u.mu is held.
func (u *unsent) drop(o *output) {
	u.held -= u.waiting[o].size
	delete(u.waiting, o)
}
