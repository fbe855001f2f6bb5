package meeting

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/ical"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// users are the address book as conversions see it.
type users map[string]convert.Entry

func (u users) ByAddress(address string) (convert.Entry, bool) {
	e, ok := u[strings.ToLower(address)]
	return e, ok
}

// TestMail: an invitation of the Internet becomes an answer that goes out as mail, and the answer is noted at the organizer's item. Alice is
// a user of the server here, so that she is addressed by her entry id.
func TestMail(t *testing.T) {
	w := newWorld(t)
	w.user("room", mapi.ClassRoom, 0, client.English)
	w.set("room", "accept", "decline-conflict")
	now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	book := users{}
	for _, name := range []string{"alice", "room"} {
		_, e := w.mailbox(w.admin, name)
		book[e.SMTP] = convert.Entry{Name: e.Name, Account: e.Account, SMTP: e.SMTP, EntryID: e.EntryID, ObjectType: e.ObjectType, DisplayType: e.DisplayType}
	}
	process := func(mail, to string) (*client.Mailbox, Outcome) {
		t.Helper()
		m, err := convert.Import(tree.ParseBytes([]byte(strings.ReplaceAll(mail, "\n", "\r\n"))), &convert.ImportOptions{Directory: book, Now: now, Zone: w.zone})
		if err != nil {
			t.Fatal(err)
		}
		box, owner := w.mailbox(w.admin, to)
		o, err := New(w.zone).Process(t.Context(), box, owner, m, now)
		if err != nil {
			t.Fatal(err)
		}
		return box, o
	}
	const event = "BEGIN:VEVENT\nUID:a@example.com\nDTSTAMP:20260110T080000Z\nSUMMARY:Planning\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z\n" +
		"ORGANIZER:mailto:alice@example.com\nATTENDEE;CUTYPE=ROOM;RSVP=TRUE:mailto:room@example.com\nATTENDEE;RSVP=TRUE:mailto:bob@example.net\nEND:VEVENT\n"
	alice, _ := w.mailbox(w.admin, "alice")
	w.enter(alice, strings.TrimSuffix(strings.TrimPrefix(event, "BEGIN:VEVENT\n"), "\nEND:VEVENT\n"), "alice")
	box, o := process("From: Alice <alice@example.com>\nTo: room@example.com, bob@example.net\nSubject: Planning\nMIME-Version: 1.0\n"+
		"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"+event+"END:VCALENDAR\n", "room")
	if o.Action != Consumed {
		t.Fatalf("%+v", o)
	}
	var mail bytes.Buffer
	for _, m := range w.messages(box.Props.Bytes(mapi.PrIPMOutboxEntryID)) {
		if id := m.Recipients[0].Bytes(mapi.PrEntryID); !bytes.Equal(id, book["alice@example.com"].EntryID) {
			t.Errorf("the answer is for %x", id)
		}
		if err := convert.Export(&mail, m, &convert.ExportOptions{Zone: w.zone, Now: now}); err != nil {
			t.Fatal(err)
		}
	}
	text := mail.String()
	for _, part := range []string{"Subject: Accepted: Planning", "method=REPLY", "PARTSTAT=ACCEPTED", "alice@example.com", "room@example.com"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in the answer\n%s", part, text)
		}
	}
	if _, o = process(strings.ReplaceAll(text, "\r\n", "\n"), "alice"); o.Action != Deliver || !o.Set.Has(processed.ID()) {
		t.Errorf("alice's: %+v", o)
	}
	for _, m := range w.messages(alice.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID)) {
		if got := w.item(m); !strings.Contains(got, "room@example.com: 3") || strings.Contains(got, "bob@example.net") {
			t.Errorf("alice's item is %s", got)
		}
	}
	for _, m := range w.messages(box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID)) {
		if longOf(m, busyStatus) != ical.Busy || m.Props.Str(mapi.PrMessageClass) != "IPM.Appointment" || m.Props.Has(mapi.PrTransportMessageHeaders.ID()) {
			t.Errorf("the room's item is %v", m.Props)
		}
		if id := m.Props.Bytes(mapi.PrSentRepresentingEntryID); !bytes.Equal(id, book["alice@example.com"].EntryID) {
			t.Errorf("the item's organizer is %x", id)
		}
	}
}
