package sorting_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"zarafa/agents/gateway/dovecot"
	"zarafa/agents/gateway/sorting"
	"zarafa/internal/testseed"
)

// client talks to Dovecot.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// command sends a command and gives the untagged answer that begins with the word.
func (c *client) command(text, word string) (answer string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, "a "+text+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatal(err)
		}
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "* "+word); ok && word != "" {
			answer = strings.TrimSpace(rest)
		}
		if strings.HasPrefix(line, "a ") {
			if !strings.HasPrefix(line, "a OK") {
				c.t.Fatalf("%s: %s", text, line)
			}
			return answer
		}
	}
}

// Dovecot sorts and threads random messages as we do.
func TestJudgeDovecot(t *testing.T) {
	s := dovecot.Start(t)
	rnd := testseed.New(t)
	conn, err := net.Dial("tcp", s.IMAP)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := &client{t: t, conn: conn, r: bufio.NewReader(conn)}
	c.command("LOGIN anna "+dovecot.Password, "")
	for round := range 40 {
		name := fmt.Sprint("box", round)
		c.command("CREATE "+name, "")
		messages := make([]sorting.Message, 1+rnd.IntN(12))
		var sent strings.Builder
		fmt.Fprint(&sent, "APPEND ", name)
		for i := range messages {
			text := ""
			messages[i], text = randomMail(rnd, i)
			fmt.Fprintf(&sent, " %q {%d+}\r\n%s", messages[i].Arrival.Format("02-Jan-2006 15:04:05 -0700"), len(text), text)
		}
		c.command(sent.String(), "")
		c.command("SELECT "+name, "")
		compare(c, messages, sent.String())
	}
}

func compare(c *client, messages []sorting.Message, sent string) {
	c.t.Helper()
	for text, criteria := range map[string][]sorting.Criterion{
		"ARRIVAL":                      {{Key: sorting.Arrival}},
		"REVERSE ARRIVAL":              {{Key: sorting.Arrival, Reverse: true}},
		"DATE":                         {{Key: sorting.Date}},
		"SIZE":                         {{Key: sorting.Size}},
		"SUBJECT":                      {{Key: sorting.Subject}},
		"REVERSE SUBJECT REVERSE DATE": {{Key: sorting.Subject, Reverse: true}, {Key: sorting.Date, Reverse: true}},
		"FROM":                         {{Key: sorting.From}},
		"TO CC":                        {{Key: sorting.To}, {Key: sorting.Cc}},
		"DISPLAYFROM":                  {{Key: sorting.DisplayFrom}},
	} {
		want := c.command("SORT ("+text+") UTF-8 ALL", "SORT")
		if got := strings.Trim(fmt.Sprint(sorting.Sort(messages, criteria)), "[]"); got != want {
			c.t.Errorf("SORT %s: %s, Dovecot says %s, of\n%s", text, got, want, sent)
		}
	}
	want := c.command("THREAD REFERENCES UTF-8 ALL", "THREAD")
	if got := string(sorting.ByReferences(messages).Append(nil)); got != want {
		c.t.Errorf("THREAD REFERENCES: %s, Dovecot says %s, of\n%s", got, want, sent)
	}
	want = c.command("THREAD ORDEREDSUBJECT UTF-8 ALL", "THREAD")
	if got := string(sorting.OrderedSubject(messages).Append(nil)); got != want {
		c.t.Errorf("THREAD ORDEREDSUBJECT: %s, Dovecot says %s, of\n%s", got, want, sent)
	}
}

// randomMail makes a message that refers to earlier ones, or to some that are not there, and its text.
func randomMail(rnd *rand.Rand, i int) (sorting.Message, string) {
	name := func() string { return []string{"anna", "Bob", "carl", "Zoe", "a_b"}[rnd.IntN(5)] }
	m := sorting.Message{
		Number: uint32(i + 1), Arrival: time.Date(2024, 1, 1+rnd.IntN(5), 1, 2, 3, 0, time.UTC),
		Sent:      time.Date(2023, 1, 1+rnd.IntN(9), 1, 2, 3, 0, time.UTC),
		MessageID: fmt.Sprintf("<%d@x>", i), From: name(), To: name(), Cc: name(),
	}
	m.Subject = []string{"", "Re: ", "[list] ", "Fwd: ", "Re[2]: [list] re: "}[rnd.IntN(5)] + []string{"", "a", "b", "C", "a (fwd)", "[x]", "[Fwd: b]"}[rnd.IntN(7)]
	m.DisplayFrom = m.From + "@example.com"
	from := m.DisplayFrom
	if rnd.IntN(2) == 0 {
		m.DisplayFrom = name() + " X"
		from = fmt.Sprintf("%s <%s>", m.DisplayFrom, from)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\r\nTo: %s@example.com\r\nCc: <%s@example.org>\r\n", from, m.To, m.Cc)
	fmt.Fprintf(&b, "Subject: %s\r\nDate: %s\r\nMessage-ID: %s\r\n", m.Subject, m.Sent.Format("Mon, 2 Jan 2006 15:04:05 -0700"), m.MessageID)
	// References rise, as in life: in loops everybody differs.
	for id := rnd.IntN(i + 1); id < i && rnd.IntN(4) > 0; id += 1 + rnd.IntN(3) {
		m.References = append(m.References, []string{fmt.Sprintf("<%d@x>", id), fmt.Sprintf("<%d@missing>", id)}[rnd.IntN(4)/3])
	}
	if m.References != nil {
		fmt.Fprintf(&b, "References: %s\r\n", strings.Join(m.References, " "))
	}
	b.WriteString("\r\n" + strings.Repeat("x", rnd.IntN(50)) + "\r\n")
	m.Size = int64(b.Len())
	return m, b.String()
}
