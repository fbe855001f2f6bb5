// Package dialogue plays recorded dialogues between an IMAP client and a server, for tests: the same files are played to Dovecot, which shows that
// they are right, and to the gateway.
//
// A file has a line for each thing that is said. A line that begins with "#" is a comment.
//
//	C: a LOGIN $user $password      what the client sends, with \r\n for line ends within
//	S: a OK …                       what the server answers
//	C2: b LOGIN $user $password     the same on a second connection
//
// Answers that follow each other may come in any order, but what follows a tagged answer is missing. All that the server says must have its line,
// unless one of them is "S: *": then untagged answers without one are passed over. A literal of an answer stands there with \r\n. "…" stands for
// any text; among flags, or attributes of LIST, which may come in any order, for more of them. $name stands for a word without ")" and "]": the
// first time it gets its value there, later it has to be the same, or is sent. $user and $password are the caller's.
package dialogue

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

//go:embed imap
var files embed.FS

// patience is how long an answer may take.
const patience = 10 * time.Second

// Server is whom dialogues are played to.
type Server struct {
	Dial           func() (net.Conn, error)
	User, Password string
}

// PlayAll plays each dialogue of IMAP as a test of its own. server is asked for a server with an empty mailbox for each.
func PlayAll(t *testing.T, server func(t *testing.T) Server) {
	names, err := fs.Glob(files, "imap/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "imap/"), ".txt"), func(t *testing.T) {
			text, err := files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := Play(string(text), server(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Play plays one dialogue. An error says in which line what was said instead.
func Play(text string, server Server) error {
	p := &player{server: server, connections: make(map[string]*connection), values: map[string]string{
		"user": server.User, "password": server.Password,
	}}
	defer func() {
		for _, c := range p.connections {
			_ = c.conn.Close()
		}
	}()
	steps, err := parse(text)
	if err != nil {
		return err
	}
	for _, s := range steps {
		c, err := p.connection(s.connection)
		if err == nil && s.send != "" {
			err = p.send(c, s.send)
		} else if err == nil {
			err = p.expect(c, s.answers)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", s.line, err)
		}
	}
	return nil
}

// step is something that a client sends, or answers that follow each other.
type step struct {
	line       int
	connection string
	send       string
	answers    []string
}

var lineForm = regexp.MustCompile(`^([CS])([0-9]*): (.+)$`)

func parse(text string) (steps []step, err error) {
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := lineForm.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("line %d is none of a dialogue", i+1)
		}
		if m[1] == "C" {
			steps = append(steps, step{line: i + 1, connection: m[2], send: m[3]})
			continue
		}
		if n := len(steps) - 1; n >= 0 && steps[n].send == "" && steps[n].connection == m[2] && !tagged(steps[n].answers[len(steps[n].answers)-1]) {
			steps[n].answers = append(steps[n].answers, m[3])
			continue
		}
		steps = append(steps, step{line: i + 1, connection: m[2], answers: []string{m[3]}})
	}
	return steps, nil
}

// tagged reports whether an answer ends a command, or the server waits for the client after it.
func tagged(answer string) bool { return !strings.HasPrefix(answer, "*") }

type player struct {
	server      Server
	connections map[string]*connection
	values      map[string]string
}

type connection struct {
	conn net.Conn
	r    *bufio.Reader
}

func (p *player) connection(name string) (*connection, error) {
	if c := p.connections[name]; c != nil {
		return c, nil
	}
	conn, err := p.server.Dial()
	if err != nil {
		return nil, err
	}
	c := &connection{conn: conn, r: bufio.NewReader(conn)}
	p.connections[name] = c
	return c, nil
}

var variable = regexp.MustCompile(`\$[a-z]+`)

func (p *player) send(c *connection, text string) error {
	text = variable.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := p.values[name[1:]]; ok {
			return value
		}
		return name
	})
	text = strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(text)
	_, err := io.WriteString(c.conn, text+"\r\n")
	return err
}

// expect reads answers until each that is wanted has come.
func (p *player) expect(c *connection, wanted []string) error {
	left := make([]string, 0, len(wanted))
	others := false
	for _, w := range wanted {
		if w == "*" {
			others = true
		} else {
			left = append(left, w)
		}
	}
	for len(left) > 0 {
		answer, err := c.answer()
		if err != nil {
			return fmt.Errorf("%w instead of %q", err, left)
		}
		i := p.find(left, answer)
		if i < 0 && (!others || tagged(answer)) {
			return fmt.Errorf("%s instead of %q", answer, left)
		}
		if i >= 0 {
			left = append(left[:i:i], left[i+1:]...)
			if tagged(answer) && len(left) > 0 {
				return fmt.Errorf("%s came before %q", answer, left)
			}
		}
	}
	return nil
}

var flagList = regexp.MustCompile(`(FLAGS|LIST|LSUB) \(([^)]*)\)`)

// sortFlags puts the flags of FLAGS (…), or the attributes of LIST (…), in order; "…" comes last.
func sortFlags(list string) string {
	word, flags, _ := strings.Cut(list, " ")
	sorted := strings.Fields(strings.Trim(flags, "()"))
	slices.Sort(sorted)
	return word + " (" + strings.Join(sorted, " ") + ")"
}

// find finds the first wanted answer that is the one that came, and keeps the values of its words.
func (p *player) find(wanted []string, answer string) int {
	for i, w := range wanted {
		names, form := p.form(w)
		m := form.FindStringSubmatch(flagList.ReplaceAllStringFunc(answer, sortFlags))
		if m == nil {
			continue
		}
		for k, name := range names {
			p.values[name] = m[k+1]
		}
		return i
	}
	return -1
}

var mark = regexp.MustCompile(`…|\$[a-z]+`)

// form makes a regular expression of a wanted answer; names are those of its groups.
func (p *player) form(wanted string) (names []string, form *regexp.Regexp) {
	wanted = flagList.ReplaceAllStringFunc(wanted, func(list string) string {
		if all, ok := strings.CutSuffix(sortFlags(list), " …)"); ok {
			word, flags, _ := strings.Cut(all, " (")
			return word + " (…" + strings.ReplaceAll(flags, " ", "…") + "…)"
		}
		return sortFlags(list)
	})
	var text strings.Builder
	end := 0
	for _, at := range mark.FindAllStringIndex(wanted, -1) {
		text.WriteString(regexp.QuoteMeta(wanted[end:at[0]]))
		end = at[1]
		name := strings.TrimPrefix(wanted[at[0]:at[1]], "$")
		if name == "…" {
			text.WriteString(".*")
		} else if value, ok := p.values[name]; ok {
			text.WriteString(regexp.QuoteMeta(value))
		} else {
			names = append(names, name)
			text.WriteString(`([^ )\]]+)`)
		}
	}
	text.WriteString(regexp.QuoteMeta(wanted[end:]))
	return names, regexp.MustCompile("^" + text.String() + "$")
}

var literalForm = regexp.MustCompile(`\{([0-9]+)\}\r\n$`)

// answer reads an answer with its literals, and writes line ends within it as \r\n.
func (c *connection) answer() (string, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	var text strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return "", err
		}
		text.WriteString(line)
		m := literalForm.FindStringSubmatch(line)
		if m == nil {
			break
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return "", err
		}
		if _, err := io.CopyN(&text, c.r, int64(n)); err != nil {
			return "", err
		}
	}
	return strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(strings.TrimSuffix(text.String(), "\r\n")), nil
}
