package imap_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
)

// faults is a log whose errors fail the test: a client must not be able to cause any.
type faults struct {
	slog.Handler
	t *testing.T
}

func (f faults) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		r.Attrs(func(a slog.Attr) bool {
			f.t.Errorf("%s: %s", a.Key, a.Value)
			return true
		})
	}
	return nil
}

func (f faults) Enabled(context.Context, slog.Level) bool { return true }
func (f faults) WithAttrs([]slog.Attr) slog.Handler       { return f }
func (f faults) WithGroup(string) slog.Handler            { return f }

// Whatever commands a client sends, each is answered, once, by its tag; whatever bytes he sends, nothing breaks.
func FuzzSession(f *testing.F) {
	for _, commands := range []string{
		"FETCH 1:* (FLAGS BODY[1.2.HEADER.FIELDS (A B)]<1.2>)\nSTORE 1 +FLAGS (\\Deleted x)\nEXPUNGE\nFETCH 2 RFC822.SIZE\nNOOP",
		"UID SEARCH RETURN (SAVE MIN) OR NOT SEEN UID 1:3,*\nUID FETCH $ (UID MODSEQ) (CHANGEDSINCE 1 VANISHED)\nUID MOVE 1 Drafts",
		"ENABLE QRESYNC UTF8=ACCEPT IMAP4rev2\nSELECT Drafts (QRESYNC (1 2 3:4 (1 2)))\nEXAMINE INBOX\nIDLE\nCLOSE\nUNSELECT",
		"LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (% *) RETURN (STATUS (MESSAGES HIGHESTMODSEQ) CHILDREN)\nCREATE a/b\nRENAME a c\nDELETE c\nLSUB \"\" %",
		"SETACL INBOX other +lr\nGETACL INBOX\nSETQUOTA \"\" (STORAGE 1)\nSTATUS INBOX (SIZE)\nID NIL\nNAMESPACE\nLOGIN a b\nAUTHENTICATE PLAIN\nSTARTTLS",
		"UID STORE 1:* (UNCHANGEDSINCE 2) FLAGS.SILENT ()\nUID SEARCH MODSEQ 1 TEXT mail\nCOPY 1:2 INBOX\nFETCH 1 (BINARY[] BINARY.SIZE[1] PREVIEW)",
	} {
		f.Add(true, []byte(commands))
		f.Add(false, []byte(strings.ReplaceAll(commands, "\n", "\r\nt ")))
	}
	f.Add(false, []byte("t APPEND INBOX {5+}\r\nabcde (\\Seen) {2}\r\nxy\r\nt APPEND INBOX UTF8 (~{1+}\r\nx)\r\nt LOGIN {2}\r\n"))
	f.Fuzz(func(t *testing.T, tagged bool, input []byte) {
		synctest.Test(t, func(t *testing.T) {
			d := newScript(t)
			d.store.ModSeq = true
			d.server.Log = slog.New(faults{t: t})
			d.begin()
			d.mails("INBOX", 4)
			p := d.client("")
			p.send("a LOGIN user secret\r\na SELECT INBOX\r\n")
			_, ended := p.rest()
			if !tagged {
				p.send(string(input))
				synctest.Wait()
			}
			for i, line := range bytes.Split(input, []byte("\n")) {
				if !tagged || ended || i == 50 {
					break
				}
				ended = p.command(fmt.Sprintf("t%d", i), line)
			}
			_ = p.conn.Close()
			synctest.Wait()
		})
	})
}

// command sends a command and looks for its answer.
func (p *peer) command(tag string, line []byte) (ended bool) {
	text := strings.NewReplacer("{", "", "\r", "", "\n", "").Replace(string(line))
	p.send(tag + " " + text + "\r\n")
	got, ended := p.rest()
	if strings.HasSuffix(got, "+ idling\r\n") {
		p.send("DONE\r\n")
		got, ended = p.rest()
	}
	answers := 0
	for answer := range strings.SplitSeq(got, "\r\n") {
		for _, status := range []string{" OK ", " NO ", " BAD "} {
			if strings.HasPrefix(answer, tag+status) {
				answers++
			}
		}
	}
	if answers != 1 && !(ended && strings.Contains(got, "* BYE ")) {
		p.t.Errorf("%d answers to %q: %q", answers, text, got)
	}
	return ended
}
