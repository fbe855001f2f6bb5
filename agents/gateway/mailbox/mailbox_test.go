package mailbox

import (
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

func TestLogOn(t *testing.T) {
	w := newWorld(t, "alice")
	for _, c := range []mailstore.Credentials{credentials("alice", "wrong"), credentials("nobody", "secret"), credentials("", ""), {Token: "x"}} {
		_, err := w.gateway.LogOn(t.Context(), c)
		wantCode(t, c.User, err, mailstore.AuthenticationFailed)
	}
	a := w.logOn("ALICE")
	want(t, "the name", a.User(), "alice")
	want(t, "calls of the second connection", w.counted(func() { w.logOn("alice") }), "logon readABProps")
	want(t, "calls of the list", w.counted(func() { a.names() }), "resolveUserStore getPublicStore notifySubscribe loadProp tableMulti tableClose")
	want(t, "calls of the second list", w.counted(func() { a.names() }), "")
	want(t, "the list", a.names(), "INBOX subscribed\nDeleted Items \\Trash subscribed\nDrafts \\Drafts subscribed\nJunk E-mail \\Junk subscribed\n"+
		"Outbox subscribed\nSent Items \\Sent subscribed\n")
}

func TestFlags(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	uids := a.append("INBOX", newMessage(mail("one"), view.Seen|view.Flagged, "Red=20Category"), newMessage(mail("two"), view.Draft|view.Answered))
	want(t, "after APPEND", inbox.shown(), "1 0000101 Red=20Category\n2 0010010 \n")
	want(t, "UIDs", inbox.uids(), uids)
	change := func(mode mailstore.FlagMode, f view.Flags, keywords ...string) {
		t.Helper()
		late, err := inbox.Change(t.Context(), uids, mailstore.FlagChange{Mode: mode, Flags: f, Keywords: keywords})
		ok(t, err)
		want(t, "late", late, []view.UID(nil))
	}
	change(mailstore.AddFlags, view.Seen|view.Forwarded|view.Deleted, "work", "RED=20category")
	want(t, "after +FLAGS", inbox.shown(), "1 0101101 Red=20Category work\n2 0111011 RED=20category work\n")
	change(mailstore.RemoveFlags, view.Seen|view.Flagged|view.Answered, "Work")
	want(t, "after -FLAGS", inbox.shown(), "1 0101000 Red=20Category\n2 0111000 RED=20category\n")
	change(mailstore.ReplaceFlags, view.MDNSent|view.Answered)
	want(t, "after FLAGS", inbox.shown(), "1 1000010 \n2 1000010 \n")
	// What is known is what is kept.
	b := w.logOn("alice")
	want(t, "another session's", b.open("INBOX").shown(), inbox.shown())
	fresh := newWorldLike(t, w)
	want(t, "another gateway's", fresh.logOn("alice").open("INBOX").shown(), inbox.shown())
}
