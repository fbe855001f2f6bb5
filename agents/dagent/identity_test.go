package dagent

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/rules"
)

// traced is a mail as a mail server sends it on, out of an entry of its queue.
func traced(queued, text string) string {
	return "Received: from home.example.org (unknown [192.0.2.1])\n\tby sender.example.org (Postfix) with ESMTP id " + queued +
		"\n\tfor <alice@example.com>; Mon, 23 Nov 2026 09:00:00 +0000 (UTC)\n" + text
}

// A mail whose sender did not get the answer comes again, and is stored once. What only looks like that is stored each time.
func TestSecondAttempt(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	alice, bob := w.box("alice"), w.box("bob")
	send := w.lmtp(w.deliverer())
	large := "\n" + strings.Repeat("A line of a mail that is too large to be saved at once.\n", 12_000)
	for _, tt := range []struct {
		name          string
		first, second string
		from          string // of the second attempt
		copies        int
	}{
		{"again", traced("Q1", mail("again")), traced("Q1", mail("again")), "carol@example.org", 1},
		{"large", traced("Q2", mail("large")+large), traced("Q2", mail("large")+large), "carol@example.org", 1},
		{"meant", traced("Q3", mail("meant")), traced("Q4", mail("meant")), "carol@example.org", 2},
		{"bare", mail("bare"), mail("bare"), "carol@example.org", 2},
		{"unnumbered", strings.Replace(traced("Q5", mail("unnumbered")), " id Q5", "", 1), strings.Replace(traced("Q5", mail("unnumbered")), " id Q5", "", 1), "carol@example.org", 2},
		{"old", strings.Replace(traced("Q6", mail("old")), "by sender.", "by elsewhere.", 1), strings.Replace(traced("Q6", mail("old")), "by sender.", "by elsewhere.", 1), "carol@example.org", 2},
		{"sender", traced("Q7", mail("sender")), traced("Q7", mail("sender")), "dave@example.org", 2},
		{"changed", traced("Q8", mail("changed")), traced("Q8", mail("changed", "X-Seen: yes\n")), "carol@example.org", 2},
	} {
		before := len(alice.mails(alice.folders[client.Inbox]))
		w.want(tt.name, send("carol@example.org", tt.first, "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
		w.want(tt.name, send(tt.from, tt.second, "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
		w.want(tt.name+": copies", len(alice.mails(alice.folders[client.Inbox]))-before, tt.copies)
	}
	// The first attempt reached one of two.
	text := traced("Q9", mail("both"))
	send("carol@example.org", text, "alice@example.com")
	w.want("both", len(send("carol@example.org", text, "alice@example.com", "bob@example.com")), 2)
	w.want("bob's", bob.subjects(bob.folders[client.Inbox]), "both")
	w.want("alice's", strings.Count(alice.subjects(alice.folders[client.Inbox]), "both"), 1)
	// On the command line nobody knows whether it is another attempt.
	for range 2 {
		exit, out := w.run("", text, "bob")
		w.want(out, exit, 0)
	}
	w.want("by command line", bob.subjects(bob.folders[client.Inbox]), "both|both|both")
	// What a user has deleted does not come back.
	last := alice.ids(alice.folders[client.Inbox])
	if err := alice.DeleteMessages(t.Context(), false, last[len(last)-1]); err != nil {
		t.Fatal(err)
	}
	w.want("deleted meanwhile", send("carol@example.org", text, "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	w.want("alice's", strings.Count(alice.subjects(alice.folders[client.Inbox]), "both"), 0)
}

// A mail that filled the mailbox is no reason to refuse it when it comes again.
func TestSecondAttemptFull(t *testing.T) {
	w := newWorld(t, "", "alice")
	alice := w.box("alice")
	send := w.lmtp(w.deliverer())
	user, err := w.admin.User(t.Context(), "alice")
	if err == nil {
		err = w.admin.SetQuota(t.Context(), user, client.Quota{Hard: 1 << 10})
	}
	if err != nil {
		t.Fatal(err)
	}
	big := mail("big", "X: "+strings.Repeat("y", 4000)+"\n")
	for range 2 {
		w.want("the mail that fills it", send("carol@example.org", traced("Q1", big), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	}
	w.want("another", send("carol@example.org", traced("Q2", big), "alice@example.com"), "[552 5.2.2 <alice@example.com> the mailbox is full]")
	w.want("the inbox", alice.subjects(alice.folders[client.Inbox]), "big")
}

// What rules have stored is stored once, and what they had not done yet follows.
func TestSecondAttemptRules(t *testing.T) {
	w := newWorld(t, "", "alice")
	alice := w.box("alice")
	copied := alice.folder("Copied")
	twice := mapi.Action{Type: mapi.ActCopy, Store: alice.store.EntryID, Folder: copied}
	copies := rules.Rule{Name: "again", Actions: []mapi.Action{twice, twice}}
	alice.setRules(copies)
	send := w.lmtp(w.deliverer())
	text := traced("Q1", mail("again"))
	attempt := func() {
		t.Helper()
		w.want("attempt", send("carol@example.org", text, "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
		w.want("inbox", alice.subjects(alice.folders[client.Inbox]), "again")
		w.want("copies", alice.subjects(copied), "again|again")
	}
	attempt()
	attempt()
	w.want("sent", len(w.sent()), 0)
	alice.setRules(copies, rules.Rule{Name: "again", Actions: []mapi.Action{{Type: mapi.ActForward, Recipients: [][]mapi.PropValue{to("dave@example.net")}}}})
	attempt() // as after a first one that ended before it forwarded
	w.want("forwarded", len(w.sent()), 1)
}
