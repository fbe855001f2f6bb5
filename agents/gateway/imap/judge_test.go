package imap_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/gateway/dovecot"
	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore/memory"
	"zarafa/internal/testseed"
)

// Two clients at a time say the same at random to Dovecot and to us; answers and what the clients see afterwards are the same.
func TestJudgeSessions(t *testing.T) {
	oracle := dovecot.Start(t)
	rnd := testseed.New(t)
	for round := range 6 {
		user := fmt.Sprintf("user%d", round)
		store := memory.New(memory.Options{ModSeq: true, InboxOnly: true})
		store.AddUser(user, dovecot.Password)
		server := imap.New(store, imap.Options{MaxFailed: 1000})
		p := &pairs{t: t}
		for range 2 {
			theirs, err := net.Dial("tcp", oracle.IMAP)
			if err != nil {
				t.Fatal(err)
			}
			a, b := net.Pipe()
			go server.ServeConn(context.Background(), b, imap.ConnInfo{Secure: true})
			p.add(a, theirs, user)
		}
		for i := range 8 {
			flags := []string{"", `\Seen`, `\Flagged Work`, `\Deleted`}[i%4]
			mail := testMail(i)
			p.say(0, fmt.Sprintf("APPEND INBOX (%s) \"0%d-Mar-2026 10:00:00 +0000\" {%d+}\r\n%s", flags, i+1, len(mail), mail))
		}
		p.say(0, "SELECT INBOX")
		p.say(1, "SELECT INBOX")
		for range 150 {
			if client := rnd.IntN(2); !p.say(client, p.command(rnd)) {
				break
			}
		}
		p.close()
	}
}

// pairs are clients with a connection to each server.
type pairs struct {
	t       *testing.T
	ours    []*bufio.ReadWriter
	theirs  []*bufio.ReadWriter
	conns   []net.Conn
	history []string
}

func (p *pairs) add(ours, theirs net.Conn, user string) {
	p.conns = append(p.conns, ours, theirs)
	for i, list := range []*[]*bufio.ReadWriter{&p.ours, &p.theirs} {
		conn := []net.Conn{ours, theirs}[i]
		c := bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn))
		if _, err := c.ReadString('\n'); err != nil {
			p.t.Fatal(err)
		}
		answers(p.t, c, "LOGIN "+user+" "+dovecot.Password)
		*list = append(*list, c)
	}
}

func (p *pairs) close() {
	for _, c := range p.conns {
		_ = c.Close()
	}
}

// command makes a command at random.
func (p *pairs) command(rnd *rand.Rand) string {
	number := func() int { return 1 + rnd.IntN(10) }
	set := []string{"1:*", "*", fmt.Sprint(number()), fmt.Sprintf("%d:%d", number(), number()), fmt.Sprintf("%d,%d:*", number(), number())}[rnd.IntN(5)]
	flag := []string{`\Seen`, `\Flagged`, `\Deleted`, `\Answered`, "work", "$home"}[rnd.IntN(6)]
	mode := []string{"+", "-", ""}[rnd.IntN(3)] + "FLAGS" + []string{"", ".SILENT"}[rnd.IntN(2)]
	uid := []string{"", "UID "}[rnd.IntN(2)]
	key := func() string {
		return []string{"SEEN", "UNSEEN", "FLAGGED", "DELETED", "KEYWORD work", "UNKEYWORD $home", "ALL", "UID 3:7", "SUBJECT \"mail 3\"", "NOT SUBJECT mail",
			"BODY \"is mail 2\"", "TEXT alice", "SINCE 4-Mar-2026", "BEFORE 3-Mar-2026", "ON 2-Mar-2026", "SENTON 2-Mar-2026", "LARGER 158", "SMALLER 158",
			"HEADER Message-ID m5", "FROM alice", "TO bob", "ANSWERED"}[rnd.IntN(22)]
	}
	switch rnd.IntN(12) {
	case 0:
		return uid + "STORE " + set + " " + mode + " (" + flag + ")"
	case 1:
		return uid + "STORE " + set + " " + mode + " (" + flag + " \\Draft)"
	case 2:
		return uid + "FETCH " + set + " (UID FLAGS)"
	case 3:
		return uid + "SEARCH " + key() + " " + key()
	case 4:
		// Dovecot 2.3 finds nothing by OR SMALLER 1 NOT (SUBJECT x SMALLER 1), which finds all: keys are no deeper.
		return uid + "SEARCH OR " + key() + " NOT " + key()
	case 5:
		return uid + "SEARCH RETURN (MIN MAX COUNT ALL) " + key()
	case 6:
		return uid + "SEARCH " + key()
	case 7:
		return uid + "COPY " + fmt.Sprint(number()) + " INBOX"
	case 8:
		return "EXPUNGE"
	case 9:
		return "UID EXPUNGE " + set
	case 10:
		return uid + "THREAD REFERENCES UTF-8 " + key()
	}
	return "NOOP"
}

// say lets a client say something to both servers. It stops after the first difference.
func (p *pairs) say(client int, command string) bool {
	p.t.Helper()
	if p.history = append(p.history, fmt.Sprintf("%d: %s", client, command)); p.t.Failed() {
		return false
	}
	texts := []string{command, "NOOP", "UID FETCH 1:* (FLAGS)"}
	switch word, _, _ := strings.Cut(strings.TrimPrefix(command, "UID "), " "); word {
	case "FETCH", "SEARCH", "THREAD", "EXPUNGE":
		// What has come meanwhile, and flags that were set, we go by at once, and Dovecot when the client was told; and what has changed would not
		// be told from what was asked for.
		texts = append([]string{"NOOP"}, texts...)
	}
	for _, text := range texts {
		ours, theirs := answers(p.t, p.ours[client], text), answers(p.t, p.theirs[client], text)
		if a, b := normal(text, ours), normal(text, theirs); !slices.Equal(a, b) {
			p.t.Errorf("after\n%s\nanswers to %s\n ours   %q\n theirs %q", strings.Join(p.history[max(0, len(p.history)-15):], "\n"), text, a, b)
			return false
		}
		if strings.HasPrefix(command, "APPEND") {
			break // no mailbox is selected yet
		}
	}
	return true
}

// answers are the lines that answer a command.
func answers(t *testing.T, c *bufio.ReadWriter, command string) (lines []string) {
	t.Helper()
	_, _ = io.WriteString(c, "x "+command+"\r\n")
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := c.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		lines = append(lines, strings.TrimRight(line, "\r\n "))
		if strings.HasPrefix(line, "x ") {
			return lines
		}
	}
}

// flagList is a list of flags in an answer.
var flagList = regexp.MustCompile(`FLAGS \(([^)]*)\)`)

// normal leaves of answers what has to be the same: the status of the command, and the data, without texts, \Recent and the order of flags. Which
// flags STORE tells, and in which order messages are told gone, is a server's choice; what the client sees afterwards is compared then.
func normal(command string, lines []string) (kept []string) {
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "x "):
			line = strings.Join(strings.Fields(line)[:2], " ")
		case strings.HasPrefix(line, "* OK "), strings.HasPrefix(line, "* FLAGS "), strings.HasSuffix(line, " RECENT"), strings.HasSuffix(line, " EXPUNGE"):
			continue
		case strings.Contains(line, "FETCH (") && !(strings.Contains(command, "FETCH") && strings.Contains(line, "UID ")):
			continue // not asked for
		case strings.HasSuffix(line, " EXISTS"):
			continue
		}
		kept = append(kept, flagList.ReplaceAllStringFunc(line, func(list string) string {
			return "FLAGS (" + sortFlags(strings.ToLower(strings.ReplaceAll(flagList.FindStringSubmatch(list)[1], `\Recent`, ""))) + ")"
		}))
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}
