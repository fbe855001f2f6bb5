package mailbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

const everything = mailstore.ItemSize | mailstore.ItemDate | mailstore.ItemEnvelope | mailstore.ItemStructure | mailstore.ItemHeader | mailstore.ItemMail |
	mailstore.ItemPreview | mailstore.ItemEntryID | mailstore.ItemObjectID | mailstore.ItemSaveDate

func TestFetch(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	long := strings.Repeat("X-Long: "+strings.Repeat("y", 70)+"\r\n", 20)
	mails := []string{mail("one"), mail("two", long), mail("Größe"), mail("four", "Content-Type: text/html\r\n")}
	for _, m := range mails {
		a.append("INBOX", newMessage(m, 0))
	}
	for i, r := range inbox.records(everything) {
		head, _, _ := strings.Cut(mails[i], "\r\n\r\n")
		want(t, "the mail", text(r.Mail), mails[i])
		want(t, "its size", r.Size, len(mails[i]))
		want(t, "its header", string(r.Header), head+"\r\n\r\n")
		want(t, "its date", r.Date.UTC(), w.now)
		if !strings.HasPrefix(r.Envelope, `("Mon, 23 Nov 2026 09:00:00 +0100" "`) || !strings.HasSuffix(r.Envelope, `@example.org>")`) && i != 2 {
			t.Errorf("the envelope is %s", r.Envelope)
		}
		if !strings.HasPrefix(r.Body, `("text" "`) || !strings.HasPrefix(r.BodyStructure, `("text" "`) && !strings.HasPrefix(r.BodyStructure, `("TEXT" "`) {
			t.Errorf("the structures are %s, %s", r.Body, r.BodyStructure)
		}
		if !strings.HasPrefix(r.Preview, "Hello ") || len(r.EntryID) == 0 || r.EmailID == "" || r.SaveDate.IsZero() {
			t.Errorf("the record is %+v", r)
		}
	}
}

// Messages that no mail was kept of are made into one once, which stays the same byte by byte.
func TestGenerated(t *testing.T) {
	w := newWorld(t, "alice")
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	for i := range 3 {
		_, err := s.CreateMessage(t.Context(), box.Inbox, &client.Message{Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, fmt.Sprint("written ", i)), mapi.String(mapi.PrBody, "Text\r\n"),
			mapi.String(mapi.PrTransportMessageHeaders, "Subject: as it came"), mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(w.now)),
		}, Recipients: []client.Recipient{{Type: mapi.RecipientTo, Name: "Bob", Address: "bob@example.org"}}})
		ok(t, err)
	}
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	sizes := inbox.records(mailstore.ItemSize)
	first := inbox.records(everything)
	calls := w.counted(func() {
		for i, r := range inbox.records(everything &^ mailstore.ItemMail) {
			want(t, "the size beside the mail", r.Size, sizes[i].Size)
			want(t, "the envelope", r.Envelope, first[i].Envelope)
			want(t, "the structure", r.BodyStructure, first[i].BodyStructure)
			want(t, "the header", string(r.Header), string(first[i].Header))
		}
	})
	// The header that came is not that of the mail, so the mail is read for it.
	want(t, "calls", calls, "tableMulti tableMulti tableClose loadProp loadProp loadProp tableClose")
	want(t, "calls for what is kept", w.counted(func() { inbox.records(mailstore.ItemEnvelope | mailstore.ItemStructure | mailstore.ItemSize) }), "tableMulti tableClose")
	other := newWorldLike(t, w).logOn("alice").open("INBOX")
	for i, r := range other.records(everything) {
		want(t, "the mail to another gateway", text(r.Mail), text(first[i].Mail))
		want(t, "the size", r.Size, len(text(r.Mail)))
		if !strings.Contains(text(r.Mail), "Subject: written ") {
			t.Errorf("the mail is %s", text(r.Mail))
		}
	}
}

// What the original has kept of a mail's structure is computed anew, once.
func TestOldStructures(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	a.append("INBOX", newMessage(mail("one"), 0))
	r := inbox.records(everything)[0]
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	ok(t, s.ChangeMessage(t.Context(), r.EntryID, client.MessageChange{
		Set: mapi.Props{mapi.String(mapi.PrECIMAPBody, "(NIL)"), mapi.String(mapi.PrECIMAPBodystructure, "(NIL)")}, DeleteNamed: []mapi.PropName{convert.IMAPVersionName()},
	}))
	want(t, "the structure", inbox.records(mailstore.ItemStructure)[0].BodyStructure, r.BodyStructure)
	want(t, "calls afterwards", w.counted(func() {
		want(t, "the structure", inbox.records(mailstore.ItemStructure)[0].BodyStructure, r.BodyStructure)
	}), "tableMulti tableClose")
}

// fill saves messages without much in them.
func fill(t testing.TB, w *world, n int) {
	t.Helper()
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	defer func() { ok(t, s.Close(t.Context())) }()
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	for i := range n {
		_, err := s.SaveMessage(t.Context(), box.Inbox, &mapi.Message{Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, fmt.Sprint("filler ", i)),
			mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC))),
		}}, client.SaveOptions{})
		ok(t, err)
	}
}

// Mails of messages that have been listed cost one call each, and stay right when the message goes.
func TestRecall(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	uids := a.append("INBOX", newMessage(mail("one"), 0), newMessage(mail("two"), 0))
	inbox.records(mailstore.ItemSize | mailstore.ItemDate)
	want(t, "calls", w.counted(func() {
		r := inbox.records(mailstore.ItemMail|mailstore.ItemDate|mailstore.ItemSize, uids[1])
		want(t, "the mail", text(r[0].Mail), mail("two"))
		want(t, "its date", r[0].Date.UTC(), w.now)
	}), "loadProp")
	behind := newWorldLike(t, w).logOn("alice").open("INBOX")
	ok(t, behind.Expunge(t.Context(), uids[1:]))
	inbox.await("the deletion is known", func(s *view.Snapshot) bool { return s.Len() == 1 }) // until then the mail can be read
	want(t, "of one that has gone", len(inbox.records(mailstore.ItemMail, uids[1])), 0)
}
