package client_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// One poll fetches the events of several users, whose sessions are shared; a server that was restarted gets them all again.
func TestSessionGroup(t *testing.T) {
	dir := servertest.Folder(t)
	i := servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir)+settings)
	made := new(calls)
	ctx := t.Context()
	g, err := client.NewSessionGroup(ctx, client.Options{Endpoint: i.Endpoint(), User: "SYSTEM", OnCall: made.note})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alice", "bob"} {
		u := client.User{Name: name, Password: "secret", FullName: name, Email: name + "@example.com", Class: mapi.ClassActiveUser}
		if u.ID, u.EntryID, err = g.Admin().CreateUser(ctx, u); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Admin().CreateStore(ctx, u, client.English); err != nil {
			t.Fatal(err)
		}
	}
	made.take()
	for range 3 {
		a, err := g.Session(ctx, "alice")
		if err != nil {
			t.Fatal(err)
		}
		defer g.Release(a, time.Time{})
	}
	made.were(t, "three times the same user", "logon")
	if _, err := g.Session(ctx, "nobody"); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("a session of nobody: %v", err)
	}
	if err := g.CheckPassword(ctx, "alice", "secret", "192.0.2.1"); err != nil {
		t.Error(err)
	}
	if err := g.CheckPassword(ctx, "alice", "wrong", "192.0.2.1"); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("a wrong password: %v", err)
	}
	events := make(chan string, 100)
	folders := map[string]mapi.EntryID{}
	watch := func(user string) *client.Session {
		t.Helper()
		s, err := g.Session(ctx, user)
		if err != nil {
			t.Fatal(err)
		}
		st, err := s.Store(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if folders[user], err = s.ReceiveFolder(ctx, st.EntryID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Subscribe(ctx, s, st.EntryID, mapi.EventNewMail, func(e client.Event) {
			what := "mail for "
			if e.Type == client.EventsLost {
				what = "lost by "
			} else if !bytes.Equal(e.ParentID, folders[user]) {
				what = "another's mail for "
			}
			events <- what + user
		}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	alice, bob := watch("alice"), watch("bob")
	if _, err := g.Subscribe(ctx, bob, mapi.NewEntryID(mapi.GUID{1}, mapi.TypeStore), mapi.EventNewMail, nil); err == nil {
		t.Error("a subscription to nothing")
	}
	running := make(chan error, 1)
	go func() { running <- g.Run(ctx) }()
	mail := func(s *client.Session, user string) {
		t.Helper()
		if _, err := s.SaveMessage(ctx, folders[user], &mapi.Message{}, client.SaveOptions{NewMail: true}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want ...string) {
		t.Helper()
		got := map[string]bool{}
		for range want {
			got[<-events] = true
		}
		for _, w := range want {
			if !got[w] {
				t.Errorf("events %v, want %q", got, want)
			}
		}
	}
	mail(alice, "alice")
	mail(bob, "bob")
	expect("mail for alice", "mail for bob")
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir)+settings)
	expect("lost by alice", "lost by bob")
	mail(bob, "bob")
	expect("mail for bob")
	made.take()
	g.Release(bob, time.Unix(1000, 0))
	if err := g.CloseIdle(ctx, time.Unix(1000, 0)); err != nil {
		t.Error(err)
	}
	made.take()
	if err := g.CloseIdle(ctx, time.Unix(1001, 0)); err != nil {
		t.Error(err)
	}
	if !slices.Contains(made.take(), "logoff") {
		t.Error("an idle session was not closed")
	}
	if err := g.Close(context.WithoutCancel(ctx)); err != nil {
		t.Error(err)
	}
	if err := <-running; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the poll ended with %v", err)
	}
	if _, err := g.Session(ctx, "alice"); mapi.CodeOf(err) != mapi.EndOfSession {
		t.Errorf("a session of a group that is closed: %v", err)
	}
}
