package client

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// A server that has forgotten the session gets a new log-on and the call again, once.
func TestSessionLost(t *testing.T) {
	f := &fakeServer{answer: func(wire.Request) (wire.Response, error) {
		return &wire.GetStoreResponse{StoreID: []byte("store")}, nil
	}}
	s := f.start(t)
	f.mu.Lock()
	f.logOns = 7 // the server knows another session
	f.mu.Unlock()
	st, err := s.Store(t.Context())
	if err != nil || string(st.EntryID) != "store" {
		t.Errorf("got %q, %v", st.EntryID, err)
	}
	if want := []wire.Op{wire.OpLogon, wire.OpGetStore, wire.OpLogon, wire.OpGetStore}; !slices.Equal(f.called(), want) {
		t.Errorf("calls %v, want %v", f.called(), want)
	}
	if s.ID() != 8 {
		t.Errorf("session %d", s.ID())
	}
}

// A table does not outlive its session: its number may mean another table by now.
func TestTableOfLostSession(t *testing.T) {
	f := &fakeServer{answer: func(wire.Request) (wire.Response, error) { return &wire.TableOpenResponse{TableID: 3}, nil }}
	s := f.start(t)
	table, err := s.OpenTable(t.Context(), TableQuery{Kind: mapi.TableMS})
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.logOns++
	f.mu.Unlock()
	if _, err := table.Rows(t.Context(), 10); mapi.CodeOf(err) != mapi.EndOfSession {
		t.Errorf("got %v", err)
	}
}

// What the server refuses carries its code and the operation.
func TestRefused(t *testing.T) {
	f := &fakeServer{answer: func(wire.Request) (wire.Response, error) { return nil, mapi.NotFound }}
	_, err := f.start(t).PublicStore(t.Context())
	var e *mapi.Error
	if !errors.As(err, &e) || e.Code != mapi.NotFound || e.Op != "getPublicStore" || !IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestFindEndpoint(t *testing.T) {
	for _, tt := range []struct{ commandLine, zarafa, kopano, configured, want string }{
		{want: "file:///var/run/zarafa"},
		{configured: "default:", want: "file:///var/run/zarafa"},
		{configured: "http://a:236/", want: "http://a:236/"},
		{configured: "http://a:236/", kopano: "/k.sock", want: "file:///k.sock"},
		{configured: "http://a:236/", kopano: "/k.sock", zarafa: "file:///z.sock", want: "file:///z.sock"},
		{commandLine: "https://b:237/", zarafa: "file:///z.sock", want: "https://b:237/"},
	} {
		env := map[string]string{"ZARAFA_SOCKET": tt.zarafa, "KOPANO_SOCKET": tt.kopano}
		got := FindEndpoint(tt.commandLine, tt.configured, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		if got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
	}
}

// Goroutines that lose the session together log on once.
func TestSessionLostByMany(t *testing.T) {
	f := &fakeServer{answer: func(wire.Request) (wire.Response, error) { return new(wire.GetStoreResponse), nil }}
	s := f.start(t)
	f.mu.Lock()
	f.logOns = 7
	f.mu.Unlock()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := s.Store(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if f.logOns != 8 {
		t.Errorf("%d log-ons", f.logOns-7)
	}
}
