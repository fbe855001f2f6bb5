package client_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func TestFreeBusy(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	ctx := t.Context()
	admin := logOn(t, i, client.Options{User: "SYSTEM"})
	s, st := newUser(t, i, "alice", client.English)
	bob, _ := newUser(t, i, "bob", client.English)
	me, err := s.CurrentUser(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bob.FreeBusyOf(ctx, me.EntryID); !client.IsNotFound(err) {
		t.Errorf("without a public store: %v", err)
	}
	if _, err := admin.CreatePublicStore(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.FreeBusyOf(ctx, me.EntryID); !client.IsNotFound(err) {
		t.Errorf("before anything was published: %v", err)
	}
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	first := client.FreeBusy{Start: at(1, 1, 0), End: at(7, 1, 0), Busy: []client.BusyTime{
		{Start: at(1, 31, 20), End: at(3, 1, 4)}, {Start: at(1, 5, 9), End: at(1, 5, 10)}, {Start: at(1, 5, 10), End: at(1, 5, 12)},
	}, OOF: []client.BusyTime{{Start: at(5, 1, 0), End: at(5, 2, 0)}}}
	want := first
	want.Busy = []client.BusyTime{{Start: at(1, 5, 9), End: at(1, 5, 12)}, {Start: at(1, 31, 20), End: at(3, 1, 4)}}
	second := client.FreeBusy{Start: at(2, 1, 0), End: at(8, 1, 0), Tentative: []client.BusyTime{{Start: at(12, 31, 23), End: at(12, 31, 24)}}}
	for _, tt := range []struct{ publish, want client.FreeBusy }{{first, want}, {second, second}} {
		if err := s.PublishFreeBusy(ctx, st, &me, tt.publish); err != nil {
			t.Fatal(err)
		}
		got, err := bob.FreeBusyOf(ctx, me.EntryID)
		for _, list := range []*[]client.BusyTime{&got.Busy, &got.Tentative, &got.OOF} {
			if len(*list) == 0 {
				*list = nil
			}
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("got %v, %v, want %v", got, err, tt.want)
		}
	}
	ids, err := s.DefaultFolders(ctx, st)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []mapi.EntryID{ids[client.Inbox], st.RootID} {
		o, err := s.LoadObject(ctx, folder)
		if err != nil {
			t.Fatal(err)
		}
		where, _ := o.Props.Get(mapi.PrFreebusyEntryIDs)
		published, err := s.LoadObject(ctx, where.Values()[2].Data)
		if err != nil || published.Props.Str(mapi.PrFreebusyEmailAddress) != "alice" || !bytes.Equal(published.Props.Bytes(mapi.PrAddressBookEntryID), me.EntryID) {
			t.Errorf("the message that the folder names: %v, %v", published, err)
		}
	}
}
