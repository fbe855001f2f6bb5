package kerberos

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
)

// maxReplays bounds the memory of replays. Only clients with a good ticket get into it.
const maxReplays = 200_000

// replays remembers which authenticators were used, as long as they would be good (RFC 4120 section 3.2.3). The library has a memory of
// its own, which two copies of a token that come at the same moment get past.
type replays struct {
	now func() time.Time

	mu    sync.Mutex
	seen  map[[sha256.Size]byte]time.Time // until when it must be remembered
	swept time.Time
}

func newReplays(now func() time.Time) *replays {
	return &replays{now: now, seen: make(map[[sha256.Size]byte]time.Time), swept: now()}
}

// first reports whether the authenticator of a request was not used before, and notes its use. What it cannot remember it
// calls used.
func (r *replays) first(req *messages.APReq) bool {
	a := &req.Authenticator
	key := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d %d", req.Ticket.SName.NameString, a.CRealm, a.CName.NameString, a.CTime.UnixNano(), a.Cusec))
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) > skew || len(r.seen) >= maxReplays {
		r.swept = now
		for k, until := range r.seen {
			if now.After(until) {
				delete(r.seen, k)
			}
		}
	}
	if until, used := r.seen[key]; used && !now.After(until) || len(r.seen) >= maxReplays {
		return false
	}
	r.seen[key] = now.Add(2 * skew) // an authenticator from a fast clock is good for so long
	return true
}
