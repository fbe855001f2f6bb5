package mailbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/client"
)

// user is what all connections of a user share.
type user struct {
	server *Server
	key    string

	// Set by start, before ready is closed.
	ready   chan struct{}
	err     error
	session *client.Session
	info    client.User
	tags    *tags

	// Protected by server.mu.
	connections int
	left        time.Time // when the last connection left

	listing listing

	mu      sync.Mutex
	indexes map[string]*index // of open folders, by entry id
}

// start takes the user's session and finds his stores.
func (u *user) start(ctx context.Context, name string) error {
	s, err := u.server.group.Session(ctx, u.key)
	if err != nil {
		return err
	}
	u.session = s
	if u.info, err = s.CurrentUser(ctx); err == nil {
		u.tags, err = newTags(ctx, s)
	}
	if err != nil {
		u.release()
	}
	return err
}

// mayUse asks whether the administrator lets the user use a protocol. It is asked each time, so that taking it away counts at once.
func (u *user) mayUse(ctx context.Context, p mailstore.Protocol) error {
	e, err := u.session.Entry(ctx, u.info.EntryID)
	if err != nil {
		return err
	}
	if slices.Contains(e.Disabled, string(p)) {
		return fail(mailstore.AuthorizationFailed, "The feature "+string(p)+" is disabled for this user")
	}
	return nil
}

// leave counts one connection less.
func (u *user) leave() {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.connections--
	u.left = u.server.settings.Now()
}

// end closes everything of a user that nobody has any more.
func (u *user) end(ctx context.Context) error {
	err := u.closeIndexes(ctx, nil)
	err = errors.Join(err, u.listing.close(ctx))
	u.release()
	return err
}

func (u *user) release() { u.server.group.Release(u.session, u.server.settings.Now()) }

// closeIndexes closes the indexes that nobody has used since a time, or all.
func (u *user) closeIndexes(ctx context.Context, since *time.Time) error {
	var idle []*index
	u.mu.Lock()
	for key, ix := range u.indexes {
		if since == nil || ix.idle(*since) {
			delete(u.indexes, key)
			idle = append(idle, ix)
		}
	}
	u.mu.Unlock()
	var errs []error
	for _, ix := range idle {
		errs = append(errs, ix.close(ctx))
	}
	return errors.Join(errs...)
}
