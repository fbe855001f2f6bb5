package client_test

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func TestMeetingSettings(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	ctx := t.Context()
	newUser(t, i, "alice", client.French)
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	box, err := s.Mailbox(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	if l := box.Language(); l != client.French {
		t.Errorf("the language is %q", l)
	}
	made.take()
	read := func(want client.MeetingSettings, calls ...string) {
		t.Helper()
		if got, err := box.MeetingSettings(ctx); got != want || err != nil {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		made.were(t, "reading", calls...)
	}
	read(client.MeetingSettings{Process: true}, "loadObject", "getIDsFromNames")
	read(client.MeetingSettings{Process: true}, "loadObject")
	process, err := s.PropTag(ctx, client.ProcessMeetings(), mapi.PtBoolean, true)
	if err != nil {
		t.Fatal(err)
	}
	messages := client.FreebusyMessages(box.InboxProps)
	if len(messages) != 2 {
		t.Fatalf("%d messages", len(messages))
	}
	set := func(props ...mapi.PropValue) {
		t.Helper()
		if err := s.SetProps(ctx, messages[1], props...); err != nil {
			t.Fatal(err)
		}
		made.take()
	}
	set(mapi.Bool(process, false), mapi.Bool(mapi.PrProcessMeetingRequests, true))
	read(client.MeetingSettings{Accept: true}, "loadObject")
	set(mapi.Bool(mapi.PrDeclineConflictingMeetingRequests, true), mapi.Bool(mapi.PrProcessMeetingRequests, false))
	read(client.MeetingSettings{DeclineConflicting: true}, "loadObject")
	set(mapi.Bool(mapi.PrDeclineConflictingMeetingRequests, false), mapi.Bool(mapi.PrDeclineRecurringMeetingRequests, true))
	read(client.MeetingSettings{DeclineRecurring: true}, "loadObject")
	box.InboxProps = nil
	read(client.MeetingSettings{Process: true})
}
