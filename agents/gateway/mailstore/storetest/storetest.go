package storetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// Run runs the tests, each with a server of its own.
func Run(t *testing.T, open func(t *testing.T) mailstore.Server) {
	for name, test := range map[string]func(*suite){
		"logon": (*suite).logOn, "mailboxes": (*suite).mailboxes, "flags": (*suite).flags, "transfer": (*suite).transfer, "fetch": (*suite).fetch,
		"match": (*suite).match, "status": (*suite).status, "others": (*suite).others, "missing": (*suite).missing, "modseq": (*suite).modSeq,
	} {
		t.Run(name, func(t *testing.T) {
			s := &suite{T: t, server: open(t)}
			s.a = s.account("alice")
			test(s)
		})
	}
}

type suite struct {
	*testing.T
	server mailstore.Server
	a      mailstore.Account
}

func (s *suite) account(user string) mailstore.Account {
	s.Helper()
	a, err := s.server.LogOn(s.Context(), mailstore.Credentials{Protocol: mailstore.IMAP, User: user, Password: "secret"})
	s.ok(err)
	s.Cleanup(a.Close)
	return a
}

func (s *suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) want(what string, got, want any) {
	s.Helper()
	if g, v := fmt.Sprint(got), fmt.Sprint(want); g != v {
		s.Errorf("%s: got\n%s\nwant\n%s", what, g, v)
	}
}

func (s *suite) code(what string, err error, code mailstore.Code) {
	s.Helper()
	if mailstore.CodeOf(err) != code {
		s.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (s *suite) id(name string) mailstore.MailboxID {
	s.Helper()
	m, err := s.a.Find(s.Context(), name)
	s.ok(err)
	return m.ID
}

// box is an open mailbox.
type box struct {
	mailstore.Folder
	s       *suite
	changed chan struct{}
}

func (s *suite) open(a mailstore.Account, id mailstore.MailboxID) *box {
	s.Helper()
	b := &box{s: s, changed: make(chan struct{}, 1)}
	var err error
	b.Folder, err = a.Open(s.Context(), id, func() {
		select {
		case b.changed <- struct{}{}:
		default:
		}
	})
	s.ok(err)
	s.Cleanup(b.Close)
	return b
}

// await waits until a snapshot is as wanted.
func (b *box) await(what string, ok func(*view.Snapshot) bool) {
	b.s.Helper()
	for !ok(b.Snapshot()) {
		select {
		case <-b.changed:
		case <-b.s.Context().Done():
			b.s.Fatalf("%s never came", what)
		}
	}
}

// shown are flags and keywords of each message.
func (b *box) shown() string {
	var lines []string
	snapshot := b.Snapshot()
	for i, m := range snapshot.All(0) {
		keywords := slices.Clone(snapshot.Keywords(m.Keywords))
		slices.Sort(keywords)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%d %07b %s", i+1, m.Flags, strings.Join(keywords, " "))))
	}
	return strings.Join(lines, "\n")
}

func (b *box) uids() (list []view.UID) {
	for _, m := range b.Snapshot().All(0) {
		list = append(list, m.UID)
	}
	return list
}

// content is a mail in memory.
type content struct{ *bytes.Reader }

func (c content) Size() int64 { return c.Reader.Size() }

func message(mail string, flags view.Flags, keywords ...string) mailstore.NewMessage {
	return mailstore.NewMessage{Content: content{bytes.NewReader([]byte(mail))}, Flags: flags, Keywords: keywords}
}

// mail is one with a subject.
func mail(subject string) string {
	return "From: Carol <carol@example.org>\r\nTo: alice@example.com\r\nSubject: " + subject + "\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n\r\nText of " + subject + "\r\n"
}

func (s *suite) append(name string, messages ...mailstore.NewMessage) []view.UID {
	s.Helper()
	done, err := s.a.Append(s.Context(), s.id(name), messages)
	s.ok(err)
	if len(done.UIDs) != len(messages) || !slices.IsSorted(done.UIDs) {
		s.Fatalf("%d messages have the UIDs %v", len(messages), done.UIDs)
	}
	return done.UIDs
}

// mails are the bytes of messages.
func (b *box) mails(uids []view.UID) (list []string) {
	b.s.Helper()
	b.s.ok(b.Fetch(b.s.Context(), uids, mailstore.ItemMail|mailstore.ItemSize, func(r *mailstore.Record) error {
		data, err := io.ReadAll(io.NewSectionReader(r.Mail, 0, r.Mail.Size()))
		if int64(len(data)) != r.Size {
			b.s.Errorf("a mail of %d bytes is said to have %d", len(data), r.Size)
		}
		list = append(list, string(data))
		return err
	}))
	return list
}

func (b *box) change(uids []view.UID, mode mailstore.FlagMode, f view.Flags, keywords ...string) {
	b.s.Helper()
	late, err := b.Change(b.s.Context(), uids, mailstore.FlagChange{Mode: mode, Flags: f, Keywords: keywords})
	b.s.ok(err)
	b.s.want("late", len(late), 0)
}

func (s *suite) logOn() {
	for _, c := range []mailstore.Credentials{{User: "alice", Password: "wrong"}, {User: "nobody", Password: "secret"}} {
		_, err := s.server.LogOn(s.Context(), c)
		s.code("logging on as "+c.User, err, mailstore.AuthenticationFailed)
	}
	s.want("the name", s.a.User(), "alice")
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if _, err := s.server.LogOn(ctx, mailstore.Credentials{User: "bob", Password: "secret"}); err == nil {
		s.account("bob") // a store may do without waiting
	}
}
