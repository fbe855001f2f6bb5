package session

import (
	"sync"

	"zarafa/mapi"
)

// Quota counts what each user has of something that costs memory, over all of his sessions, and refuses more than a limit. Its
// methods may be called from any goroutine.
//
// The system user is not counted: the administrators' tools and the mail agents work under his name for everybody.
type Quota struct {
	most int // 0: no limit

	mu   sync.Mutex
	have map[uint32]int
}

// NewQuota makes a quota for each user; 0 means no limit.
func NewQuota(most int) *Quota { return &Quota{most: most, have: make(map[uint32]int)} }

// Take counts one more; false if the user has all that he may have.
func (q *Quota) Take(user uint32) bool {
	if q.most == 0 || user == mapi.UserSystem {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.have[user] >= q.most {
		return false
	}
	q.have[user]++
	return true
}

// Give takes back n that Take has counted.
func (q *Quota) Give(user uint32, n int) {
	if q.most == 0 || user == mapi.UserSystem || n == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.have[user] -= n; q.have[user] <= 0 {
		delete(q.have, user)
	}
}

// Most is the limit.
func (q *Quota) Most() int { return q.most }
