package meeting

import (
	"context"
	"sync"

	"zarafa/mapi"
)

// lanes let one message at a time into each mailbox. The zero value is ready.
type lanes struct {
	mu   sync.Mutex
	busy map[mapi.GUID]*lane
}

// lane is a mailbox that somebody is in.
type lane struct {
	turn  chan struct{} // holds one value while somebody is in
	users int           // those in it and those waiting
}

// lock waits for a mailbox. The error is that of the context.
func (l *lanes) lock(ctx context.Context, store mapi.GUID) (unlock func(), err error) {
	l.mu.Lock()
	if l.busy == nil {
		l.busy = make(map[mapi.GUID]*lane)
	}
	at := l.busy[store]
	if at == nil {
		at = &lane{turn: make(chan struct{}, 1)}
		l.busy[store] = at
	}
	at.users++
	l.mu.Unlock()
	select {
	case at.turn <- struct{}{}:
		return func() { <-at.turn; l.leave(store, at) }, nil
	case <-ctx.Done():
		l.leave(store, at)
		return nil, ctx.Err()
	}
}

// leave forgets the mailbox after its last user.
func (l *lanes) leave(store mapi.GUID, at *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.users--; at.users == 0 {
		delete(l.busy, store)
	}
}
