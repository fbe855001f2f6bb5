package client_test

import (
	"bytes"
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func TestAddressBook(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	ctx := t.Context()
	for _, u := range []client.User{
		{Name: "alice", Password: "x", FullName: "Alice Example", Email: "alice@example.com", Class: mapi.ClassActiveUser, Multi: map[mapi.PropTag][]string{
			mapi.PrEMSABProxyAddresses.WithType(mapi.PtMVString8): {"a.example@example.com"},
		}},
		{Name: "albert", Password: "x", FullName: "Albert Example", Email: "albert@example.com", Class: mapi.ClassActiveUser},
		{Name: "room", Password: "x", FullName: "Room 1", Email: "room@example.com", Class: mapi.ClassRoom},
	} {
		if _, _, err := s.CreateUser(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	made.take()
	found, err := s.ResolveNames(ctx, "alice", "A.Example@example.com", "room@example.com", "example.com", "")
	if err != nil || len(found) != 5 {
		t.Fatalf("%+v, %v", found, err)
	}
	made.were(t, "five names", "abResolveNames")
	if a := found[0]; a.Name != "Alice Example" || a.SMTP != "alice@example.com" || a.AddressType != "ZARAFA" || a.Address != "alice" ||
		a.ObjectType != mapi.TypeMailUser || !bytes.Equal(a.EntryID, found[1].EntryID) || !slices.Contains(a.Disabled, "imap") {
		t.Errorf("alice is %+v", a)
	}
	if found[2].DisplayType != 7 || found[3].Resolution != client.Unresolved || found[4].Resolution != client.Unresolved {
		t.Errorf("the others are %+v", found[2:])
	}
	parts, err := s.SearchNames(ctx, "example", "lice")
	if err != nil || parts[0].Resolution != client.Ambiguous || parts[1].Account != "alice" {
		t.Errorf("parts of names: %+v, %v", parts, err)
	}
	e, err := s.Entry(ctx, found[0].EntryID)
	if err != nil || e.Account != "alice" || !slices.Equal(e.Disabled, found[0].Disabled) {
		t.Errorf("entry %+v, %v", e, err)
	}
	if _, err := s.Entry(ctx, mapi.ABEntryID{Type: mapi.TypeMailUser, ID: 4711}.Encode()); err == nil {
		t.Error("an entry that does not exist was read")
	}
	names := func(text string, r *mapi.Restriction) (list []string) {
		t.Helper()
		entries, err := s.Entries(ctx, client.GlobalAddressBook(), text, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			list = append(list, e.Account)
		}
		slices.Sort(list)
		return list
	}
	rooms := mapi.Long(mapi.PrDisplayTypeEx, 7)
	if got := names("", nil); !slices.Contains(got, "alice") || !slices.Contains(got, "room") {
		t.Errorf("all: %q", got)
	}
	if got := names("al", nil); !slices.Equal(got, []string{"albert", "alice"}) {
		t.Errorf("al: %q", got)
	}
	if got := names("", &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrDisplayTypeEx, Value: &rooms}); !slices.Equal(got, []string{"room"}) {
		t.Errorf("rooms: %q", got)
	}
	if got := names("al", &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrDisplayTypeEx, Value: &rooms}); got != nil {
		t.Errorf("rooms like al: %q", got)
	}
}
