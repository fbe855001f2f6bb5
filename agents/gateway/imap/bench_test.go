package imap

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// fixed is a mailbox of many messages that are all the same, and cost nothing.
type fixed struct {
	mailstore.Server
	mailstore.Account
	mailstore.Folder
	snapshot *view.Snapshot
	record   mailstore.Record
}

func (f *fixed) LogOn(context.Context, mailstore.Credentials) (mailstore.Account, error) {
	return f, nil
}
func (f *fixed) MaxMessage() int64                    { return 0 }
func (f *fixed) Capabilities() mailstore.Capabilities { return mailstore.Capabilities{} }
func (f *fixed) Find(context.Context, string) (mailstore.Mailbox, error) {
	return mailstore.Mailbox{ID: "1", Name: "INBOX"}, nil
}
func (f *fixed) Open(context.Context, mailstore.MailboxID, func()) (mailstore.Folder, error) {
	return f, nil
}
func (f *fixed) UIDValidity() uint32                            { return 1 }
func (f *fixed) Rights() mailstore.Rights                       { return "lrswit" }
func (f *fixed) Recent(context.Context, bool) (view.UID, error) { return 1, nil }
func (f *fixed) Snapshot() *view.Snapshot                       { return f.snapshot }
func (f *fixed) Close()                                         {}
func (f *fixed) Fetch(_ context.Context, uids []view.UID, _ mailstore.Items, visit func(*mailstore.Record) error) error {
	for _, uid := range uids {
		f.record.Message.UID = uid
		if err := visit(&f.record); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkFetch measures what FETCH of 1,000 messages costs here, without the store.
func BenchmarkFetch(b *testing.B) {
	header := []byte("Return-Path: <alice@example.com>\r\nReceived: from a.example.com by b.example.com;\r\n\tMon, 2 Mar 2026 10:00:00 +0000\r\n" +
		"From: Alice <alice@example.com>\r\nTo: user@example.com\r\nSubject: A mail like any other\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n" +
		"Message-ID: <m1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
	mail := append(bytes.Clone(header), bytes.Repeat([]byte("0123456789 0123456789 0123456789 0123456789 0123456789 01234\r\n"), 90)...)
	f := &fixed{record: mailstore.Record{
		Size: int64(len(mail)), Header: header, Mail: bytes.NewReader(mail),
		Envelope: `("Mon, 2 Mar 2026 10:00:00 +0000" "A mail like any other" (("Alice" NIL "alice" "example.com")) NIL NIL NIL NIL NIL NIL "<m1@example.com>")`,
	}}
	var u view.Update
	for uid := range view.UID(1000) {
		u.Set = append(u.Set, view.Message{UID: 2 * (uid + 1)})
	}
	f.snapshot = view.NewSnapshot(u)
	for _, items := range []string{
		"(FLAGS)", "(ENVELOPE)", "(BODY.PEEK[])",
		"(RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To Content-Type Reply-To)])",
	} {
		b.Run(items[1:min(len(items)-1, 20)], func(b *testing.B) {
			ours, theirs := net.Pipe()
			go New(f, Options{}).ServeConn(context.Background(), theirs, ConnInfo{Secure: true})
			r := &lineEnd{r: ours}
			r.until(b, "\r\n")
			fmt.Fprint(ours, "a LOGIN a b\r\nb SELECT INBOX\r\n")
			r.until(b, "b OK [READ-WRITE] Mailbox selected\r\n")
			b.ReportAllocs()
			for b.Loop() {
				fmt.Fprintf(ours, "c UID FETCH 1:* %s\r\n", items)
				r.until(b, "c OK UID FETCH completed\r\n")
			}
			_ = ours.Close()
		})
	}
}

// lineEnd reads until something ends what was read.
type lineEnd struct {
	r      io.Reader
	buffer [64 << 10]byte
}

func (l *lineEnd) until(b *testing.B, end string) {
	var tail []byte
	for !bytes.HasSuffix(tail, []byte(end)) {
		n, err := l.r.Read(l.buffer[:])
		if err != nil {
			b.Fatal(err)
		}
		tail = append(tail, l.buffer[max(0, n-len(end)):n]...)
		tail = append(tail[:0], tail[max(0, len(tail)-len(end)):]...)
	}
}
