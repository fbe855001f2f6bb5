package monitor

import (
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// Names and templates put no line into the header of a mail, and nothing that a store refuses into a message.
func TestOddNames(t *testing.T) {
	odd := "Eve\r\nBcc: mallory@example.net\x00\n\n<b>\"hi\", ü"
	eve := client.User{ID: 5, EntryID: []byte("eve's entry id"), Name: "eve", FullName: odd, Email: "eve@example.com\r\nBcc: mallory@example.net"}
	nobody := client.User{ID: 6, EntryID: []byte("nobody's"), Name: "nobody"}
	l := &letter{from: nobody, to: []client.User{eve, nobody}, now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC), id: mapi.NewGUID()}
	m, err := l.message(1, "about "+odd, "text of "+odd)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(m.Props.Bytes(mapi.PrECIMAPEmail)), "\r\n\r\n")
	for line := range strings.Lines(head) {
		if strings.HasPrefix(line, "Bcc:") || strings.ContainsRune(line, 0) {
			t.Errorf("a name makes the line %q", line)
		}
	}
	for _, tag := range []mapi.PropTag{mapi.PrSubject, mapi.PrBody} {
		if s := m.Props.Str(tag); s == "" || strings.ContainsRune(s, 0) {
			t.Errorf("%v is %q", tag, s)
		}
	}
	if strings.ContainsAny(m.Props.Str(mapi.PrSubject), "\r\n") {
		t.Errorf("the subject has lines: %q", m.Props.Str(mapi.PrSubject))
	}
	if len(m.Recipients) != 2 || m.Recipients[0].Uint32(mapi.PrRecipientType) != mapi.RecipientTo || m.Recipients[1].Uint32(mapi.PrRecipientType) != mapi.RecipientCc {
		t.Errorf("recipients %v", m.Recipients)
	}
	if got := m.Recipients[1].Str(mapi.PrEmailAddress); got != "nobody" || m.Props.Str(mapi.PrSentRepresentingEmailAddress) != "nobody" {
		t.Errorf("a user without an address is %q", got)
	}
}

// FuzzTemplate: whatever a template is, its mail can be made.
func FuzzTemplate(f *testing.F) {
	f.Add([]byte("Subject: ${ZARAFA_QUOTA_NAME}\r\n\r\n${KOPANO_QUOTA_FULLNAME}\n"))
	f.Add([]byte("Subject:\xFF\n\x00\n${ZARAFA_QUOTA_STORE_SIZE"))
	v := values{lang: client.English, name: "alice", fullName: "Alice\nExample", usage: Usage{Size: 5, Warn: 1}}
	user := client.User{ID: 5, EntryID: []byte("id"), Name: "alice", FullName: "Alice"}
	f.Fuzz(func(t *testing.T, text []byte) {
		template := ParseTemplate(string(text))
		if strings.ContainsAny(template.Subject, "\n") {
			t.Errorf("a subject of several lines: %q", template.Subject)
		}
		l := &letter{from: user, to: []client.User{user}, id: mapi.GUID{1}}
		m, err := l.message(0, Expand(template.Subject, v.lookUp), Expand(template.Body, v.lookUp))
		if err != nil || !m.Props.Has(mapi.PrECIMAPEmail.ID()) {
			t.Errorf("no mail: %v", err)
		}
	})
}
