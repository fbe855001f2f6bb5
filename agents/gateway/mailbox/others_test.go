package mailbox

import (
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// Folders of other users are there once somebody names them, as far as their owners let him, and stay in the list of who has subscribed.
func TestOthers(t *testing.T) {
	w := newWorld(t, "alice", "bob")
	a, b := w.logOn("alice"), w.logOn("bob")
	_, err := a.Find(t.Context(), "Other users/bob/Inbox")
	wantCode(t, "what bob does not share", err, mailstore.Nonexistent)
	_, err = a.Find(t.Context(), "Other users/nobody/Inbox")
	wantCode(t, "a user who is not there", err, mailstore.Nonexistent)
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "bob"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "bob")
	ok(t, err)
	u, err := w.admin.User(t.Context(), "alice")
	ok(t, err)
	visible := client.Grant{UserID: u.ID, EntryID: u.EntryID, Rights: mapi.RightFolderVisible}
	ok(t, s.Grant(t.Context(), box.Props.Bytes(mapi.PrIPMSubtreeEntryID), visible))
	ok(t, b.SetACL(t.Context(), b.id("INBOX"), "alice", "lrswi"))
	b.append("INBOX", newMessage(mail("to bob"), 0))
	m, err := a.Find(t.Context(), "other users/BOB/inbox")
	ok(t, err)
	want(t, "the name", m.Name, "Other users/bob/Inbox")
	want(t, "it is another's", m.Others, true)
	if names := a.names(); !strings.Contains(names, "Other users \\Noselect\nOther users/bob \\Noselect\n") || !strings.Contains(names, "Other users/bob/Inbox\n") {
		t.Errorf("the list is\n%s", names)
	}
	inbox := a.open("Other users/bob/Inbox")
	want(t, "rights", inbox.Rights(), "lrswit")
	a.append("Other users/bob/Inbox", newMessage(mail("from alice"), view.Seen))
	want(t, "his mails", inbox.shown(), "1 0000000 \n2 0000001 \n")
	_, err = inbox.Change(t.Context(), inbox.uids(), mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: view.Flagged})
	ok(t, err)
	his := b.open("INBOX")
	his.await("the flags", func(s *view.Snapshot) bool { return has(s, view.Flagged) == 2 })
	wantCode(t, "deleting without the right to", inbox.Expunge(t.Context(), inbox.uids()), mailstore.NoPermission)
	_, err = a.Create(t.Context(), "Other users/x", "")
	wantCode(t, "making a user", err, mailstore.NoPermission)
	_, err = a.Create(t.Context(), "Other users/bob/x", "")
	wantCode(t, "making a folder without the right to", err, mailstore.NoPermission)
	ok(t, a.Subscribe(t.Context(), "Other users/bob/Inbox", true))
	fresh := newWorldLike(t, w).logOn("alice")
	if names := fresh.names(); !strings.Contains(names, "Other users/bob/Inbox subscribed\n") {
		t.Errorf("the list of who has subscribed is\n%s", names)
	}
	n, err := fresh.Namespaces(t.Context())
	ok(t, err)
	want(t, "namespaces", n, "{[{Other users/}] []}")
}
