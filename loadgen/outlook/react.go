package outlook

import (
	"context"
	"sync"
	"time"

	"zarafa/client"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// news are notifications of new mail that the client has not reacted to yet. The poll brings them, the user takes them.
type news struct {
	signal chan struct{}

	mu     sync.Mutex // protects what follows
	since  time.Time  // arrival of the oldest, zero if there are none
	newest mapi.EntryID
	owed   float64 // reactions, counted up by the share of messages that the client reacts to
}

// arrived notes down a message.
func (n *news) arrived(id mapi.EntryID, at time.Time, share float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.owed += share; n.owed < 1 {
		return
	}
	n.owed--
	n.newest = id
	if n.since.IsZero() {
		n.since = at
	}
	select {
	case n.signal <- struct{}{}:
	default: // it is set already
	}
}

func (n *news) take() (since time.Time, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	since, n.since = n.since, time.Time{}
	return since, !since.IsZero()
}

func (n *news) last() mapi.EntryID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.newest
}

// News is signalled when mail has arrived to which the client reacts, by the action [users.React].
func (u *User) News() <-chan struct{} { return u.mail.news.signal }

// TakeNews tells since when there is mail that the client has not reacted to, and takes that as done.
func (u *User) TakeNews() (since time.Time, ok bool) { return u.mail.news.take() }

// react does what a client does by itself when mail arrives: it shows the top of the list anew and the message in a corner of the screen,
// or synchronises the inbox.
func (u *User) react(ctx context.Context) error {
	if u.local != nil {
		if f := u.copyOf(inbox); f != nil && !u.local.due {
			return u.syncFolder(ctx, f)
		}
		return errNothing
	}
	if u.table == nil {
		return errNothing
	}
	asked := u.truth.Mark()
	if _, err := u.table.Seek(ctx, client.BookmarkBeginning, 0); err != nil {
		return err
	}
	rows, err := u.table.Rows(ctx, pageRows)
	if err != nil {
		return err
	}
	err = u.truth.CheckList(inbox, truth.List{Rows: rows, Asked: asked, Start: true, End: len(rows) < pageRows, Newest: true})
	if err != nil {
		return err
	}
	p, ok := u.truth.Find(inbox, u.mail.news.last())
	if !ok {
		return nil // it was moved, or its delivery is not answered yet
	}
	_, err = u.load(ctx, p)
	return err
}
