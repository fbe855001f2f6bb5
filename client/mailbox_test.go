package client_test

import (
	"bytes"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// A mail to two users: one call resolves both, one finds each mailbox that is not remembered, and one delivers and announces.
func TestDelivery(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	alice, st := newUser(t, i, "alice", client.English)
	newUser(t, i, "bob", client.English)
	ids, err := alice.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	if err := alice.Subscribe(t.Context(), 1, st.EntryID, mapi.EventNewMail); err != nil {
		t.Fatal(err)
	}
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	boxes := client.NewMailboxes(s, time.Minute, func() time.Time { return now })
	deliver := func(content mapi.Content) {
		t.Helper()
		found, err := s.ResolveNames(t.Context(), "ALICE@example.com", "bob@example.com", "nobody@example.com")
		if err != nil || len(found) != 3 || found[0].Account != "alice" || found[1].SMTP != "bob@example.com" || found[2].Resolution != client.Unresolved {
			t.Fatalf("resolved %+v, %v", found, err)
		}
		for _, e := range found[:2] {
			box, err := boxes.Get(t.Context(), e.Account)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(box.Owner.EntryID, e.EntryID) || box.Props.Bytes(mapi.PrIPMOutboxEntryID) == nil || !box.InboxProps.Has(mapi.PrAdditionalRenEntryIDs.ID()) {
				t.Errorf("mailbox of %s: %x", e.Account, box.Owner.EntryID)
			}
			m := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note")}, Recipients: []mapi.Props{e.Recipient(mapi.RecipientTo)}}
			m.Attachments = []*mapi.Attachment{{Content: content}}
			if _, err := s.SaveMessage(t.Context(), box.Inbox, m, client.SaveOptions{NewMail: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	deliver(mapi.Bytes("x"))
	made.were(t, "first delivery", "abResolveNames", "resolveUserStore", "saveObject", "resolveUserStore", "saveObject")
	deliver(file{n: 1 << 20})
	made.were(t, "while the mailboxes are remembered", "abResolveNames", "importMessageFromStream", "importMessageFromStream")
	boxes.Forget("Alice")
	deliver(mapi.Bytes("x"))
	made.were(t, "one is forgotten", "abResolveNames", "resolveUserStore", "saveObject", "saveObject")
	now = now.Add(time.Hour)
	deliver(mapi.Bytes("x"))
	made.were(t, "long after", "abResolveNames", "resolveUserStore", "saveObject", "resolveUserStore", "saveObject")
	for n := 0; n < 4; {
		events, err := alice.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Type != mapi.EventNewMail || !bytes.Equal(e.ParentID, ids[client.Inbox]) || e.MessageClass != "IPM.Note" {
				t.Errorf("event %+v", e)
			}
			m, err := alice.LoadMessage(t.Context(), e.EntryID)
			if err != nil || m.Recipients[0].Str(mapi.PrEmailAddress) != "alice" {
				t.Errorf("the new mail: %v, %v", m, err)
			}
			n++
		}
	}
	if _, err := boxes.Get(t.Context(), "nobody"); !client.IsNotFound(err) {
		t.Errorf("nobody's mailbox: %v", err)
	}
	if box, err := alice.Mailbox(t.Context(), "bob"); err != nil || box.Inbox != nil {
		t.Errorf("a mailbox of which a user may see nothing: %+v, %v", box, err)
	}
}

// A server without the capability takes more calls, to the same end.
func TestDeliveryInSteps(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	newUser(t, i, "alice", client.English)
	s := logOn(t, i, client.Options{User: "SYSTEM"})
	want, err := s.Mailbox(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	old, made := counted(t, i, client.Options{User: "SYSTEM", NoExtensions: true})
	box, err := old.Mailbox(t.Context(), "alice")
	if err != nil || !bytes.Equal(box.Inbox, want.Inbox) || !bytes.Equal(box.Store.EntryID, want.Store.EntryID) || len(box.Props) != len(want.Props) ||
		!bytes.Equal(box.Owner.EntryID, want.Owner.EntryID) || len(box.InboxProps) != len(want.InboxProps) {
		t.Errorf("mailbox %+v, want %+v, %v", box, want, err)
	}
	made.were(t, "mailbox", "resolveUserStore", "getStore", "loadObject", "getReceiveFolder", "loadObject")
	if _, err := old.SaveMessage(t.Context(), box.Inbox, &mapi.Message{}, client.SaveOptions{NewMail: true}); err != nil {
		t.Error(err)
	}
	made.were(t, "save", "saveObject", "notify")
	if _, err := old.Mailbox(t.Context(), "nobody"); !client.IsNotFound(err) {
		t.Errorf("nobody's mailbox: %v", err)
	}
}
