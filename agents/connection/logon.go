package connection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// SystemUser is whom agents work as.
const SystemUser = "SYSTEM"

// LogOn connects as SYSTEM: by Unix socket, or with a client certificate. The options say what the program is called and what sessions share;
// Endpoint, User and TLS are filled in. The error says what to do about it, and [Away] whether waiting may help.
func (s *Settings) LogOn(ctx context.Context, o client.Options) (*client.Session, error) {
	o, err := s.fill(o, SystemUser)
	if err != nil {
		return nil, err
	}
	session, err := client.LogOn(ctx, o)
	return session, s.explain(err, o.Endpoint)
}

// explain says what to do about an error of a log-on as SYSTEM.
func (s *Settings) explain(err error, endpoint string) error {
	switch mapi.CodeOf(err) {
	case mapi.NetworkError, mapi.CallFailed:
		return &unreachable{err: err, file: s.File}
	case mapi.LogonFailed, mapi.NoAccess:
		return fmt.Errorf("the server at %s refuses administration: use its unix socket as a user named in its local_admin_users, "+
			"or https with sslkey_file: %w", endpoint, err)
	}
	return err
}

// LogOnAs is LogOn for a program that works as another user, with the client's errors: the server takes an account of its machine for
// the user of that name (allow_local_users).
func (s *Settings) LogOnAs(ctx context.Context, user string, o client.Options) (*client.Session, error) {
	o, err := s.fill(o, user)
	if err != nil {
		return nil, err
	}
	return client.LogOn(ctx, o)
}

// fill adds who logs on to what, and how he proves it.
func (s *Settings) fill(o client.Options, user string) (client.Options, error) {
	tlsConfig, err := s.TLS()
	o.Endpoint, o.Dial, o.User, o.TLS = s.Endpoint(), s.Dial, user, tlsConfig
	return o, err
}

// unreachable is the error of a server that does not answer, or of an address that is none.
type unreachable struct {
	err  error
	file string
}

func (u *unreachable) Unwrap() error { return u.err }

// Error leaves out what the operation was called, which says nothing to him who reads it.
func (u *unreachable) Error() string {
	reason := u.err
	var call *mapi.Error
	if errors.As(reason, &call) && call.Err != nil {
		reason = call.Err
	}
	setting := "server_socket"
	if u.file != "" {
		setting += " in " + u.file
	}
	return fmt.Sprintf("%v; is zarafa-server running, and is the address right (-h, ZARAFA_SOCKET, %s)?", reason, setting)
}

// Away reports whether an error means that the server is not there at the moment: it restarts, or the network is down.
func Away(err error) bool {
	if err == nil {
		return false
	}
	code := mapi.CodeOf(err)
	return code == mapi.NetworkError || code == mapi.EndOfSession
}

// The pauses between attempts to log on: the first, and the longest.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// Await is LogOn for a daemon, which may start before the server does: as long as the server does not answer it tries again, at first
// after a second and then ever more seldom, until ctx ends. Told is called with each failure and the pause after it.
func (s *Settings) Await(ctx context.Context, o client.Options, told func(err error, again time.Duration)) (*client.Session, error) {
	return await(ctx, told, func() (*client.Session, error) { return s.LogOn(ctx, o) })
}

// AwaitGroup is Await for a program that works for many users.
func (s *Settings) AwaitGroup(ctx context.Context, o client.Options, told func(err error, again time.Duration)) (*client.SessionGroup, error) {
	o, err := s.fill(o, SystemUser)
	if err != nil {
		return nil, err
	}
	return await(ctx, told, func() (*client.SessionGroup, error) {
		group, err := client.NewSessionGroup(ctx, o)
		return group, s.explain(err, o.Endpoint)
	})
}

func await[T any](ctx context.Context, told func(err error, again time.Duration), logOn func() (T, error)) (T, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		session, err := logOn()
		if err == nil || !Away(err) || ctx.Err() != nil {
			return session, err
		}
		told(err, pause)
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return *new(T), context.Cause(ctx)
		case <-timer.C:
		}
	}
}
