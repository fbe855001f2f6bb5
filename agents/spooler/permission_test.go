package spooler

import (
	"slices"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

// TestAuthors: the cases in which somebody may send in the name of another, and what the mail says then.
func TestAuthors(t *testing.T) {
	w := newWorld(t, "alice", "boss", "carol")
	ctx := t.Context()
	alice, boss, carol := w.users["alice"], w.users["boss"], w.users["carol"]
	delegate := func(p *person, to ...client.Delegate) { w.must(p.s.SetDelegates(ctx, p.store, to)) }
	sendAs := func(p *person, who ...client.User) {
		for _, u := range who {
			w.must(w.admin.AddSendAs(ctx, p.user.ID, p.user.EntryID, u))
		}
	}
	staff, sales := w.addGroup("staff", "", "alice"), w.addGroup("sales", "sales@example.com", "carol")
	w.must(w.admin.AddSendAs(ctx, sales.ID, sales.EntryID, alice.user))
	meeting := mapi.String(mapi.PrMessageClass, "IPM.Schedule.Meeting.Request")
	forwarded := mapi.Bool(mapi.PrAutoForwarded, true)
	stranger := mapi.Props{
		mapi.String(mapi.PrSentRepresentingName, "Stranger"), mapi.String(mapi.PrSentRepresentingAddrtype, "SMTP"),
		mapi.String(mapi.PrSentRepresentingEmailAddress, "stranger@example.org"),
	}
	for _, tt := range []struct {
		name    string
		lines   string
		prepare func()
		props   mapi.Props
		from    string // in the mail, empty if it is refused
		sender  string // the field Sender
		path    string
	}{
		{name: "himself", from: "alice@example.com", path: "alice@example.com"},
		{name: "himself by name", props: as(alice.entry, representing()), from: "alice@example.com", path: "alice@example.com"},
		{name: "another", props: as(boss.entry, representing())},
		{name: "a stranger", props: stranger},
		{name: "a redirected mail", props: append(slices.Clone(stranger), forwarded), from: "stranger@example.org", sender: "alice@example.com", path: "alice@example.com"},
		{name: "a redirected mail, not allowed", lines: "allow_redirect_spoofing = no\n", props: append(slices.Clone(stranger), forwarded)},
		{name: "anybody", lines: "always_send_delegates = yes\n", props: as(boss.entry, representing()), from: "boss@example.com", sender: "alice@example.com", path: "alice@example.com"},
		{name: "a meeting", props: append(as(boss.entry, representing()), meeting), from: "boss@example.com", sender: "alice@example.com", path: "alice@example.com"},
		{name: "a meeting, not allowed", lines: "allow_delegate_meeting_request = no\n", props: append(as(boss.entry, representing()), meeting)},
		{
			name: "a delegate", prepare: func() { delegate(boss, client.Delegate{EntryID: alice.user.EntryID}) }, props: as(boss.entry, representing()),
			from: "boss@example.com", sender: "alice@example.com", path: "alice@example.com",
		},
		{name: "a delegate is no longer one", prepare: func() { delegate(boss) }, props: as(boss.entry, representing())},
		{
			name: "a delegate by group", prepare: func() { delegate(boss, client.Delegate{EntryID: staff.EntryID}) }, props: as(boss.entry, representing()),
			from: "boss@example.com", sender: "alice@example.com", path: "alice@example.com",
		},
		{
			name: "send as", prepare: func() { sendAs(carol, alice.user) }, props: as(carol.entry, representing()),
			from: "carol@example.com", path: "carol@example.com",
		},
		{name: "send as a group", props: as(w.entry(sales.EntryID), representing()), from: "sales@example.com", path: "sales@example.com"},
		{name: "send as a group without the right", props: as(w.entry(staff.EntryID), representing())},
		{name: "by address", props: mapi.Props{
			mapi.String(mapi.PrSentRepresentingName, "Carol"), mapi.String(mapi.PrSentRepresentingAddrtype, "SMTP"),
			mapi.String(mapi.PrSentRepresentingEmailAddress, "carol@example.com"),
		}, from: "carol@example.com", path: "carol@example.com"},
		{name: "a delegate of another", props: as(w.addUser("dave").entry, representing())},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.prepare != nil {
				tt.prepare()
			}
			w.lines = tt.lines
			sp := w.start()
			alice.submit(letter{subject: tt.name, props: tt.props})
			sp.idle()
			reports := alice.take(client.Inbox)
			if tt.from == "" {
				if len(w.relay.arrived) != 0 || len(reports) != 1 || !strings.Contains(reports[0].Props.Str(mapi.PrBody), "5.7.1 You are not allowed to send as") {
					t.Errorf("%d mails went out, %d reports", len(w.relay.arrived), len(reports))
				}
				return
			}
			if len(reports) != 0 || len(w.relay.arrived) != 1 {
				t.Fatalf("%d reports, %d mails", len(reports), len(w.relay.arrived))
			}
			m := <-w.relay.arrived
			if from := field(m.text, "From"); !strings.Contains(from, "<"+tt.from+">") {
				t.Errorf("From: %s", from)
			}
			if sender := field(m.text, "Sender"); tt.sender == "" && sender != "" || !strings.Contains(sender, tt.sender) {
				t.Errorf("Sender: %s", sender)
			}
			if m.from != tt.path {
				t.Errorf("return path %s", m.from)
			}
		})
	}
}

// field is the value of a header field.
func field(mail, name string) string {
	head, _, _ := strings.Cut(mail, "\r\n\r\n")
	for line := range strings.SplitSeq(strings.ReplaceAll(head, "\r\n ", " "), "\r\n") {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return value
		}
	}
	return ""
}

// take are the messages of a folder, which is empty then.
func (p *person) take(folder client.DefaultFolder) []*mapi.Message {
	p.w.t.Helper()
	list := p.messages(folder)
	p.w.must(p.s.EmptyFolder(p.w.t.Context(), p.ids[folder], mapi.DelHard))
	return list
}
