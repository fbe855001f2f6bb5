package gateway

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"zarafa/internal/testseed"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// Ten clients do anything at random to one mailbox at the same time. No command fails, no answer contradicts an earlier one, and at each checkpoint, when all
// are silent, every client is told what a fresh one is told.
func TestStress(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := administrator(t, i)
	newUser(t, admin, "alice", "imap")
	g := start(t, "server_socket = "+i.Endpoint()+"\n")
	g.awaitServer()
	rnd := testseed.New(t)
	clients := make([]*stresser, 10)
	for n := range clients {
		clients[n] = &stresser{peer: g.connect(protocolIMAP, false), rnd: rand.New(rand.NewPCG(rnd.Uint64(), rnd.Uint64())), n: n}
		clients[n].begin()
	}
	for range 6 {
		var wg sync.WaitGroup
		for _, c := range clients {
			wg.Go(func() {
				for range 25 {
					c.act()
				}
			})
		}
		wg.Wait()
		checkpoint(t, g, clients)
		if t.Failed() {
			return
		}
	}
}

// checkpoint compares what the clients are told with what one is told that has just come.
func checkpoint(t *testing.T, g *gateway, clients []*stresser) {
	t.Helper()
	fresh := &stresser{peer: g.connect(protocolIMAP, false)}
	fresh.begin()
	fresh.say("UID FETCH 1:* (FLAGS)")
	for _, c := range clients {
		// What others have done arrives when it does.
		for c.say("NOOP"); len(c.uids) != len(fresh.uids); c.say("NOOP") {
			if t.Context().Err() != nil || c.failed != "" {
				break
			}
		}
		c.say("UID FETCH 1:* (FLAGS)")
		if !slices.Equal(c.uids, fresh.uids) || !maps.Equal(c.flags, fresh.flags) {
			t.Errorf("client %d knows\n%v %v\nthere is\n%v %v", c.n, c.uids, c.flags, fresh.uids, fresh.flags)
		}
		if c.failed != "" {
			t.Errorf("client %d: %s", c.n, c.failed)
		}
	}
	fresh.say("LOGOUT")
}

// stresser is a client that knows what it was told.
type stresser struct {
	*peer
	rnd    *rand.Rand
	n      int
	uids   []int // by number; 0 where it was not told yet
	flags  map[int]string
	failed string
}

func (s *stresser) begin() {
	s.flags = make(map[int]string)
	s.peer.say("", "* OK")
	s.peer.say("x LOGIN alice secret", "x OK")
	s.say("SELECT INBOX")
}

// The answers that a stresser understands. They never change.
var (
	toldExists  = regexp.MustCompile(`^\* (\d+) EXISTS\r\n$`)
	toldExpunge = regexp.MustCompile(`^\* (\d+) EXPUNGE\r\n$`)
	toldFetch   = regexp.MustCompile(`^\* (\d+) FETCH \((?:UID (\d+) ?)?(?:FLAGS \(([^)]*)\))?\)\r\n$`)
)

// say sends a command and takes in all that is told.
func (s *stresser) say(command string) {
	if s.failed != "" {
		return
	}
	if _, err := io.WriteString(s, "x "+command+"\r\n"); err != nil {
		s.failed = err.Error()
		return
	}
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			s.failed = command + ": " + err.Error()
			return
		}
		if strings.HasPrefix(line, "x ") {
			if !strings.HasPrefix(line, "x OK") && !strings.HasPrefix(line, "x NO [EXPUNGEISSUED]") {
				s.failed = command + ": " + line
			}
			return
		}
		s.hear(command, line)
	}
}

func (s *stresser) hear(command, line string) {
	number := func(text string) int { n, _ := strconv.Atoi(text); return n }
	if m := toldExists.FindStringSubmatch(line); m != nil {
		n := number(m[1])
		if n < len(s.uids) && command != "SELECT INBOX" {
			s.failed = fmt.Sprintf("%s: %d messages were known: %s", command, len(s.uids), line)
		}
		for len(s.uids) < n {
			s.uids = append(s.uids, 0)
		}
	} else if m := toldExpunge.FindStringSubmatch(line); m != nil {
		n := number(m[1])
		if n < 1 || n > len(s.uids) || strings.HasPrefix(command, "FETCH") || strings.HasPrefix(command, "STORE") || strings.HasPrefix(command, "SEARCH") {
			s.failed = fmt.Sprintf("%s, of %d messages: %s", command, len(s.uids), line)
			return
		}
		delete(s.flags, s.uids[n-1])
		s.uids = slices.Delete(s.uids, n-1, n)
	} else if m := toldFetch.FindStringSubmatch(line); m != nil {
		s.fetched(command, line, number(m[1]), number(m[2]), m[3], strings.Contains(line, "FLAGS"))
	}
}

func (s *stresser) fetched(command, line string, n, uid int, flags string, has bool) {
	if n < 1 || n > len(s.uids) || uid != 0 && s.uids[n-1] != 0 && s.uids[n-1] != uid {
		s.failed = fmt.Sprintf("%s, where the UIDs are %v: %s", command, s.uids, line)
		return
	}
	if uid != 0 {
		s.uids[n-1] = uid
	}
	if uid = s.uids[n-1]; has && uid != 0 {
		list := slices.DeleteFunc(strings.Fields(flags), func(f string) bool { return f == `\Recent` })
		slices.Sort(list)
		s.flags[uid] = strings.Join(list, " ")
	}
}

// act does something at random.
func (s *stresser) act() {
	n := len(s.uids)
	flag := []string{`\Seen`, `\Flagged`, `\Answered`, `\Deleted`, "work", "$home"}[s.rnd.IntN(6)]
	mode := []string{"+", "-", ""}[s.rnd.IntN(3)] + "FLAGS" + []string{"", ".SILENT"}[s.rnd.IntN(2)]
	if what := s.rnd.IntN(12); n < 3 || what < 3 {
		mail := fmt.Sprintf("Subject: %d\r\n\r\n%s\r\n", s.rnd.Int(), strings.Repeat("x", s.rnd.IntN(500)))
		s.say(fmt.Sprintf("APPEND INBOX (%s) {%d+}\r\n%s", []string{"", `\Seen`, `\Deleted work`}[s.rnd.IntN(3)], len(mail), mail))
		return
	}
	set := fmt.Sprintf("%d:%d", 1+s.rnd.IntN(n), 1+s.rnd.IntN(n))
	switch s.rnd.IntN(9) {
	case 0, 1:
		s.say("FETCH " + set + " (UID FLAGS)")
	case 2, 3:
		s.say("STORE " + set + " " + mode + " (" + flag + ")")
	case 4:
		s.say("EXPUNGE")
	case 5:
		s.say("SEARCH OR " + set + " KEYWORD work")
	case 6:
		s.say(fmt.Sprintf("UID FETCH %d:* (FLAGS)", 1+s.rnd.IntN(40)))
	case 7:
		s.say(fmt.Sprintf("COPY %d INBOX", 1+s.rnd.IntN(n)))
	case 8:
		s.say(fmt.Sprintf("MOVE %d Drafts", 1+s.rnd.IntN(n)))
	}
}
