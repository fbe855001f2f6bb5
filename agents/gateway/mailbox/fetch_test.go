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

// Whatever the messages are, in whatever order they stand and whatever goes away meanwhile: who is there is visited, once and in order.
func TestFetchManyWays(t *testing.T) {
	w := newWorld(t, "alice")
	a, b := w.logOn("alice"), w.logOn("alice")
	inbox, other := a.open("INBOX"), b.open("INBOX")
	fill(t, w, 700)
	inbox.await("the messages", func(s *view.Snapshot) bool { return s.Len() == 700 })
	all := inbox.uids()
	visited := func(uids []view.UID, meanwhile func()) (list []view.UID) {
		t.Helper()
		ok(t, inbox.Fetch(t.Context(), uids, mailstore.ItemDate, func(r *mailstore.Record) error {
			if meanwhile != nil {
				meanwhile()
				meanwhile = nil
			}
			list = append(list, r.Message.UID)
			return nil
		}))
		return list
	}
	pieces := map[string][]view.UID{"all": all, "the end": all[400:], "the middle": all[200:600], "one": all[350:351], "few": {all[1], all[500], all[650]}}
	for i := 0; i < len(all); i += 3 {
		pieces["each third"] = append(pieces["each third"], all[i])
	}
	for name, uids := range pieces {
		want(t, name, visited(uids, nil), uids)
	}
	want(t, "calls for all", w.counted(func() { visited(all, nil) }), "tableMulti tableQueryRows tableClose")
	want(t, "calls for the end", w.counted(func() { visited(all[400:], nil) }), "tableMulti tableSeekRow tableQueryRows tableClose")
	// Messages in front of the run go away behind the back of this session.
	behind := newWorldLike(t, w).logOn("alice").open("INBOX")
	ok(t, behind.Expunge(t.Context(), all[:100]))
	want(t, "after a deletion elsewhere", visited(all[50:700], nil), all[100:700])
	want(t, "while there is a deletion", visited(all[100:700], func() { ok(t, other.Expunge(t.Context(), all[650:660])) })[:500], all[100:600])
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

// Mails of all sizes come whole and in order, many at a time or one by one.
func TestManyMails(t *testing.T) {
	for name, options := range map[string]client.Options{"extensions": {}, "original": {NoExtensions: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, Settings{}, options, serverLines, "alice")
			a := w.logOn("alice")
			inbox := a.open("INBOX")
			var mails []string
			for i := range 24 {
				size := []int{0, 10, 300, 6000, 100_000, 5 << 20}[i%6]
				if i >= 6 {
					size = min(size, 200_000)
				}
				mails = append(mails, mail(fmt.Sprint("number ", i))+strings.Repeat("0123456789abcdef\r\n", size/18))
				a.append("INBOX", newMessage(mails[i], 0))
			}
			uids := inbox.uids()
			for what, pick := range map[string]func(i int) bool{
				"all": func(int) bool { return true }, "each second": func(i int) bool { return i%2 == 1 }, "the last": func(i int) bool { return i > 12 },
			} {
				var asked []view.UID
				var wanted []string
				for i, uid := range uids {
					if pick(i) {
						asked, wanted = append(asked, uid), append(wanted, mails[i])
					}
				}
				records := inbox.records(mailstore.ItemMail|mailstore.ItemSize, asked...)
				want(t, what, len(records), len(asked))
				for i, r := range records {
					if r.Message.UID != asked[i] || text(r.Mail) != wanted[i] || r.Size != int64(len(wanted[i])) {
						t.Errorf("%s: mail %d has UID %d and %d bytes, want %d and %d", what, i, r.Message.UID, r.Size, asked[i], len(wanted[i]))
					}
				}
			}
		})
	}
}
