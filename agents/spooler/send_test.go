package spooler

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

// A mail goes from the outbox to the relay, and then to Sent Items, marked as sent; blind copies are sent but not shown.
func TestSend(t *testing.T) {
	w := newWorld(t, "alice", "bob")
	alice := w.users["alice"]
	sp := w.start()
	bob := w.users["bob"].entry
	alice.submit(letter{subject: "Offer", recipients: []mapi.Props{
		bob.Recipient(mapi.RecipientTo), to(mapi.RecipientCc, "outside@example.net"), to(mapi.RecipientBcc, "secret@example.net"), to(mapi.RecipientCc, "OUTSIDE@example.net"),
	}})
	m := <-w.relay.arrived
	if m.from != "alice@example.com" || strings.Join(m.to, " ") != "bob@example.com outside@example.net secret@example.net" {
		t.Errorf("envelope %+v", m)
	}
	if !m.has("Subject: Offer") || !m.has(`From: Alice Example <alice@example.com>`) || !m.has("To: Bob Example <bob@example.com>") ||
		strings.Contains(m.text, "secret@") || strings.Contains(m.text, "\r\nSender:") {
		t.Errorf("mail:\n%s", m.text)
	}
	sp.idle()
	if n := len(alice.messages(client.Outbox)); n != 0 {
		t.Errorf("%d left in the outbox", n)
	}
	sent := alice.messages(client.SentItems)
	if len(sent) != 1 {
		t.Fatalf("%d in Sent Items", len(sent))
	}
	p := sent[0].Props
	if p.Uint32(mapi.PrMessageFlags)&(mapi.MsgUnsent|mapi.MsgSubmit|mapi.MsgRead) != mapi.MsgRead || p.Str(mapi.PrSenderAddrtype) != "ZARAFA" ||
		p.Str(mapi.PrSenderName) != "Alice Example" || p.Str(mapi.PrSentRepresentingEmailAddress) != "alice" {
		t.Errorf("sent copy %v", p)
	}
	if id := p.Str(mapi.PrInternetMessageID); id == "" || !m.has("Message-ID: "+id) {
		t.Errorf("Message-ID %q of the copy", id)
	}
	for _, r := range sent[0].Recipients {
		if v, _ := r.Get(mapi.PrResponsibility); !v.Bool() {
			t.Errorf("recipient %s is not marked as done", r.Str(mapi.PrDisplayName))
		}
	}
	if got := addressesIn(sent[0]); got != "bob outside@example.net secret@example.net OUTSIDE@example.net" {
		t.Errorf("recipients of the copy: %s", got)
	}
}

func addressesIn(m *mapi.Message) string {
	var list []string
	for _, r := range m.Recipients {
		list = append(list, r.Str(mapi.PrEmailAddress))
	}
	return strings.Join(list, " ")
}

// What was sent can be opened by its sender at once, while the spooler goes on.
func TestUnlocked(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	sp := w.start()
	alice.submit(letter{subject: "moved"})
	alice.submit(letter{subject: "stays", keep: true})
	<-w.relay.arrived
	<-w.relay.arrived
	sp.waitFor(func() bool { return len(alice.messages(client.SentItems)) == 1 && sp.queued() == 0 })
	for _, folder := range []client.DefaultFolder{client.SentItems, client.Outbox} {
		id := alice.messages(folder)[0].Props.Bytes(mapi.PrEntryID)
		sp.waitFor(func() bool {
			_, err := alice.s.LoadObject(t.Context(), id)
			if err != nil && mapi.CodeOf(err) != mapi.NoAccess {
				t.Fatal(err)
			}
			return err == nil
		})
	}
}
