package mailbox

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/client"
	"zarafa/mapi"
)

// Settings say how mailboxes are shown.
type Settings struct {
	OnlyMail        bool  // imap_only_mailfolders: other folders are not shown
	PublicFolders   bool  // imap_public_folders
	ExpungeOnDelete bool  // imap_expunge_on_delete: what is marked as deleted is deleted at once
	MaxMessage      int64 // imap_max_messagesize, in bytes; 0 is no limit
	// Domain is behind the @ of Message-IDs that are made for messages without one.
	Domain string
	// ExactSearch is up to how many messages bodies are searched exactly. In larger mailboxes words are found by what they begin with, if the server has a
	// full-text index. 0 is 500.
	ExactSearch int
	// Linger is how long what a user had open is kept after his last connection has left it, for the next one.
	Linger time.Duration
	// Cache is how many bytes what lists of mails are made of may take; 0 keeps nothing.
	Cache int64
	Now   func() time.Time
	Log   *slog.Logger
}

// Server lets users in. It implements [mailstore.Server].
type Server struct {
	group    *client.SessionGroup
	settings Settings

	mu    sync.Mutex
	users map[string]*user // by name in lower case

	cache      *cache
	background sync.WaitGroup // what nobody waits for
}

var _ mailstore.Server = (*Server)(nil)

// NewServer makes a server of mailboxes behind a group of sessions, which the caller runs and closes.
func NewServer(group *client.SessionGroup, settings Settings) *Server {
	return &Server{group: group, settings: settings, users: make(map[string]*user), cache: newCache(settings.Cache)}
}

// Wait returns when what nobody waits for has ended; for who closes the group.
func (s *Server) Wait() { s.background.Wait() }

// LogOn checks who somebody is and whether he may use the protocol.
func (s *Server) LogOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	name, err := s.who(ctx, &c)
	if err != nil {
		return nil, refused(err)
	}
	u, err := s.enter(ctx, name)
	if err != nil {
		return nil, refused(err)
	}
	if err := u.mayUse(ctx, c.Protocol); err != nil {
		u.leave()
		return nil, refused(err)
	}
	return &account{user: u}, nil
}

// who checks a password or a token, and gives the name of the user whose it is.
func (s *Server) who(ctx context.Context, c *mailstore.Credentials) (string, error) {
	address := ""
	if c.Address.IsValid() {
		address = c.Address.Unmap().String()
	}
	if c.Token == "" {
		if c.User == "" {
			return "", fail(mailstore.AuthenticationFailed, "The name or the password is wrong")
		}
		return c.User, s.group.CheckPassword(ctx, c.User, c.Password, address)
	}
	u, err := s.group.CheckToken(ctx, c.Token, address)
	if err != nil {
		return "", err
	}
	if c.User != "" && !strings.EqualFold(c.User, u.Name) && !strings.EqualFold(c.User, u.Email) {
		return "", fail(mailstore.AuthenticationFailed, "The token is another user's")
	}
	return u.Name, nil
}

// refused is the error of a log-on.
func refused(err error) error {
	if mapi.CodeOf(err) == mapi.LogonFailed {
		return &mailstore.Error{Code: mailstore.AuthenticationFailed, Text: "The name, the password or the token is wrong", Err: err}
	}
	return told(err)
}

// enter gives what the connections of a user share, and counts one more. The first one waits for the server, the others for the first.
func (s *Server) enter(ctx context.Context, name string) (*user, error) {
	key := strings.ToLower(name)
	for {
		s.mu.Lock()
		u := s.users[key]
		mine := u == nil
		if mine {
			u = &user{server: s, key: key, ready: make(chan struct{}), indexes: make(map[string]*index)}
			s.users[key] = u
		}
		u.connections++
		s.mu.Unlock()
		if mine {
			u.err = u.start(ctx, name)
			if u.err != nil {
				s.mu.Lock()
				delete(s.users, key)
				s.mu.Unlock()
			}
			close(u.ready)
			return u, u.err
		}
		select {
		case <-u.ready:
		case <-ctx.Done():
			u.leave()
			return nil, ctx.Err()
		}
		if u.err == nil {
			return u, nil
		}
		if !errors.Is(u.err, context.Canceled) && !errors.Is(u.err, context.DeadlineExceeded) {
			return nil, u.err
		}
		// The first one gave up, which says nothing about the user.
	}
}

// CloseIdle ends what nobody has used for the time that the settings name: indexes, then users with their sessions. It is to be called now and then.
func (s *Server) CloseIdle(ctx context.Context) error {
	since := s.settings.Now().Add(-s.settings.Linger)
	var idle []*user
	var all []*user
	s.mu.Lock()
	for key, u := range s.users {
		select {
		case <-u.ready:
		default:
			continue
		}
		if u.connections == 0 && !u.left.After(since) {
			delete(s.users, key)
			idle = append(idle, u)
			continue
		}
		all = append(all, u)
	}
	s.mu.Unlock()
	var errs []error
	for _, u := range all {
		errs = append(errs, u.closeIndexes(ctx, &since))
	}
	for _, u := range idle {
		errs = append(errs, u.end(ctx))
	}
	return errors.Join(append(errs, s.group.CloseIdle(ctx, since))...)
}
