package clientupdate

import (
	"sync"
	"time"
)

// update is an installation that a client has begun.
type update struct {
	source string // address of the client
	user   uint32 // 0: unknown
	begun  time.Time
	files  int // reports taken
}

// updates are those of the last hour, by the number that the client has given them.
type updates struct {
	mu   sync.Mutex
	byID map[updateKey]*update
	of   map[string]int // by source
}

// updateKey has the address in it, so that nobody disturbs the update of somebody else by guessing its number.
type updateKey struct {
	source string
	track  uint32
}

func newUpdates() *updates {
	return &updates{byID: make(map[updateKey]*update), of: make(map[string]int)}
}

// begin remembers an update; false if there are too many.
func (u *updates) begin(now time.Time, source string, track uint32) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	key := updateKey{source, track}
	if known := u.byID[key]; known != nil && now.Sub(known.begun) < askedFor {
		return true // asked for again; what it may report stays
	}
	if u.of[source] >= askedPerSource || len(u.byID) >= askedInAll {
		u.expire(now)
	}
	if u.of[source] >= askedPerSource || len(u.byID) >= askedInAll {
		return false
	}
	if u.byID[key] == nil {
		u.of[source]++
	}
	u.byID[key] = &update{source: source, begun: now}
	return true
}

// by notes whose update it is.
func (u *updates) by(source string, track, user uint32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if up := u.byID[updateKey{source, track}]; up != nil {
		up.user = user
	}
}

// expire forgets old updates; the caller holds mu.
func (u *updates) expire(now time.Time) {
	for key, up := range u.byID {
		if now.Sub(up.begun) < askedFor {
			continue
		}
		delete(u.byID, key)
		if u.of[up.source]--; u.of[up.source] <= 0 {
			delete(u.of, up.source)
		}
	}
}

// report takes note of files that a client sends about an update; ok is false if it has begun none, or has sent too many.
func (u *updates) report(now time.Time, source string, track uint32, files int) (user uint32, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	up := u.byID[updateKey{source, track}]
	if up == nil || now.Sub(up.begun) >= askedFor || up.files+files > filesMax {
		return 0, false
	}
	up.files += files
	return up.user, true
}
