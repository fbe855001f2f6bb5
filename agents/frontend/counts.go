package frontend

import (
	"net/netip"
	"sync"
)

// Counts bounds how many are there at a time under one name: the connections of an address, those of a user.
type Counts[K comparable] struct {
	mu    sync.Mutex
	limit int
	held  map[K]int
}

// NewCounts makes counts with a limit for each name; 0 is none.
func NewCounts[K comparable](limit int) *Counts[K] {
	return &Counts[K]{limit: limit, held: make(map[K]int)}
}

// SetLimit changes the limit; who is there already stays.
func (c *Counts[K]) SetLimit(limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = limit
}

// Acquire counts one more under a name, unless the limit is reached. Who got true calls Release.
func (c *Counts[K]) Acquire(name K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limit > 0 && c.held[name] >= c.limit {
		return false
	}
	c.held[name]++
	return true
}

// Release counts one less.
func (c *Counts[K]) Release(name K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[name]--; c.held[name] <= 0 {
		delete(c.held, name)
	}
}

// neighbourhood is what counts as one address: of IPv6 a network of 64 bits, since each machine has that many addresses.
func neighbourhood(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
