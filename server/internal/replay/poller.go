package replay

import (
	"context"
	"sync"
	"time"
)

// poller keeps one long poll of one session going until the session ends.
type poller struct {
	mu     sync.Mutex
	items  []*node        // not taken yet
	counts map[string]int // by connection, all that ever came
	more   chan struct{}  // closed and replaced when something comes
	code   string         // the answer's code that ended it, or an error's text
	done   chan struct{}
}

// startPoller polls with the recorded request of a session, translated.
func startPoller(ctx context.Context, p *Player, first *Exchange) *poller {
	l := &poller{counts: map[string]int{}, more: make(chan struct{}), done: make(chan struct{})}
	request := p.translate(first, newScope(first.request, first.Op, nil))
	go l.run(ctx, p.ends, first, request)
	return l
}

func (l *poller) run(ctx context.Context, ends *endpoints, first *Exchange, request []byte) {
	defer close(l.done)
	for {
		live, err := ends.post(ctx, first, request)
		code := live.root.value("er")
		if err != nil {
			code = err.Error()
		}
		l.deliver(live.root.child("pNotificationArray"), code)
		if code != "0" {
			return
		}
	}
}

func (l *poller) deliver(list *node, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if list != nil {
		for _, item := range list.kids {
			l.items = append(l.items, item)
			l.counts[item.value("ulConnection")]++
		}
	}
	if code != "0" {
		l.code = code
	}
	close(l.more)
	l.more = make(chan struct{})
}

// count tells how many events of a connection have come.
func (l *poller) count(connection string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[connection]
}

// next is closed when something comes; nil once the poll has ended.
func (l *poller) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.code != "" {
		return nil
	}
	return l.more
}

func (l *poller) take() []*node {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.items
	l.items = nil
	return out
}

// end is the code that ended the poll, "" while it runs.
func (l *poller) end() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.code
}

// awaitEnd gives a poll time to end after its session has.
func (l *poller) awaitEnd(patience time.Duration) {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-l.done:
	case <-t.C:
	}
}
