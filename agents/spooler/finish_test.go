package spooler

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

// Where a mail is kept that was sent: by its sender, and by the one in whose name it was.
func TestCopies(t *testing.T) {
	w := newWorld(t, "alice", "boss")
	alice, boss := w.users["alice"], w.users["boss"]
	from := as(boss.entry, representing())
	drop := mapi.Bool(mapi.PrDeleteAfterSubmit, true)
	for _, tt := range []struct {
		name         string
		lines        string
		letter       letter
		sent, outbox int // of the sender
		others       int // in the other's Sent Items
	}{
		{name: "own", sent: 1},
		{name: "own, stays", letter: letter{keep: true}, outbox: 1},
		{name: "own, deleted", letter: letter{props: mapi.Props{drop}}},
		{name: "both", letter: letter{props: from}, sent: 1, others: 1},
		{name: "no", lines: "copy_delegate_mails = no\n", letter: letter{props: from}, sent: 1},
		{name: "moved", lines: "copy_delegate_mails = move-to-rep\n", letter: letter{props: from}, others: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.lines = "always_send_delegates = yes\n" + tt.lines
			sp := w.start()
			tt.letter.subject = tt.name
			alice.submit(tt.letter)
			sp.idle()
			<-w.relay.arrived
			others := boss.take(client.SentItems)
			if s, o := len(alice.take(client.SentItems)), len(alice.take(client.Outbox)); s != tt.sent || o != tt.outbox || len(others) != tt.others {
				t.Errorf("%d in Sent Items, %d in the outbox, %d in the other's", s, o, len(others))
			}
			for _, m := range others {
				if m.Props.Uint32(mapi.PrMessageFlags)&(mapi.MsgUnsent|mapi.MsgSubmit|mapi.MsgRead) != mapi.MsgRead || m.Props.Str(mapi.PrSenderName) != "Alice Example" {
					t.Errorf("copy %v", m.Props)
				}
			}
		})
	}
}

// A mail that was put into Deleted Items is not sent, and stays a draft there.
func TestDeletedItems(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	id := alice.submit(letter{subject: "never mind"})
	w.must(alice.s.MoveMessages(t.Context(), alice.ids[client.DeletedItems], id))
	gone := alice.submit(letter{subject: "gone"})
	w.must(alice.s.DeleteMessages(t.Context(), false, gone))
	aborted := alice.submit(letter{subject: "aborted"})
	w.must(alice.s.AbortSubmit(t.Context(), aborted))
	w.start().idle()
	if len(w.relay.arrived) != 0 {
		t.Errorf("%d were sent", len(w.relay.arrived))
	}
	left := alice.messages(client.DeletedItems)
	if len(left) != 1 || left[0].Props.Uint32(mapi.PrMessageFlags)&mapi.MsgUnsent == 0 {
		t.Errorf("%d in Deleted Items", len(left))
	}
}

// Users of IMAP have the bytes of what they sent, with the blind copies; copies of all mails are kept if the settings say so.
func TestBytesOfCopies(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	u := alice.user
	u.Multi = map[mapi.PropTag][]string{mapi.PrECEnabledFeatures: {"imap"}}
	u.Password = ""
	w.must(w.admin.SetUser(t.Context(), u))
	w.lines = "log_raw_message_stage1 = yes\nlog_raw_message_path = " + w.dir + "\n"
	sp := w.start()
	alice.submit(letter{subject: "Offer", recipients: []mapi.Props{to(mapi.RecipientTo, "a@example.net"), to(mapi.RecipientBcc, "b@example.net")}})
	m := <-w.relay.arrived
	sp.idle()
	sent := alice.messages(client.SentItems)
	own := string(sent[0].Props.Bytes(mapi.PrECIMAPEmail))
	if want := strings.Replace(m.text, "To: a@example.net\r\n", "To: a@example.net\r\nBcc: b@example.net\r\n", 1); own != want {
		t.Errorf("own copy:\n%s\nsent:\n%s", own, m.text)
	}
	kept, err := filepath.Glob(filepath.Join(w.dir, "SMTP1_*.eml"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v, %v", kept, err)
	}
	raw, err := os.ReadFile(kept[0])
	if err != nil || string(raw) != m.text {
		t.Errorf("%v: kept\n%s", err, raw)
	}
}

// A large mail travels through a file that is gone afterwards.
func TestLarge(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	body := strings.Repeat("a line of a large mail\r\n", 100_000)
	w.start()
	alice.submit(letter{subject: "Large", props: mapi.Props{mapi.String(mapi.PrBody, body)}})
	m := <-w.relay.arrived
	if !strings.HasSuffix(m.text, body) {
		t.Errorf("%d bytes arrived", len(m.text))
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, "zarafa-mail-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}
