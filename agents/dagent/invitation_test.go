package dagent

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

// An invitation is delivered and stands in the calendar tentatively, unless meetings are to be left alone.
func TestInvitation(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	alice, bob := w.box("alice"), w.box("bob")
	text := func(to string) string {
		return "From: Carol <carol@example.org>\nTo: " + to + "@example.com\nSubject: Planning\nMessage-ID: <p@example.org>\nMIME-Version: 1.0\n" +
			"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:p@example.org\n" +
			"DTSTAMP:20261123T080000Z\nDTSTART:20261124T090000Z\nDTEND:20261124T100000Z\nSUMMARY:Planning\nORGANIZER:mailto:carol@example.org\n" +
			"ATTENDEE;RSVP=TRUE:mailto:" + to + "@example.com\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	send := w.lmtp(w.deliverer())
	w.want("delivery", send("carol@example.org", text("alice"), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	inbox, calendar := alice.mails(alice.folders[client.Inbox]), alice.mails(alice.folders[client.Calendar])
	if len(inbox) != 1 || len(calendar) != 1 {
		t.Fatalf("%d in the inbox, %d in the calendar; %s", len(inbox), len(calendar), &w.log)
	}
	w.want("class", inbox[0].Props.Str(mapi.PrMessageClass), "IPM.Schedule.Meeting.Request")
	w.want("class", calendar[0].Props.Str(mapi.PrMessageClass), "IPM.Appointment")
	w.cfg.ProcessMeetings = false
	w.want("delivery", send("carol@example.org", text("bob"), "bob@example.com"), "[250 2.1.5 <bob@example.com> Ok]")
	w.want("the calendar, with process_meetings = no", len(bob.mails(bob.folders[client.Calendar])), 0)
}
