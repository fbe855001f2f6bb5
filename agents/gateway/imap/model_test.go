package imap_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
	"zarafa/agents/gateway/view"
	"zarafa/internal/testseed"
)

// believer is a client that believes what it is told, and knows nothing else.
type believer struct {
	*peer
	messages []belief
	// Of those with QRESYNC: what is kept between connections.
	qresync     bool
	uidValidity string
	modSeq      uint64
}

// belief is a message as a client knows it.
type belief struct {
	uid   int // 0: not known yet
	flags string
	known bool // flags are
}

// The answers that a believer understands. They never change.
var (
	existsLine   = regexp.MustCompile(`^\* (\d+) EXISTS$`)
	expungeLine  = regexp.MustCompile(`^\* (\d+) EXPUNGE$`)
	vanishedLine = regexp.MustCompile(`^\* VANISHED (\(EARLIER\) )?([\d:,]+)$`)
	fetchLine    = regexp.MustCompile(`^\* (\d+) FETCH \((?:UID (\d+) ?)?(?:FLAGS \(([^)]*)\) ?)?(?:MODSEQ \((\d+)\))?\)$`)
	modSeqCode   = regexp.MustCompile(`\[HIGHESTMODSEQ (\d+)\]`)
	validityCode = regexp.MustCompile(`\[UIDVALIDITY (\d+)\]`)
)

// say sends a command and hears the answer. numbers says that EXPUNGE must not come.
func (b *believer) say(numbers bool, format string, args ...any) {
	b.t.Helper()
	command := fmt.Sprintf(format, args...)
	b.send("x " + command + "\r\n")
	b.hear(numbers, command)
}

func (b *believer) hear(numbers bool, command string) {
	b.t.Helper()
	synctest.Wait()
	for {
		line, ok := b.line()
		if !ok {
			return
		}
		if strings.HasPrefix(line, "x NO ") && !strings.Contains(line, "[EXPUNGEISSUED]") || strings.HasPrefix(line, "x BAD") || strings.HasPrefix(line, "* BYE") {
			b.t.Fatalf("%s: %s", command, line)
		}
		gone := expungeLine.MatchString(line) || strings.HasPrefix(line, "* VANISHED ") && !strings.Contains(line, "EARLIER")
		if numbers && gone {
			b.t.Fatalf("%s: %s", command, line)
		}
		b.believe(line)
	}
}

func (b *believer) believe(line string) {
	b.t.Helper()
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if m := existsLine.FindStringSubmatch(line); m != nil {
		n := number(m[1])
		if n < len(b.messages) {
			b.t.Fatalf("%d messages were known: %s", len(b.messages), line)
		}
		for len(b.messages) < n {
			b.messages = append(b.messages, belief{})
		}
	} else if m := expungeLine.FindStringSubmatch(line); m != nil {
		n := number(m[1])
		if n < 1 || n > len(b.messages) {
			b.t.Fatalf("%d messages are known: %s", len(b.messages), line)
		}
		b.messages = slices.Delete(b.messages, n-1, n)
	} else if m := vanishedLine.FindStringSubmatch(line); m != nil {
		for r := range strings.SplitSeq(m[2], ",") {
			first, last, _ := strings.Cut(r, ":")
			from, to := number(first), max(number(first), number(last))
			b.messages = slices.DeleteFunc(b.messages, func(m belief) bool { return from <= m.uid && m.uid <= to })
		}
	} else if m := fetchLine.FindStringSubmatch(line); m != nil {
		b.fetched(line, number(m[1]), number(m[2]), m[3], strings.Contains(line, "FLAGS"))
		b.modSeq = max(b.modSeq, uint64(number(m[4])))
	}
	if m := modSeqCode.FindStringSubmatch(line); m != nil {
		b.modSeq = max(b.modSeq, uint64(number(m[1])))
	}
	if m := validityCode.FindStringSubmatch(line); m != nil {
		b.uidValidity = m[1]
	}
}

func (b *believer) fetched(line string, n, uid int, flags string, has bool) {
	if n > len(b.messages) {
		b.t.Fatalf("%d messages are known: %s", len(b.messages), line)
	}
	m := &b.messages[n-1]
	if m.uid != 0 && uid != 0 && m.uid != uid {
		b.t.Fatalf("message %d is UID %d: %s", n, m.uid, line)
	}
	if uid != 0 {
		m.uid = uid
	}
	if has {
		m.flags, m.known = sortFlags(flags), true
	}
}

// sortFlags gives flags in one order, without \Recent.
func sortFlags(flags string) string {
	list := slices.DeleteFunc(strings.Fields(flags), func(f string) bool { return f == `\Recent` })
	slices.Sort(list)
	return strings.Join(list, " ")
}

// truth is what there is, by UID.
func truth(t *testing.T, store *memory.Store) map[int]string {
	t.Helper()
	ctx := context.Background()
	account, err := store.LogOn(ctx, mailstore.Credentials{User: "user", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := account.Find(ctx, "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := account.Open(ctx, inbox.ID, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	names := map[view.Flags]string{view.Seen: `\Seen`, view.Flagged: `\Flagged`, view.Deleted: `\Deleted`, view.Answered: `\Answered`}
	all := make(map[int]string)
	for _, m := range folder.Snapshot().All(0) {
		flags := slices.Clone(folder.Snapshot().Keywords(m.Keywords))
		for bit, name := range names {
			if m.Flags&bit != 0 {
				flags = append(flags, name)
			}
		}
		all[int(m.UID)] = sortFlags(strings.Join(flags, " "))
	}
	return all
}

// check compares what the client believes with what there is; whole says that it has to know everything.
func (b *believer) check(there map[int]string, whole bool) {
	b.t.Helper()
	uids := slices.Sorted(maps.Keys(there))
	if len(b.messages) != len(uids) {
		b.t.Fatalf("%d messages are known, there are %d", len(b.messages), len(uids))
	}
	for i, m := range b.messages {
		if m.uid != 0 && m.uid != uids[i] || m.uid == 0 && whole {
			b.t.Fatalf("message %d is UID %d, the client believes %d", i+1, uids[i], m.uid)
		}
		if m.known && m.flags != there[uids[i]] || !m.known && whole {
			b.t.Fatalf("UID %d has %q, the client believes %q", uids[i], there[uids[i]], m.flags)
		}
	}
}

// act does something at random.
func (b *believer) act(rnd *rand.Rand) {
	n := len(b.messages)
	flag := []string{`\Seen`, `\Flagged`, `\Deleted`, `\Answered`, "work", "$home"}[rnd.IntN(6)]
	mode := []string{"+", "-", ""}[rnd.IntN(3)]
	if rnd.IntN(5) == 0 || n == 0 {
		b.say(false, "%s", []string{"NOOP", "CHECK", "APPEND INBOX (\\Seen work) {5+}\r\na: b\n", "EXPUNGE", "APPEND INBOX {2+}\r\n\r\n"}[rnd.IntN(5)])
		return
	}
	set := fmt.Sprintf("%d:%d", 1+rnd.IntN(n), 1+rnd.IntN(n))
	switch rnd.IntN(10) {
	case 0:
		b.say(true, "FETCH %s (FLAGS)", set)
	case 1:
		b.say(false, "UID FETCH %d:* (FLAGS)", 1+rnd.IntN(20))
	case 2, 3:
		b.say(true, "STORE %s %sFLAGS (%s)", set, mode, flag)
	case 4:
		b.storeSilently(rnd.IntN(n), mode, flag)
	case 5:
		b.say(false, "UID STORE %d:%d %sFLAGS (%s)", 1+rnd.IntN(20), 1+rnd.IntN(40), mode, flag)
	case 6:
		b.say(true, "SEARCH OR %s NOT KEYWORD work", set)
	case 7:
		b.say(false, "COPY %s INBOX", set)
	case 8:
		b.say(false, "MOVE %d Drafts", 1+rnd.IntN(n))
	case 9:
		b.send("x IDLE\r\n")
		b.hear(false, "IDLE")
		b.send("DONE\r\n")
		b.hear(false, "DONE")
	}
}

// storeSilently is STORE whose effect the client works out itself.
func (b *believer) storeSilently(i int, mode, flag string) {
	m := &b.messages[i]
	list := strings.Fields(m.flags)
	switch mode {
	case "":
		list = []string{flag}
	case "+":
		if !slices.Contains(list, flag) {
			list = append(list, flag)
		}
	case "-":
		list = slices.DeleteFunc(list, func(f string) bool { return f == flag })
	}
	m.flags = sortFlags(strings.Join(list, " "))
	m.known = m.known || mode == ""
	b.say(true, "STORE %d %sFLAGS.SILENT (%s)", i+1, mode, flag)
}

// reconnect logs on anew, in the way of a client that has kept what it knew.
func (b *believer) reconnect(server *imap.Server, info imap.ConnInfo) {
	if b.peer.conn != nil {
		_ = b.conn.Close()
		synctest.Wait()
	}
	b.peer = connect(b.t, server, info)
	b.say(false, "LOGIN user secret")
	if b.qresync {
		b.say(false, "ENABLE QRESYNC")
	}
	if !b.qresync || b.modSeq == 0 {
		b.messages = nil
		b.say(false, "SELECT INBOX")
		b.say(false, "UID FETCH 1:* (FLAGS)")
		return
	}
	b.resync()
}

// resync brings what was kept up to date. Messages are told by UIDs, since numbers mean nothing yet.
func (b *believer) resync() {
	b.t.Helper()
	kept := make(map[int]string)
	for _, m := range b.messages {
		kept[m.uid] = m.flags
	}
	b.send(fmt.Sprintf("x SELECT INBOX (QRESYNC (%s %d))\r\n", b.uidValidity, b.modSeq))
	synctest.Wait()
	for {
		line, ok := b.line()
		if !ok {
			break
		}
		if m := vanishedLine.FindStringSubmatch(line); m != nil {
			for r := range strings.SplitSeq(m[2], ",") {
				first, last, _ := strings.Cut(r, ":")
				from, _ := strconv.Atoi(first)
				to, _ := strconv.Atoi(last)
				maps.DeleteFunc(kept, func(uid int, _ string) bool { return from <= uid && uid <= max(from, to) })
			}
		} else if m := fetchLine.FindStringSubmatch(line); m != nil {
			uid, _ := strconv.Atoi(m[2])
			kept[uid] = sortFlags(m[3])
		} else if m := modSeqCode.FindStringSubmatch(line); m != nil {
			b.modSeq, _ = strconv.ParseUint(m[1], 10, 64)
		} else if strings.HasPrefix(line, "x ") && !strings.HasPrefix(line, "x OK") {
			b.t.Fatal(line)
		}
	}
	b.messages = nil
	for _, uid := range slices.Sorted(maps.Keys(kept)) {
		b.messages = append(b.messages, belief{uid: uid, flags: kept[uid], known: true})
	}
}

// Clients that do anything at random to one mailbox: what each knows by the answers alone is, whenever it has been told all, what there is.
func TestManyClients(t *testing.T) {
	rnd := testseed.New(t)
	for round := range 12 {
		synctest.Test(t, func(t *testing.T) { manyClients(t, rnd, 2+round%3) })
	}
}

func manyClients(t *testing.T, rnd *rand.Rand, n int) {
	d := newScript(t)
	d.store.ModSeq = true
	d.begin()
	d.mails("INBOX", rnd.IntN(6))
	var clients []*believer
	for i := range n {
		b := &believer{peer: &peer{t: t}, qresync: i%2 == 1}
		b.reconnect(d.imap, d.info)
		clients = append(clients, b)
	}
	defer func() {
		for _, b := range clients {
			_ = b.conn.Close()
		}
		synctest.Wait()
	}()
	for range 120 {
		b := clients[rnd.IntN(n)]
		b.act(rnd)
		if b.qresync && slices.ContainsFunc(b.messages, func(m belief) bool { return m.uid == 0 }) {
			b.say(false, "UID FETCH 1:* (FLAGS)") // VANISHED is of use to those who know all UIDs
		}
		if rnd.IntN(10) > 0 {
			continue
		}
		there := truth(t, d.memory)
		for _, b := range clients {
			if rnd.IntN(4) == 0 {
				b.reconnect(d.imap, d.info)
				b.check(there, true)
				continue
			}
			b.say(false, "NOOP")
			b.check(there, false)
			b.say(false, "UID FETCH 1:* (FLAGS)")
			b.check(there, true)
		}
	}
}
