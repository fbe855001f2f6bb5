package imap_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// broken is a mail store whose folders fail in some way.
type broken struct {
	mailstore.Server
	fetch func(uids []view.UID, visit func(*mailstore.Record) error) error
}

type brokenAccount struct {
	mailstore.Account
	broken *broken
}

type brokenFolder struct {
	mailstore.Folder
	broken *broken
}

func (b *broken) LogOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	a, err := b.Server.LogOn(ctx, c)
	return &brokenAccount{a, b}, err
}

func (a *brokenAccount) Open(ctx context.Context, id mailstore.MailboxID, changed func()) (mailstore.Folder, error) {
	f, err := a.Account.Open(ctx, id, changed)
	return &brokenFolder{f, a.broken}, err
}

func (f *brokenFolder) Fetch(_ context.Context, uids []view.UID, _ mailstore.Items, visit func(*mailstore.Record) error) error {
	return f.broken.fetch(uids, visit)
}

var errBroken = errors.New("the disk is broken")

// short is content that ends before its size.
type short struct{ *bytes.Reader }

func (s short) Size() int64 { return s.Reader.Size() + 10 }

// Faults of the store are told without their text, which is for the log; one in the middle of an answer ends the connection, since the client
// would take what follows for the mail.
func TestFaults(t *testing.T) {
	record := func(c mailstore.Content) func([]view.UID, func(*mailstore.Record) error) error {
		return func(uids []view.UID, visit func(*mailstore.Record) error) error {
			for _, uid := range uids {
				if err := visit(&mailstore.Record{Message: view.Message{UID: uid}, Mail: c}); err != nil {
					return err
				}
			}
			return nil
		}
	}
	const serverBug = "a NO [SERVERBUG] Something is wrong with the server; its log says what\r\nb OK NOOP completed\r\n"
	tests := []struct {
		name, command string
		fetch         func([]view.UID, func(*mailstore.Record) error) error
		want          string
		ended         bool
		logged        bool
	}{
		{"fault", "FETCH 1 BODY.PEEK[]", func([]view.UID, func(*mailstore.Record) error) error { return errBroken }, serverBug, false, true},
		{
			"refusal", "FETCH 1 BODY.PEEK[]",
			func([]view.UID, func(*mailstore.Record) error) error {
				return &mailstore.Error{Code: mailstore.Unavailable, Text: "The server is away"}
			},
			"a NO [UNAVAILABLE] The server is away\r\nb OK NOOP completed\r\n", false, false,
		},
		{"before the answer", "FETCH 1 BODY.PEEK[1.MIME]", record(short{bytes.NewReader(testMail(1))}), serverBug, false, true},
		{"in the answer", "FETCH 1 BODY.PEEK[]", record(short{bytes.NewReader(testMail(1))}), "", true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newScript(t)
				d.begin()
				d.mails("INBOX", 1)
				var log bytes.Buffer
				server := imap.New(&broken{d.memory, test.fetch}, imap.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
				p := connect(t, server, d.info)
				p.send("x LOGIN user secret\r\nx SELECT INBOX\r\n")
				p.rest()
				p.send("a " + test.command + "\r\nb NOOP\r\n")
				got, ended := p.rest()
				if !strings.HasPrefix(got, test.want) || strings.Contains(got, errBroken.Error()) || ended != test.ended || ended && got != "" {
					t.Errorf("got %q, ended %v", got, ended)
				}
				if logged := strings.Contains(log.String(), "ERROR"); logged != test.logged {
					t.Errorf("log: %s", log.String())
				}
				_ = p.conn.Close()
				synctest.Wait()
			})
		})
	}
}

// A message that is too large for memory lies in a file while it comes, and nowhere afterwards.
func TestLargeAppend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newScript(t)
		d.begin()
		dir := t.TempDir()
		server := imap.New(d.memory, imap.Options{SpoolDir: dir})
		mail := append([]byte("Subject: large\r\n\r\n"), bytes.Repeat([]byte("0123456789012345678901234567890123456789012345678901234567\r\n"), 30_000)...)
		p := connect(t, server, d.info)
		files := func() int {
			list, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		p.send("a LOGIN user secret\r\nb APPEND INBOX {1800018+}\r\n")
		_, _ = p.conn.Write(mail[:1_000_000])
		synctest.Wait()
		if files() != 1 {
			t.Error("the message is not in a file")
		}
		_, _ = p.conn.Write(mail[1_000_000:])
		p.send("\r\nc SELECT INBOX\r\n")
		if got, _ := p.rest(); !strings.Contains(got, "b OK [APPENDUID 1 1]") || files() != 0 {
			t.Errorf("got %q, %d files", got, files())
		}
		p.send("d FETCH 1 BODY[]\r\n")
		if got, _ := p.rest(); !strings.Contains(got, "BODY[] {1800018}\r\n"+string(mail)+")\r\n") {
			t.Error("another mail was saved")
		}
		// Several share a file.
		p.send("d APPEND INBOX {1200000+}\r\n" + strings.Repeat("x", 1_200_000) + " {1100000+}\r\n" + strings.Repeat("y", 1_100_000))
		synctest.Wait()
		if files() != 1 {
			t.Errorf("two messages are in %d files", files())
		}
		p.send("\r\ne FETCH 2:3 (BODY.PEEK[]<1199999.1> BODY.PEEK[]<0.1> RFC822.SIZE)\r\n")
		if got, _ := p.rest(); !strings.Contains(got, "BODY[]<1199999> {1}\r\nx BODY[]<0> {1}\r\nx RFC822.SIZE 1200000)") ||
			!strings.Contains(got, "BODY[]<0> {1}\r\ny RFC822.SIZE 1100000)") {
			t.Errorf("got %q", got[max(0, len(got)-500):])
		}
		// One that does not come to its end leaves nothing either.
		p.send("e APPEND INBOX {1800018+}\r\n")
		_, _ = io.WriteString(p.conn, "Subject")
		_ = p.conn.Close()
		synctest.Wait()
		if files() != 0 {
			t.Error("half a message stays")
		}
	})
}
