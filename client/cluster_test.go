package client

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// elsewhere is the answer of a server that sends everybody to a URL.
func elsewhere(url func() string) func(wire.Request) (wire.Response, error) {
	return func(req wire.Request) (wire.Response, error) {
		switch req.(type) {
		case *wire.ResolveUserStoreRequest:
			return &wire.ResolveUserStoreResponse{Er: mapi.UnableToComplete, ServerPath: wire.Text(url())}, nil
		case *wire.ResolvePseudoURLRequest:
			return &wire.ResolvePseudoURLResponse{ServerPath: wire.Text(url())}, nil
		case *wire.GetServerDetailsRequest:
			return nil, mapi.NetworkError
		}
		return &wire.GetStoreResponse{Er: mapi.UnableToComplete, ServerPath: wire.Text(url())}, nil
	}
}

// TestCircle: servers that send clients to each other are found out.
func TestCircle(t *testing.T) {
	var first, second atomic.Value // of string
	one := &fakeServer{answer: elsewhere(func() string { return second.Load().(string) })}
	two := &fakeServer{answer: elsewhere(func() string { return first.Load().(string) })}
	s := one.start(t)
	first.Store(s.options.Endpoint)
	second.Store(two.start(t).options.Endpoint)
	two.mu.Lock()
	two.calls = nil
	two.mu.Unlock()
	for name, open := range map[string]func() error{
		"own":    func() error { _, err := s.Store(t.Context()); return err },
		"public": func() error { _, err := s.PublicStore(t.Context()); return err },
		"user's": func() error { _, err := s.UserStore(t.Context(), "bob", mapi.StorePrivate); return err },
		"home":   func() error { _, _, err := LogOnHome(t.Context(), s.options); return err },
	} {
		if err := open(); mapi.CodeOf(err) != mapi.UnableToComplete || !strings.Contains(err.Error(), "in a circle") {
			t.Errorf("%s store: %v", name, err)
		}
		two.mu.Lock()
		n := len(two.calls)
		two.calls, two.logOns = nil, 2 // its session of this client is still good
		two.mu.Unlock()
		if n > 5 {
			t.Errorf("%s store: %d calls before the circle was found", name, n)
		}
		one.mu.Lock()
		one.logOns = s.ID()
		one.mu.Unlock()
	}
}

// TestEndlessRedirects: a server that always knows another one does not keep the client for ever.
func TestEndlessRedirects(t *testing.T) {
	var asked atomic.Int32
	var socket atomic.Pointer[string]
	f := &fakeServer{answer: elsewhere(func() string {
		// The text before the path is ignored, so these are different URLs of one server.
		return "file://" + strings.Repeat("x", int(asked.Add(1))) + *socket.Load()
	})}
	s := f.start(t)
	path := strings.TrimPrefix(s.options.Endpoint, "file://")
	socket.Store(&path)
	_, err := s.Store(t.Context())
	if mapi.CodeOf(err) != mapi.UnableToComplete || asked.Load() > maxRedirects+2 {
		t.Errorf("%v after %d redirects", err, asked.Load())
	}
}

// TestMayFollow: a server cannot lead a client and its password to where nobody meant it to go.
func TestMayFollow(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		want     mapi.Code
	}{
		{"http://a:236/", "http://b:236/", mapi.OK},
		{"http://a:236/", "https://b:237/", mapi.OK},
		{"https://a:237/", "https://b:237/", mapi.OK},
		{"https://a:237/", "http://b:236/", mapi.UnableToComplete},
		{"http://a:236/", "file:///run/zarafa", mapi.UnableToComplete},
		{"https://a:237/", "file:///run/zarafa", mapi.UnableToComplete},
		{"file:///run/zarafa", "file:///run/other", mapi.OK},
		{"file:///run/zarafa", "http://b:236/", mapi.OK},
		{"http://a:236/", "pseudo://b", mapi.UnableToComplete},
		{"http://a:236/", "b", mapi.UnableToComplete},
	} {
		if err := mayFollow(tt.from, tt.to); mapi.CodeOf(err) != tt.want {
			t.Errorf("from %s to %s: %v", tt.from, tt.to, err)
		}
	}
}

// TestClosedTogether: the session on another server ends with the first one, and not alone.
func TestClosedTogether(t *testing.T) {
	two := &fakeServer{answer: func(wire.Request) (wire.Response, error) { return new(wire.GetStoreResponse), nil }}
	second := two.start(t).options.Endpoint
	one := &fakeServer{answer: elsewhere(func() string { return second })}
	s := one.start(t)
	st, err := s.Store(t.Context())
	if err != nil || st.Session == s {
		t.Fatalf("%+v, %v", st, err)
	}
	id := mapi.NewEntryID(mapi.NewGUID(), mapi.TypeStore)
	if again, err := s.OpenStore(t.Context(), id.WithServer("pseudo://two")); err != nil || again.Session != st.Session {
		t.Errorf("by its entry id: %+v, %v", again, err)
	}
	if err := st.Session.Close(t.Context()); err != nil || slices.Contains(two.called(), wire.OpLogoff) {
		t.Errorf("closed alone: %v, %v", two.called(), err)
	}
	if err := s.Close(t.Context()); err != nil || !slices.Contains(two.called(), wire.OpLogoff) {
		t.Errorf("closed: %v, %v", two.called(), err)
	}
	if _, err := s.sessionAt(t.Context(), second); mapi.CodeOf(err) != mapi.EndOfSession {
		t.Errorf("after the end: %v", err)
	}
}

// TestAlone: a server that is not one of several is told from one that cannot be reached.
func TestAlone(t *testing.T) {
	f := &fakeServer{answer: elsewhere(func() string { return "" })}
	s := f.start(t)
	if _, err := s.OnServer(t.Context(), "two"); !errors.Is(err, ErrAlone) {
		t.Errorf("got %v", err)
	}
}
