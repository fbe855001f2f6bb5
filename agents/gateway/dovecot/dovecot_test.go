package dovecot_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"zarafa/agents/gateway/dialogue"
	"zarafa/agents/gateway/dovecot"
)

// Dovecot answers the dialogues as they are written, so that they can judge others.
func TestJudgeDialogues(t *testing.T) {
	s := dovecot.Start(t)
	var users atomic.Int32
	dialogue.PlayAll(t, func(*testing.T) dialogue.Server {
		return dialogue.Server{
			User: fmt.Sprint("user", users.Add(1)), Password: dovecot.Password,
			Dial: func() (net.Conn, error) { return net.Dial("tcp", s.IMAP) },
		}
	})
}

// The other two protocols answer, and what comes by one is seen by the others.
func TestJudgeDelivery(t *testing.T) {
	s := dovecot.Start(t)
	talk(t, s.LMTP, "220", "LHLO x", "250 ", "MAIL FROM:<>", "250", "RCPT TO:<anna>", "250", "DATA", "354", "Subject: Hi\r\n\r\nHello\r\n.", "250", "QUIT", "221")
	talk(t, s.POP3, "+OK", "USER anna", "+OK", "PASS "+dovecot.Password, "+OK", "STAT", "+OK 1 ", "QUIT", "+OK")
	talk(t, s.IMAP, "* OK", "a LOGIN anna "+dovecot.Password, "a OK", "a STATUS INBOX (MESSAGES)", "* STATUS INBOX (MESSAGES 1)", "a LOGOUT", "* BYE")
}

// talk sends lines and waits for answers, in turns. Answers are beginnings of lines.
func talk(t *testing.T, address string, turns ...string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for i, turn := range turns {
		if i%2 == 1 {
			if _, err := io.WriteString(conn, turn+"\r\n"); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for line := ""; !strings.HasPrefix(line, turn); {
			next, err := r.ReadString('\n')
			if line = next; err != nil {
				t.Fatalf("%v instead of %s", err, turn)
			}
		}
	}
}
