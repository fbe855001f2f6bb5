package auth

import (
	"errors"
	"fmt"
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

// throttle slows down the guessing of passwords. It counts failures for each pair of network and account, for each network, and for
// each account; a network is an IPv4 address or an IPv6 /64, which is what one customer gets. An attempt counts as failed while it
// is being checked, so that parallel tries do not slip through; a success clears what its pair has collected.
//
// An account that is being guessed at from everywhere is closed to networks that it was never used from, and stays
// open to those that it was: nobody can lock somebody else out of where he works.
//
// Peers on this machine are not counted: behind them are web front ends with many users.
type throttle struct {
	most int // failures of a pair within the window; a network and an account have more. 0: no throttle
	now  func() time.Time

	mu   sync.Mutex
	seen map[throttleKey]*failures
	// familiar are the pairs that have logged on.
	familiar map[throttleKey]struct{}
}

// throttleKey is a network and an account, a network and "" for all accounts, or no network and an account.
type throttleKey struct {
	network netip.Prefix
	account string
}

type failures struct {
	count int
	until time.Time
	told  bool // the log knows that the limit is reached
}

// networkFactor and accountFactor are how many more failures a network may have than one account from it, and
// an account than from one network.
const (
	networkFactor = 10
	accountFactor = 10
)

func newThrottle(most int, now func() time.Time) *throttle {
	return &throttle{most: most, now: now, seen: make(map[throttleKey]*failures), familiar: make(map[throttleKey]struct{})}
}

// network is what an attempt is counted under; ok is false for peers that are not counted. Of the list that proxies
// make (X-Forwarded-For) the last address is the only one that no client can have written. Those whose
// address cannot be read are counted together.
func network(p session.Peer) (prefix netip.Prefix, ok bool) {
	if p.Local {
		return netip.Prefix{}, false
	}
	unreadable := netip.PrefixFrom(netip.IPv6Unspecified(), 128)
	text := strings.TrimSpace(p.Address[strings.LastIndexByte(p.Address, ',')+1:])
	addr, err := netip.ParseAddr(text)
	if err != nil {
		with, err := netip.ParseAddrPort(text) // some proxies add the port
		if err != nil {
			return unreadable, true
		}
		addr = with.Addr()
	}
	addr = addr.Unmap()
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	if prefix, err = addr.Prefix(bits); err != nil {
		return unreadable, true
	}
	return prefix, true
}

// noAccount is what attempts are counted under that name nobody, as those by access token. No user has such a name.
const noAccount = "\x00"

// accountKey is what an account is counted under. It is a copy, since the name is part of a request's buffer, and not longer than
// any name.
func accountKey(name string) string {
	if name == "" {
		return noAccount
	}
	const most = 256
	return strings.Clone(strings.ToLower(name[:min(len(name), most)]))
}

// attempt is a log-on that is being checked. It counts as failed unless one of its methods is called.
type attempt struct {
	throttle            *throttle // nil: it is not counted
	pair, all, anywhere throttleKey
}

// succeeded takes the attempt back, and clears what its pair has collected.
func (a attempt) succeeded() {
	if a.throttle != nil {
		a.throttle.clear(a)
	}
}

// undecided takes back the attempt alone.
func (a attempt) undecided() {
	if a.throttle != nil {
		a.throttle.mu.Lock()
		defer a.throttle.mu.Unlock()
		a.throttle.takeBack(a.pair, a.all, a.anywhere)
	}
}

// begin counts an attempt, or refuses it with LOGON_FAILED.
func (t *throttle) begin(p session.Peer, account string) (attempt, error) {
	net, counted := network(p)
	if !counted || t.most == 0 {
		return attempt{}, nil
	}
	account = accountKey(account)
	pair, all, anywhere := throttleKey{net, account}, throttleKey{network: net}, throttleKey{account: account}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, familiar := t.familiar[pair]
	switch {
	case t.count(pair) >= t.most:
		return attempt{}, t.refuse(pair, fmt.Sprintf("from %s on %q", net, account))
	case t.count(all) >= t.most*networkFactor:
		return attempt{}, t.refuse(all, fmt.Sprintf("from %s", net))
	case !familiar && account != noAccount && t.count(anywhere) >= t.most*accountFactor:
		return attempt{}, t.refuse(anywhere, fmt.Sprintf("on %q", account))
	}
	t.add(pair)
	t.add(all)
	if account != noAccount {
		t.add(anywhere)
	}
	return attempt{t, pair, all, anywhere}, nil
}

// ErrRepeated is in the chain of a refusal that the log has had already: an attacker who is refused a thousand times a second must
// not fill the disk with it.
var ErrRepeated = errors.New("refused again")

// refuse makes the error for a key that has reached its limit; the caller holds mu.
func (t *throttle) refuse(k throttleKey, what string) error {
	f := t.seen[k]
	if f.told {
		return mapi.Errorf(mapi.LogonFailed, "logon", "too many failed attempts %s; see logon_failures_max: %w", what, ErrRepeated)
	}
	f.told = true
	return mapi.Errorf(mapi.LogonFailed, "logon", "too many failed attempts %s; more of them are not logged until %s; see logon_failures_max",
		what, f.until.Format(time.TimeOnly))
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

// clear notes a success.
func (t *throttle) clear(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, a.pair)
	t.takeBack(a.all, a.anywhere)
	if len(t.familiar) >= maxThrottled {
		clear(t.familiar)
	}
	t.familiar[a.pair] = struct{}{}
}

// takeBack counts one failure less; the caller holds mu.
func (t *throttle) takeBack(keys ...throttleKey) {
	for _, k := range keys {
		if f := t.seen[k]; f != nil && f.count > 0 {
			f.count--
		}
	}
}
