package dagent

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/rules"
	"zarafa/server/servertest"
)

// While the server is away senders are told to try again; when it is back mail is taken without anybody doing anything.
func TestServerAway(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	send := w.lmtp(w.deliverer())
	const delivered = "[250 2.1.5 <alice@example.com> Ok]"
	w.want("before", send("carol@example.org", mail("before"), "alice@example.com"), delivered)
	for range 2 {
		if err := w.server.Stop(); err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{"alice@example.com", "bob@example.com"} { // one who is remembered, one who is not
			answer := send("carol@example.org", mail("away"), to)
			if len(answer) != 1 || !strings.HasPrefix(answer[0], "450 4.") {
				t.Errorf("while the server is away: %s", answer)
			}
		}
		exit, out := w.run("", mail("away"), "alice")
		w.want("by command line: "+out, exit, 75)
		w.server = servertest.StartIn(t, w.dir, w.lines) // and knows no session any more
		w.want("back", send("carol@example.org", mail("back"), "alice@example.com"), delivered)
	}
	alice, bob := w.box("alice"), w.box("bob")
	w.want("alice's inbox", alice.subjects(alice.folders[client.Inbox]), "before|back|back")
	w.want("bob's inbox", bob.subjects(bob.folders[client.Inbox]), "")
}

// A server that goes away in the middle of a delivery leaves nothing out and nothing double, once the sender has tried again.
func TestServerAwayBetween(t *testing.T) {
	w := newWorld(t, "", "alice")
	first := w.box("alice")
	target := first.folder("Target")
	action := func(kind uint32) []mapi.Action {
		return []mapi.Action{{Type: kind, Store: first.store.EntryID, Folder: target}}
	}
	first.setRules(rules.Rule{Name: "copy", Actions: action(mapi.ActCopy)}, rules.Rule{Name: "move", Actions: action(mapi.ActMove)})
	send := w.lmtp(w.deliverer())
	// stopBefore stops the server before the nth call that saves.
	stopBefore := func(n int) {
		w.beforeCalls(func(op string) {
			if op != "saveObject" {
				return
			}
			if n--; n == 0 {
				if err := w.server.Stop(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	const delivered, later = "[250 2.1.5 <alice@example.com> Ok]", "[450 4.5.0 <alice@example.com> The mail could not be delivered now]"
	for _, tt := range []struct {
		text, answer  string
		call          int
		inbox, target string // after the second attempt, or after the first if that was good
	}{
		{traced("Q1", mail("copy-1")), later, 1, "copy-1", "copy-1"},
		{traced("Q2", mail("copy-2")), later, 2, "copy-1|copy-2", "copy-1|copy-2"},
		{mail("copy-3"), delivered, 2, "copy-1|copy-2|copy-3", "copy-1|copy-2"},
		{traced("Q4", mail("move-4")), later, 1, "copy-1|copy-2|copy-3", "copy-1|copy-2|move-4"},
		{mail("move-5"), later, 1, "copy-1|copy-2|copy-3", "copy-1|copy-2|move-4|move-5"},
	} {
		stopBefore(tt.call)
		w.want("the server goes", send("carol@example.org", tt.text, "alice@example.com"), tt.answer)
		w.beforeCalls(nil)
		w.server = servertest.StartIn(t, w.dir, w.lines)
		if tt.answer == later {
			w.want("the server is back", send("carol@example.org", tt.text, "alice@example.com"), delivered)
		}
		alice := w.box("alice")
		w.want("inbox", alice.subjects(alice.folders[client.Inbox]), tt.inbox)
		w.want("the rules' folder", alice.subjects(target), tt.target)
	}
}
