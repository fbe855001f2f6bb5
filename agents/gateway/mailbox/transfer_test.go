package mailbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

func TestCopyAndMove(t *testing.T) {
	w := newWorld(t, "alice")
	_, err := w.admin.CreatePublicStore(t.Context())
	ok(t, err)
	a := w.logOn("alice")
	_, err = a.Create(t.Context(), "Work", "")
	ok(t, err)
	inbox, work := a.open("INBOX"), a.open("Work")
	uids := a.append("INBOX", newMessage(mail("one"), view.Seen), newMessage(mail("two"), view.Flagged), newMessage(mail("three"), 0))
	before := a.append("Work", newMessage(mail("zero"), 0))
	c, err := inbox.Copy(t.Context(), uids[:2], a.id("Work"))
	ok(t, err)
	want(t, "copied", c.From, uids[:2])
	want(t, "the copies", c.To, work.uids()[1:])
	want(t, "UIDVALIDITY", c.UIDValidity, work.UIDValidity())
	want(t, "flags of the copies", work.shown(), "1 0000000 \n2 0000001 \n3 0000100 \n")
	want(t, "the source", inbox.uids(), uids)
	// Twice the same, and one of them once more: which is which is known all the same.
	c, err = work.Copy(t.Context(), []view.UID{before[0], c.To[0]}, a.id("Work"))
	ok(t, err)
	want(t, "copies within the mailbox", c.To, work.uids()[3:])
	c, err = inbox.Move(t.Context(), []view.UID{uids[0], uids[2], uids[2] + 1000}, a.id("Work"))
	ok(t, err)
	want(t, "moved", c.From, []view.UID{uids[0], uids[2]})
	want(t, "what was moved", c.To, work.uids()[5:])
	want(t, "what is left", inbox.uids(), uids[1:2])
	for i, r := range work.records(mailstore.ItemMail, c.To...) {
		want(t, "a moved mail", text(r.Mail), mail([]string{"one", "three"}[i]))
	}
	_, err = inbox.Copy(t.Context(), uids[1:2], "nowhere")
	wantCode(t, "to nowhere", err, mailstore.TryCreate)
	// Into another store.
	st, err := w.admin.PublicStore(t.Context())
	ok(t, err)
	root, err := st.Session.LoadObject(t.Context(), st.EntryID)
	ok(t, err)
	everyone := client.Everyone()
	everyone.Rights = mapi.RightsAll
	ok(t, w.admin.Grant(t.Context(), root.Props.Bytes(mapi.PrIPMSubtreeEntryID), everyone))
	_, err = a.Create(t.Context(), "Public folders/Shared", "")
	ok(t, err)
	c, err = inbox.Move(t.Context(), uids[1:2], a.id("Public folders/Shared"))
	ok(t, err)
	shared := a.open("Public folders/Shared")
	want(t, "moved into the public store", c.To, shared.uids())
	want(t, "its flags", shared.shown(), "1 0000100 \n")
	want(t, "the empty inbox", inbox.shown(), "")
	want(t, "its bytes", text(shared.records(mailstore.ItemMail)[0].Mail), mail("two"))
}

func TestExpunge(t *testing.T) {
	w := newWorld(t, "alice")
	a, b := w.logOn("alice"), w.logOn("alice")
	inbox, other := a.open("INBOX"), b.open("INBOX")
	var list []mailstore.NewMessage
	for i := range 15 {
		list = append(list, newMessage(mail(fmt.Sprint("number ", i)), 0))
	}
	uids := a.append("INBOX", list...)
	ok(t, inbox.Expunge(t.Context(), []view.UID{uids[3], uids[7], 1 << 30}))
	left := slices.Delete(slices.Delete(slices.Clone(uids), 7, 8), 3, 4)
	want(t, "left", inbox.uids(), left)
	want(t, "left to another connection", other.uids(), left)
	calls := w.counted(func() { ok(t, inbox.Expunge(t.Context(), left)) })
	if !strings.HasPrefix(calls, "tableMulti tableClose deleteObjects loadProp") { // what follows is done beside, since the server says that much has changed
		t.Errorf("the calls are %s", calls)
	}
	want(t, "all are gone", inbox.shown(), "")
	ok(t, inbox.Sync(t.Context()))
	want(t, "and stay so", inbox.shown(), "")
	st, err := a.Status(t.Context(), a.id("INBOX"), mailstore.StatusItems{})
	ok(t, err)
	if st.UIDNext <= uids[14] {
		t.Errorf("UIDNEXT %d after UID %d", st.UIDNext, uids[14])
	}
}

func TestExpungeOnDelete(t *testing.T) {
	w := newWorldWith(t, Settings{ExpungeOnDelete: true}, client.Options{}, serverLines, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	uids := a.append("INBOX", newMessage(mail("one"), 0), newMessage(mail("two"), 0))
	_, err := inbox.Change(t.Context(), uids[:1], mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: view.Deleted})
	ok(t, err)
	want(t, "left", inbox.uids(), uids[1:])
}

func TestAppend(t *testing.T) {
	w := newWorldWith(t, Settings{MaxMessage: 2000}, client.Options{}, serverLines, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	bare := newMessage("From: a@example.org\nSubject: bare\n\nline\n", 0)
	bare.Date = w.now.AddDate(-1, 0, 0)
	done, err := a.Append(t.Context(), a.id("INBOX"), []mailstore.NewMessage{bare, newMessage(mail("two"), view.Draft, "x")})
	ok(t, err)
	want(t, "UIDs", done.UIDs, inbox.uids())
	want(t, "UIDVALIDITY", done.UIDValidity, inbox.UIDValidity())
	records := inbox.records(mailstore.ItemMail | mailstore.ItemSize | mailstore.ItemDate)
	want(t, "line ends", text(records[0].Mail), "From: a@example.org\r\nSubject: bare\r\n\r\nline\r\n")
	want(t, "its date", records[0].Date.UTC(), bare.Date)
	want(t, "now", records[1].Date.UTC(), w.now)
	big := newMessage(mail("big", "X-Big: ", fmt.Sprintf("%02000d\r\n", 0)), 0)
	_, err = a.Append(t.Context(), a.id("INBOX"), []mailstore.NewMessage{newMessage(mail("three"), 0), big})
	wantCode(t, "too big", err, mailstore.TooBig)
	_, err = a.Append(t.Context(), a.id("INBOX"), []mailstore.NewMessage{newMessage(mail("three"), 0), newMessage(mail("four"), 0, "=FF")})
	wantCode(t, "a keyword that is no text", err, mailstore.Cannot)
	ok(t, inbox.Sync(t.Context()))
	want(t, "all or none", inbox.Snapshot().Len(), 2)
	_, err = a.Append(t.Context(), "nowhere", []mailstore.NewMessage{bare})
	wantCode(t, "to nowhere", err, mailstore.TryCreate)
}

// A full mailbox says so.
func TestOverQuota(t *testing.T) {
	w := newWorld(t, "alice")
	u, err := w.admin.User(t.Context(), "alice")
	ok(t, err)
	ok(t, w.admin.SetQuota(t.Context(), u, client.Quota{Hard: 4096}))
	a := w.logOn("alice")
	for err == nil {
		_, err = a.Append(t.Context(), a.id("INBOX"), []mailstore.NewMessage{newMessage(mail("big", "X: ", fmt.Sprintf("%01000d\r\n", 0)), 0)})
	}
	wantCode(t, "a full mailbox", err, mailstore.OverQuota)
	q, err := a.Quota(t.Context())
	ok(t, err)
	if q.Limit != 4 || q.Usage < 4 {
		t.Errorf("the quota is %v", q)
	}
}
