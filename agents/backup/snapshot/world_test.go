package snapshot_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"zarafa/agents/backup/repository"
	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// world is a server, a repository, and the keys of it.
type world struct {
	t        testing.TB
	server   *servertest.Instance
	admin    *client.Session
	backend  repository.Backend
	key      repository.HostKey
	identity *age.X25519Identity
	now      time.Time

	mu    sync.Mutex
	calls []string
}

func newWorld(t testing.TB, lines string) *world {
	t.Helper()
	w := &world{t: t, server: servertest.Start(t, config.EngineSQLite, lines), key: repository.NewHostKey(), now: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)}
	var err error
	if w.identity, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	w.empty()
	w.admin = w.logOn()
	return w
}

// empty takes a new repository.
func (w *world) empty() {
	w.t.Helper()
	w.backend = repository.OpenFolder(w.t.TempDir())
	if err := repository.Init(w.t.Context(), w.backend, w.key, w.identity.Recipient().String()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) logOn() *client.Session {
	w.t.Helper()
	s, err := client.LogOn(w.t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "SYSTEM", App: "test", OnCall: func(op string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls = append(w.calls, op)
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { s.Close(w.t.Context()) })
	return s
}

// takeCalls are the calls since the last time.
func (w *world) takeCalls() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

// user makes a user with a store.
func (w *world) user(name string) client.Store {
	w.t.Helper()
	id, entry, err := w.admin.CreateUser(w.t.Context(), client.User{Name: name, FullName: name, Email: name + "@example.com", Password: "x", Class: mapi.ClassActiveUser})
	if err != nil {
		w.t.Fatal(err)
	}
	st, err := w.admin.CreateStore(w.t.Context(), client.User{ID: id, EntryID: entry, Name: name}, client.English)
	if err != nil {
		w.t.Fatal(err)
	}
	st.Session = w.admin
	return st
}

// open opens the repository as the backup host does, or with the identity.
func (w *world) open(identities ...age.Identity) *repository.Repository {
	w.t.Helper()
	r, err := repository.Open(w.t.Context(), w.backend, w.key, identities...)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) principals() *snapshot.Principals {
	w.t.Helper()
	p, err := snapshot.ReadPrincipals(w.t.Context(), w.admin)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// capture makes a snapshot, beginning with the one before.
func (w *world) capture(st client.Store, user string, before *repository.Snapshot) repository.Snapshot {
	w.t.Helper()
	return w.captureWith(st, user, before, false)
}

func (w *world) captureWith(st client.Store, user string, before *repository.Snapshot, suspicious bool) repository.Snapshot {
	w.t.Helper()
	c := snapshot.Capture{
		Repo: w.open(), Log: w.log(), Now: func() time.Time { return w.now }, Opened: w.now, Principals: w.principals(), RightsInterval: 24 * time.Hour,
		Suspicious: suspicious,
	}
	s, err := c.Store(w.t.Context(), snapshot.Subject{Store: st, User: user, Kind: snapshot.Private}, before)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// reach is what prune and check follow.
func (w *world) reach(r *repository.Repository) func(context.Context, repository.Snapshot, func(repository.ID) bool) error {
	return func(ctx context.Context, s repository.Snapshot, visit func(repository.ID) bool) error {
		return snapshot.Reach(ctx, r, s, visit)
	}
}

func (w *world) log() *slog.Logger { return slog.New(slog.NewTextHandler(w.t.Output(), nil)) }

// restore restores a snapshot.
func (w *world) restore(s repository.Snapshot, r snapshot.Restore) snapshot.Restored {
	w.t.Helper()
	r.Repo, r.Log, r.Kind, r.Principals = w.open(w.identity), w.log(), snapshot.Private, w.principals()
	if r.Mode == "" {
		r.Mode = snapshot.Skip
	}
	done, err := r.Run(w.t.Context(), s)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

func (w *world) clock() time.Time { return w.now.Add(time.Hour) }
