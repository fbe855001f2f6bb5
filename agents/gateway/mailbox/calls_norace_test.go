//go:build !race

package mailbox

import (
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// What a mail program does costs so many calls, however many messages there are.
func TestCalls(t *testing.T) {
	for name, c := range map[string]struct {
		options       client.Options
		opening       string
		store, single int // calls for all, and for each message
	}{
		"extensions": {client.Options{}, "loadProp tableMulti notifySubscribe tableQueryRows", 1, 0},
		"original":   {client.Options{NoExtensions: true}, "tableMulti notifySubscribe tableQueryRows", 2, 600},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, Settings{}, c.options, serverLines, "alice")
			fill(t, w, 600)
			a := w.logOn("alice")
			a.names()
			var inbox *opened
			want(t, "SELECT", w.counted(func() { inbox = a.open("INBOX") }), c.opening)
			want(t, "the second SELECT", w.counted(func() { w.logOn("alice").open("INBOX") }), "logon readABProps")
			want(t, "NOOP", w.counted(func() { ok(t, inbox.Sync(t.Context())) }), "")
			want(t, "STATUS", w.counted(func() {
				st, err := a.Status(t.Context(), a.id("INBOX"), mailstore.StatusItems{Deleted: true, HighestModSeq: true})
				ok(t, err)
				want(t, "messages", st.Messages, 600)
			}), "")
			want(t, "STATUS of another one", w.counted(func() {
				_, err := a.Status(t.Context(), a.id("Drafts"), mailstore.StatusItems{Recent: true})
				ok(t, err)
			}), "loadObject tableMulti tableClose")
			all := inbox.uids()
			// Beside them what the server announces is read, whenever that is; so only the calls that change anything are counted.
			want(t, "STORE of the read flag", strings.Count(w.storing(inbox, all, view.Seen), "setReadFlags"), c.store)
			want(t, "the same once more", strings.Count(w.storing(inbox, all, view.Seen), "setReadFlags"), 0)
			calls := w.storing(inbox, all, view.Deleted)
			want(t, "STORE of others", strings.Count(calls, "saveObject"), c.single)
			if c.single == 0 {
				want(t, "STORE of others", strings.Count(calls, "setReadFlags"), 1)
			}
			inbox.await("the flags", func(s *view.Snapshot) bool { return has(s, view.Deleted) == 600 })
		})
	}
}

// storing gives the calls of STORE, without those by which what the server announces is read beside it.
func (w *world) storing(o *opened, uids []view.UID, f view.Flags) string {
	w.t.Helper()
	return w.counted(func() {
		_, err := o.Change(w.t.Context(), uids, mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: f})
		ok(w.t, err)
	})
}

// A change on the condition that nothing has changed leaves alone what has (RFC 7162 3.1.3).
func TestUnchangedSince(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	want(t, "the capability", a.Capabilities().ModSeq, true)
	inbox := a.open("INBOX")
	uids := a.append("INBOX", newMessage(mail("one"), 0), newMessage(mail("two"), 0), newMessage(mail("three"), view.Answered))
	then := inbox.Snapshot().HighestModSeq
	change := func(uids []view.UID, f view.Flags, since view.ModSeq) []view.UID {
		t.Helper()
		late, err := inbox.Change(t.Context(), uids, mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: f, Conditional: since > 0, UnchangedSince: since})
		ok(t, err)
		return late
	}
	change(uids[1:2], view.Flagged, 0)
	want(t, "late", change(uids, view.Answered, then), uids[1:2])
	want(t, "flags", inbox.shown(), "1 0000010 \n2 0000100 \n3 0000010 \n")
	s := inbox.Snapshot()
	if first, _ := s.Get(uids[0]); s.HighestModSeq <= then || first.ModSeq != s.HighestModSeq {
		t.Errorf("the mailbox has %d after %d, the message %d", s.HighestModSeq, then, first.ModSeq)
	}
	before := s.HighestModSeq
	ok(t, inbox.Expunge(t.Context(), uids[:1]))
	if after := inbox.Snapshot().HighestModSeq; after <= before {
		t.Errorf("the mailbox has %d after an expunge, and had %d", after, before)
	}
}

// A mailbox that the original's gateway has shown is the same here: UIDs, UIDVALIDITY, flags and what has been told as recent are properties of
// the server, written as it writes them.
func TestAsTheOriginal(t *testing.T) {
	w := newWorld(t, "alice")
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	// As the original writes \Flagged and \Answered, and \Deleted, and $Forwarded.
	for _, props := range []mapi.Props{
		{mapi.Long(mapi.PrFlagStatus, 2), mapi.Long(mapi.PrFollowupIcon, 6), mapi.Long(mapi.PrMsgStatus, 65536), mapi.Long(mapi.PrIconIndex, 261), mapi.Long(mapi.PrLastVerbExecuted, 102)},
		{mapi.Long(mapi.PrMsgStatus, 8)},
		{mapi.Long(mapi.PrLastVerbExecuted, 104), mapi.Long(mapi.PrIconIndex, 262)},
		{},
	} {
		id, err := s.SaveMessage(t.Context(), box.Inbox, &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note")}}, client.SaveOptions{})
		ok(t, err)
		ok(t, s.SetProps(t.Context(), id, props...))
	}
	inbox, err := s.LoadObject(t.Context(), box.Inbox)
	ok(t, err)
	rows := func() (list []mapi.Props) {
		ok(t, s.EachRow(t.Context(), client.TableQuery{
			Kind: mapi.TableMS, EntryID: box.Inbox, ObjectType: mapi.TypeMessage, Sort: []mapi.SortOrder{{Tag: mapi.PrECIMAPID}},
			Columns: []mapi.PropTag{mapi.PrECIMAPID, mapi.PrFlagStatus, mapi.PrFollowupIcon, mapi.PrMsgStatus, mapi.PrIconIndex, mapi.PrLastVerbExecuted},
		}, func(r mapi.Props) error { list = append(list, r); return nil }))
		return list
	}
	list := rows()
	ok(t, s.SetProps(t.Context(), box.Inbox, mapi.Long(mapi.PrECIMAPMaxID, list[1].Uint32(mapi.PrECIMAPID))))
	a := w.logOn("alice")
	o := a.open("INBOX")
	want(t, "flags", o.shown(), "1 0000110 \n2 0001000 \n3 0100000 \n4 0000000 \n")
	want(t, "UIDVALIDITY", o.UIDValidity(), inbox.ServerID)
	for i, uid := range o.uids() {
		want(t, "UID", uid, list[i].Uint32(mapi.PrECIMAPID))
	}
	st, err := a.Status(t.Context(), a.id("INBOX"), mailstore.StatusItems{Recent: true})
	ok(t, err)
	want(t, "recent", st.Recent, 2)
	recent, err := o.Recent(t.Context(), true)
	ok(t, err)
	want(t, "the first recent UID", recent, o.uids()[1]+1)
	recent, err = o.Recent(t.Context(), true)
	ok(t, err)
	want(t, "afterwards", recent, o.uids()[3]+1)
	loaded, err := s.LoadObject(t.Context(), box.Inbox)
	ok(t, err)
	want(t, "what is kept of it", loaded.Props.Uint32(mapi.PrECIMAPMaxID), o.uids()[3])
	_, err = o.Change(t.Context(), o.uids()[3:], mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: view.Flagged | view.Answered | view.Deleted})
	ok(t, err)
	r := rows()[3]
	for tag, value := range map[mapi.PropTag]uint32{
		mapi.PrFlagStatus: 2, mapi.PrFollowupIcon: 6, mapi.PrMsgStatus: 0x208, mapi.PrIconIndex: 261, mapi.PrLastVerbExecuted: 102,
	} {
		want(t, "what is written", r.Uint32(tag), value)
	}
}

// Subscriptions are kept where the original keeps them, in its form.
func TestSubscribedAsTheOriginal(t *testing.T) {
	w := newWorld(t, "alice")
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	a := w.logOn("alice")
	_, err = a.Create(t.Context(), "Receipts", "")
	ok(t, err)
	ok(t, a.Subscribe(t.Context(), "Receipts", true))
	loaded, err := s.LoadObject(t.Context(), box.Inbox)
	ok(t, err)
	folder, err := s.FolderByPath(t.Context(), box.Props.Bytes(mapi.PrIPMSubtreeEntryID), "Receipts")
	ok(t, err)
	want(t, "the list of subscribed folders", loaded.Props.Bytes(mapi.PrECIMAPSubscribed), append([]byte{1, 0, 0, 0, 48, 0, 0, 0}, folder...))
	ok(t, a.Subscribe(t.Context(), "Receipts", false))
	loaded, err = s.LoadObject(t.Context(), box.Inbox)
	ok(t, err)
	want(t, "the empty list", loaded.Props.Bytes(mapi.PrECIMAPSubscribed), []byte{0, 0, 0, 0})
}
