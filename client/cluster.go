package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"zarafa/mapi"
	"zarafa/wire"
)

// ErrAlone says that a server does not share its users with others.
var ErrAlone = errors.New("the server is not one of several")

// maxRedirects bounds how often one call is sent from server to server.
const maxRedirects = 8

// cluster holds the sessions that one log-on has on several servers. They end with the first one.
type cluster struct {
	first *Session

	mu     sync.Mutex
	others map[string]*Session // by the URL that a server gave
	closed bool
}

// redirection is a server's answer that another one has the store.
type redirection struct{ url string }

func (r *redirection) Error() string { return "the store is at " + r.url }

// redirectionIn is where the server sends the caller with its answer, "" if nowhere; it outlives the answer.
func redirectionIn(resp wire.Response) error {
	var path wire.NullString
	switch r := resp.(type) {
	case *wire.GetStoreResponse:
		path = r.ServerPath
	case *wire.ResolveUserStoreResponse:
		path = r.ServerPath
	}
	if path.String == "" {
		return nil
	}
	return &redirection{strings.Clone(path.String)}
}

// follow makes a call on this server or, if this one says so, on another, with the same credentials (wire.md section 12).
func (s *Session) follow(ctx context.Context, call func(at *Session) error) error {
	at, been := s, []*Session{s}
	for {
		err := call(at)
		var elsewhere *redirection
		if !errors.As(err, &elsewhere) {
			return err
		}
		next, err := at.sessionAt(ctx, elsewhere.url)
		if err != nil {
			return err
		}
		if slices.Contains(been, next) || len(been) > maxRedirects {
			return mapi.Errorf(mapi.UnableToComplete, "redirect", "the servers send clients in a circle: %s was asked before", elsewhere.url)
		}
		at, been = next, append(been, next)
	}
}

// sessionAt is the session on the server with a URL; it logs on if there is none yet.
func (s *Session) sessionAt(ctx context.Context, url string) (*Session, error) {
	if err := mayFollow(s.options.Endpoint, url); err != nil {
		return nil, err
	}
	c := s.cluster
	c.mu.Lock()
	found, closed := c.others[url], c.closed
	c.mu.Unlock()
	if found != nil {
		return found, nil
	}
	if closed {
		return nil, mapi.Errorf(mapi.EndOfSession, "redirect", "the session has ended")
	}
	o := s.options
	o.Endpoint, o.Dial = url, nil
	made, err := logOnIn(ctx, o, c)
	if err != nil {
		return nil, fmt.Errorf("the server sends us to %s: %w", url, err)
	}
	c.mu.Lock()
	found, closed = c.others[url], c.closed
	if found == nil && !closed {
		c.others[url] = made
	}
	c.mu.Unlock()
	switch {
	case found != nil: // another goroutine was faster
		return found, made.end(context.WithoutCancel(ctx))
	case closed:
		return nil, errors.Join(mapi.Errorf(mapi.EndOfSession, "redirect", "the session has ended"), made.end(context.WithoutCancel(ctx)))
	}
	return made, nil
}

// mayFollow refuses to take the password to where the user did not mean it to go: from an encrypted connection to one that is not,
// and from the network to a socket of this machine.
func mayFollow(from, to string) error {
	is := func(url, scheme string) bool { return strings.HasPrefix(url, scheme) }
	switch {
	case is(to, "https://"), is(to, "http://") && !is(from, "https://"), is(to, "file://") && is(from, "file://"):
		return nil
	}
	return mapi.Errorf(mapi.UnableToComplete, "redirect", "the server at %s sends us to %s, which is less safe; nothing was sent there", from, to)
}

// endOthers ends the sessions on the other servers.
func (c *cluster) endOthers(ctx context.Context) error {
	c.mu.Lock()
	others := slices.Collect(maps.Values(c.others))
	c.others, c.closed = nil, true
	c.mu.Unlock()
	var errs []error
	for _, s := range others {
		errs = append(errs, s.end(ctx))
	}
	return errors.Join(errs...)
}

// LogOnHome logs on at the server that has the user's own store, and opens it. The endpoint may be any of the servers.
func LogOnHome(ctx context.Context, o Options) (*Session, Store, error) {
	been := map[string]bool{}
	for {
		s, err := LogOn(ctx, o)
		if err != nil {
			return nil, Store{}, err
		}
		st, err := s.openStore(ctx, nil)
		if err == nil {
			return s, st, nil
		}
		var elsewhere *redirection
		if !errors.As(err, &elsewhere) {
			return nil, Store{}, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
		}
		if err := errors.Join(s.Close(ctx), mayFollow(o.Endpoint, elsewhere.url)); err != nil {
			return nil, Store{}, err
		}
		been[o.Endpoint] = true
		if o.Endpoint, o.Dial = elsewhere.url, nil; been[o.Endpoint] || len(been) > maxRedirects {
			return nil, Store{}, mapi.Errorf(mapi.UnableToComplete, "redirect", "the servers send clients in a circle: %s was asked before", o.Endpoint)
		}
	}
}

// Server is one of several servers that share their users.
type Server struct {
	Name           string
	File           string // URL of the Unix socket; URLs are empty where the server does not listen
	HTTP, SSL      string
	Preferred      string // the best URL for this session's kind of connection
	This           bool   // it is the session's own server
	ContainsPublic bool   // it has the public store
}

// Servers describes servers by their names, in that order, or all. The error is [ErrAlone] if the server is not one of several, and
// carries NOT_FOUND if it does not know one of them.
func (s *Session) Servers(ctx context.Context, names ...string) (list []Server, err error) {
	var resp wire.GetServerDetailsResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetServerDetailsRequest{SessionID: id, SvrNameList: names}
	}, &resp, func() error {
		for _, v := range resp.ServerList {
			list = append(list, Server{
				Name: copyText(v.Name), File: copyText(v.FilePath), HTTP: copyText(v.HTTPPath), SSL: copyText(v.SSLPath),
				Preferred: copyText(v.PreferedPath), This: v.Flags&1 != 0, ContainsPublic: v.Flags&2 != 0,
			})
		}
		return nil
	})
	if e := (*mapi.Error)(nil); errors.As(err, &e) && e.Code == mapi.NetworkError && e.Err == nil {
		err = ErrAlone // the server's own word for it
	}
	return list, err
}

// OnServer is a session on the server with a name, which ends with this one.
func (s *Session) OnServer(ctx context.Context, name string) (*Session, error) {
	list, err := s.Servers(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case len(list) != 1:
		return nil, &mapi.Error{Op: "getServerDetails", Code: mapi.NetworkError, Err: errIncomplete}
	case list[0].This:
		return s, nil
	case list[0].Preferred == "":
		return nil, mapi.Errorf(mapi.NotFound, "getServerDetails", "server %q has no address for this kind of connection", name)
	}
	return s.sessionAt(ctx, list[0].Preferred)
}

// at is the session on the server that a URL of a store's entry id means.
func (s *Session) at(ctx context.Context, url string) (*Session, error) {
	if !strings.HasPrefix(url, "pseudo://") {
		return s.sessionAt(ctx, url)
	}
	var path string
	var resp wire.ResolvePseudoURLResponse
	err := s.Do(ctx, func(id uint64) wire.Request {
		return &wire.ResolvePseudoURLRequest{SessionID: id, PseudoURL: wire.Text(url)}
	}, &resp, func() error {
		if !resp.IsPeer {
			path = copyText(resp.ServerPath)
		}
		return nil
	})
	if err != nil || path == "" {
		return s, err
	}
	return s.sessionAt(ctx, path)
}
