package client_test

import (
	"fmt"
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// indexed waits until the full-text index has everything.
func indexed(t testing.TB, s *client.Session) {
	t.Helper()
	err := s.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TestPerformRequest{SessionID: id, Cmd: wire.Text("indexer_syncrun")}
	}, new(wire.TestPerformResponse), nil)
	if err != nil {
		t.Fatal(err)
	}
}

// textMail saves a message with a subject and a text.
func textMail(t testing.TB, s *client.Session, folder mapi.EntryID, subject, text string) client.Saved {
	t.Helper()
	saved, err := s.SaveNumbered(t.Context(), folder, &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, text),
		mapi.String(mapi.PrSenderName, "Sandra Sender"), mapi.String(mapi.PrTransportMessageHeaders, "X-Mailer: x\r\n"),
	}}, client.SaveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// Words find the live messages of one folder in which words begin like them, those too that were saved just now.
func TestMessagesWithWords(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings+"enable_test_protocol = yes\n")
	_, ids := mailbox(t, i)
	s := logOn(t, i, client.Options{User: "alice"})
	inbox := ids[client.Inbox]
	one := textMail(t, s, inbox, "Budget", "All the numbers for Café Müller.")
	two := textMail(t, s, inbox, "Lunch", "The budgets are on the table.")
	gone, moved := textMail(t, s, inbox, "Budget", "old"), textMail(t, s, inbox, "Budget", "elsewhere")
	textMail(t, s, ids[client.Drafts], "Budget", "numbers")
	find := func(what, text string, tags []mapi.PropTag, want ...client.Saved) {
		t.Helper()
		uids := []uint32{}
		for _, m := range want {
			uids = append(uids, m.UID)
		}
		got, err := s.MessagesWithWords(t.Context(), inbox, text, tags...)
		if err != nil || !slices.Equal(append([]uint32{}, got...), uids) {
			t.Errorf("%s: %v, %v, want %v", what, got, err, uids)
		}
	}
	all := []mapi.PropTag{mapi.PrBody, mapi.PrSubject, mapi.PrSenderName}
	body := all[:1]
	if _, err := s.MessagesWithWords(t.Context(), inbox, "budget", all...); err != nil && mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("before there is an index: %v", err)
	}
	indexed(t, s)
	find("before anything is deleted", "BUDGET", all, one, two, gone, moved)
	if err := s.DeleteMessages(t.Context(), false, gone.EntryID); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveMessages(t.Context(), ids[client.Drafts], moved.EntryID); err != nil {
		t.Fatal(err)
	}
	find("text", "BUDGET", all, one, two)
	find("body", "budget", body, two)
	find("accents", "cafe mull", body, one)
	find("a sender", "sandra send", all, one, two)
	find("within a word", "udget", all)
	find("all words", "budget lunch", all, two)
	find("nothing", "zebra", all)
	late := textMail(t, s, inbox, "late", "a zebra")
	find("just now", "zebra", all, late)
	for _, text := range []string{"", "?!"} {
		if _, err := s.MessagesWithWords(t.Context(), inbox, text, all...); mapi.CodeOf(err) != mapi.InvalidParameter {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := s.MessagesWithWords(t.Context(), inbox, "x", mapi.PrTransportMessageHeaders); mapi.CodeOf(err) != mapi.InvalidParameter {
		t.Errorf("a property that is kept out of the index: %v", err)
	}
	bob, _ := newUser(t, i, "bob", client.English)
	if _, err := bob.MessagesWithWords(t.Context(), inbox, "budget", all...); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("somebody else: %v", err)
	}
	old := logOn(t, i, client.Options{User: "alice", NoExtensions: true})
	if _, err := old.MessagesWithWords(t.Context(), inbox, "budget", all...); mapi.CodeOf(err) != mapi.NoSupport {
		t.Errorf("without the capability: %v", err)
	}
}

// BenchmarkMessagesWithWords is SEARCH TEXT for a word that one mail of ten has.
func BenchmarkMessagesWithWords(b *testing.B) {
	const mails = 1000
	i := servertest.Start(b, config.EngineSQLite, settings+"enable_test_protocol = yes\n")
	s, folder := benchMailbox(b, i)
	for n := range mails {
		textMail(b, s, folder, fmt.Sprint("mail ", n), fmt.Sprintf("Some text about number%d and topic%d.", n, n%10))
	}
	_, _ = s.MessagesWithWords(b.Context(), folder, "topic3", mapi.PrBody) // has the store indexed
	indexed(b, s)
	for b.Loop() {
		uids, err := s.MessagesWithWords(b.Context(), folder, "topic3", mapi.PrBody, mapi.PrSubject)
		if err != nil || len(uids) != mails/10 {
			b.Fatal(len(uids), err)
		}
	}
}
