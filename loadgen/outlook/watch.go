package outlook

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/client"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// Subscriptions: one of the store, and one of every list of the inbox that is shown.
const (
	storeSubscription = 1
	firstTable        = 2

	storeEvents = mapi.EventNewMail | mapi.EventCreated | mapi.EventDeleted | mapi.EventModified | mapi.EventMoved | mapi.EventCopied |
		mapi.EventSearchComplete
)

// serials counts the items that are made for a user.
type serials struct{ last atomic.Uint64 }

func (s *serials) next() uint64 { return s.last.Add(1) }

// mailWatch brings deliveries and their notifications together.
type mailWatch struct {
	user     uint32
	notified func(time.Duration)
	news     news

	mu      sync.Mutex // protects what follows
	epoch   int        // of the subscription; 0 is none, and a new one has a new number
	last    int
	waiting map[string]time.Time // deliveries without a notification, with their beginning
	early   map[string]time.Time // notifications of deliveries that are not answered yet
	done    map[uint64]struct{}  // checksums of those notified in this epoch
	seed    maphash.Seed
}

func newMailWatch(user uint32, notified func(time.Duration)) mailWatch {
	return mailWatch{user: user, notified: notified, seed: maphash.MakeSeed(), news: news{signal: make(chan struct{}, 1)}}
}

func (w *mailWatch) subscribed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	w.epoch = w.last
	w.waiting, w.early, w.done = make(map[string]time.Time), make(map[string]time.Time), make(map[uint64]struct{})
}

func (w *mailWatch) unsubscribed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.epoch, w.waiting, w.early, w.done = 0, nil, nil, nil
}

func (w *mailWatch) current() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.epoch
}

// delivered says that a delivery, begun at a time in an epoch, is complete.
func (w *mailWatch) delivered(id mapi.EntryID, start time.Time, epoch int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if epoch == 0 || w.epoch != epoch {
		return // the user was not logged on all the time
	}
	if at, ok := w.early[string(id)]; ok {
		delete(w.early, string(id))
		w.finish(id, at.Sub(start))
		return
	}
	w.waiting[string(id)] = start
}

// arrived says that a notification of a new item in the inbox came.
func (w *mailWatch) arrived(id mapi.EntryID, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.epoch == 0 {
		return nil
	}
	start, ok := w.waiting[string(id)]
	_, twice := w.early[string(id)]
	_, done := w.done[maphash.Bytes(w.seed, id)]
	switch {
	case twice || done:
		return &truth.Violation{Kind: truth.Doubled, User: w.user, Detail: fmt.Sprintf("a second notification of new item %x", []byte(id))}
	case ok:
		delete(w.waiting, string(id))
		w.finish(id, at.Sub(start))
	default:
		w.early[string(id)] = at
	}
	return nil
}

// finish counts a notification; w.mu is held.
func (w *mailWatch) finish(id mapi.EntryID, took time.Duration) {
	w.done[maphash.Bytes(w.seed, id)] = struct{}{}
	if w.notified != nil {
		w.notified(took)
	}
}

// overdue reports a delivery of before a time that was not notified.
func (w *mailWatch) overdue(before time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, start := range w.waiting {
		if start.Before(before) {
			return &truth.Violation{Kind: truth.Lost, User: w.user, Detail: fmt.Sprintf("no notification of new item %x", id)}
		}
	}
	return nil
}

func (w *mailWatch) pending() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting)
}

// startPoll begins to wait for notifications until LogOff.
func (u *User) startPoll(ctx context.Context) {
	ctx, u.stop = context.WithCancel(context.WithoutCancel(ctx))
	u.polled = make(chan struct{})
	u.ended.Store(false)
	u.mail.subscribed()
	go func(session *client.Session, polled chan struct{}) {
		defer close(polled)
		u.poll(ctx, session)
	}(u.session, u.polled)
}

// poll hands out events until the context or the session ends. It waits with few and small frames on its stack, of which a run has one for
// each user.
func (u *User) poll(ctx context.Context, session *client.Session) {
	for {
		events, err := session.Poll(ctx)
		switch {
		case mapi.CodeOf(err) == mapi.CallKeepalive:
			continue
		case err != nil:
			u.pollEnded(ctx, err)
			return
		}
		if err := u.noticeAll(events); err != nil {
			u.options.Wrong(err)
			return
		}
	}
}

func (u *User) pollEnded(ctx context.Context, err error) {
	u.mail.unsubscribed()
	if ctx.Err() == nil {
		u.ended.Store(true)
		u.options.PollEnded(err)
	}
}

func (u *User) noticeAll(events []client.Event) error {
	for i := range events {
		if err := u.notice(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

// notice takes note of an event. The error is a wrong answer.
func (u *User) notice(e *client.Event) error {
	if e.Type == mapi.EventSearchComplete {
		select {
		case u.searched <- struct{}{}:
		default: // nobody has waited for the one before
		}
		return nil
	}
	if e.Connection != storeSubscription || e.Type != mapi.EventCreated || e.ObjectType != mapi.TypeMessage || !bytes.Equal(e.ParentID, u.folders[inbox]) {
		return nil
	}
	now := time.Now()
	if err := u.mail.arrived(e.EntryID, now); err != nil {
		return err
	}
	u.mail.news.arrived(e.EntryID, now, u.options.Profile.React)
	return nil
}
