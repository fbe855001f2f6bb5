package client_test

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// Delegates are set and cleared in all places at once: they may see the calendar, are listed, and get meeting messages.
func TestDelegates(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	ctx := t.Context()
	s, st := newUser(t, i, "alice", client.English)
	bob, _ := newUser(t, i, "bob", client.English)
	him, err := bob.CurrentUser(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := s.DefaultFolders(ctx, st)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetRules(ctx, ids[client.Inbox], []mapi.Props{moveRule("own", ids[client.Drafts])}); err != nil {
		t.Fatal(err)
	}
	readable := func() bool {
		_, err := bob.LoadObject(ctx, ids[client.Calendar])
		return err == nil
	}
	delegate := client.Delegate{
		EntryID: him.EntryID, Rights: map[client.DefaultFolder]mapi.Rights{client.Calendar: mapi.RightReadAny | mapi.RightFolderVisible}, SeesPrivate: true, Meetings: true,
	}
	for _, tt := range []struct {
		list     []client.Delegate
		rules    int
		readable bool
	}{{[]client.Delegate{delegate}, 2, true}, {[]client.Delegate{delegate}, 2, true}, {nil, 1, false}, {nil, 1, false}} {
		if err := s.SetDelegates(ctx, st, tt.list); err != nil {
			t.Fatal(err)
		}
		got, err := s.Delegates(ctx, st)
		if err != nil || len(got) != len(tt.list) || len(got) == 1 && (got[0].Name != "bob Example" || !got[0].SeesPrivate || !got[0].Meetings) {
			t.Errorf("delegates %+v, %v", got, err)
		}
		rows, err := s.Rules(ctx, ids[client.Inbox])
		if err != nil || len(rows) != tt.rules || rows[0].Str(mapi.PrRuleName) != "own" {
			t.Errorf("%d rules, want %d, %v", len(rows), tt.rules, err)
		}
		if readable() != tt.readable {
			t.Errorf("the delegate can open the calendar: %v", !tt.readable)
		}
	}
	if err := s.SetDelegates(ctx, st, []client.Delegate{{EntryID: mapi.ABEntryID{Type: mapi.TypeMailUser, ID: 4711}.Encode()}}); err == nil {
		t.Error("somebody who does not exist is a delegate")
	}
	if err := bob.SetDelegates(ctx, st, []client.Delegate{delegate}); err == nil {
		t.Error("another user makes himself a delegate")
	}
}
