package auth

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
)

// throttleWindow is how long a failed attempt counts.
const throttleWindow = 10 * time.Minute

// maxThrottled bounds the memory of a throttle: beyond it, the oldest half is forgotten.
const maxThrottled = 100_000

// throttle slows down the guessing of passwords. It counts failures for each pair of network and account, and for each network: an
// IPv4 address or an IPv6 /64, which is what one customer gets. An attempt counts as failed while it
// is being checked, so that parallel tries do not slip through; a success clears what its pair has collected.
//
// Peers on this machine are not counted: behind them are web front ends with many users.
type throttle struct {
	most int // failures of a pair within the window; a network has ten times as many. 0: no throttle
	now  func() time.Time

	mu   sync.Mutex
	seen map[throttleKey]*failures
}

// throttleKey is a network, and an account or "" for all of them.
type throttleKey struct {
	network netip.Prefix
	account string
}

type failures struct {
	count int
	until time.Time
}

// networkFactor is how many more failures a network may have than one account from it.
const networkFactor = 10

func newThrottle(most int, now func() time.Time) *throttle {
	return &throttle{most: most, now: now, seen: make(map[throttleKey]*failures)}
}

// network is what an attempt is counted under; ok is false for peers that are not counted.
func network(p session.Peer) (netip.Prefix, bool) {
	addr, err := netip.ParseAddr(p.Address)
	if err != nil || p.Local {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	return prefix, err == nil
}

// begin counts an attempt, or refuses it with LOGON_FAILED. succeeded takes the attempt back and clears the pair.
func (t *throttle) begin(p session.Peer, account string) (succeeded func(), err error) {
	net, counted := network(p)
	if !counted || t.most == 0 {
		return func() {}, nil
	}
	pair, all := throttleKey{net, strings.ToLower(account)}, throttleKey{network: net}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count(pair) >= t.most || t.count(all) >= t.most*networkFactor {
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "too many failed attempts from %s; see logon_failures_max", net)
	}
	t.add(pair)
	t.add(all)
	return func() { t.clear(pair, all) }, nil
}

// count is the failures of a key that still count; the caller holds mu.
func (t *throttle) count(k throttleKey) int {
	f := t.seen[k]
	if f == nil || t.now().After(f.until) {
		return 0
	}
	return f.count
}

func (t *throttle) add(k throttleKey) {
	if len(t.seen) >= maxThrottled {
		t.forget()
	}
	f := t.seen[k]
	if f == nil || t.now().After(f.until) {
		f = new(failures)
		t.seen[k] = f
	}
	f.count++
	f.until = t.now().Add(throttleWindow)
}

// forget drops what no longer counts, and if that is little, half of the rest.
func (t *throttle) forget() {
	for k, f := range t.seen {
		if t.now().After(f.until) {
			delete(t.seen, k)
		}
	}
	for k := range t.seen {
		if len(t.seen) <= maxThrottled/2 {
			return
		}
		delete(t.seen, k)
	}
}

func (t *throttle) clear(pair, all throttleKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, pair)
	if f := t.seen[all]; f != nil && f.count > 0 {
		f.count--
	}
}
