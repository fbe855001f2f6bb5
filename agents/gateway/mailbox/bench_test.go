package mailbox

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// BenchmarkMailbox is what mail programs do in a mailbox of 1,000 mails of 5.8 KB.
func BenchmarkMailbox(b *testing.B) {
	w := newWorld(b, "alice")
	a := w.logOn("alice")
	text := strings.Repeat(strings.Repeat("lorem ipsum ", 6)+"\r\n", 74)
	for i := range 10 {
		var list []mailstore.NewMessage
		for j := range 100 {
			list = append(list, newMessage(mail(fmt.Sprint("number ", i*100+j))+text, 0))
		}
		if _, err := a.Append(b.Context(), a.id("INBOX"), list); err != nil {
			b.Fatal(err)
		}
	}
	inbox := a.open("INBOX")
	all := inbox.uids()
	check := func(b *testing.B, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("open", func(b *testing.B) {
		u := a.Account.(*account).user
		list, err := u.folders(b.Context())
		check(b, err)
		f, _ := list.find("INBOX")
		for b.Loop() {
			ix := &index{user: u, folder: f}
			check(b, ix.read(b.Context(), true))
			check(b, ix.close(b.Context()))
		}
	})
	for name, items := range map[string]mailstore.Items{
		"envelopes": mailstore.ItemEnvelope, "structures": mailstore.ItemStructure, "headers": mailstore.ItemHeader | mailstore.ItemSize, "mails": mailstore.ItemMail,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				check(b, inbox.Fetch(b.Context(), all, items, func(r *mailstore.Record) error {
					if r.Mail != nil {
						_, err := io.Copy(io.Discard, io.NewSectionReader(r.Mail, 0, r.Mail.Size()))
						return err
					}
					return nil
				}))
			}
		})
	}
	benchChanges(b, inbox, all, check)
}

func benchChanges(b *testing.B, inbox *opened, all []view.UID, check func(*testing.B, error)) {
	b.Run("single mails", func(b *testing.B) {
		for b.Loop() {
			for _, uid := range all[:100] {
				check(b, inbox.Fetch(b.Context(), []view.UID{uid}, mailstore.ItemMail, func(*mailstore.Record) error { return nil }))
			}
		}
	})
	b.Run("store", func(b *testing.B) {
		mode := mailstore.AddFlags
		for b.Loop() {
			_, err := inbox.Change(b.Context(), all, mailstore.FlagChange{Mode: mode, Flags: view.Flagged})
			check(b, err)
			mode = mailstore.AddFlags + mailstore.RemoveFlags - mode
		}
	})
	for name, key := range map[string]mailstore.ConditionKey{"subject": mailstore.MatchSubject, "text": mailstore.MatchText} {
		b.Run("search "+name, func(b *testing.B) {
			for b.Loop() {
				found, err := inbox.Match(b.Context(), all, mailstore.Condition{Key: key, Text: "number 77"})
				check(b, err)
				if len(found) != 11 {
					b.Fatal(len(found))
				}
			}
		})
	}
}
