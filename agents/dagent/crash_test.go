package dagent

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/rules"
	"zarafa/server/servertest"
)

// Environment of the child processes.
const (
	crashServer   = "ZARAFA_CRASH_SERVER" // the folder
	crashSettings = "ZARAFA_CRASH_SETTINGS"
	crashDagent   = "ZARAFA_CRASH_DAGENT" // the settings file
)

// TestServerProcess is the server that TestCrash kills; by itself it does nothing.
func TestServerProcess(t *testing.T) {
	dir := os.Getenv(crashServer)
	if dir == "" {
		t.Skip("it is run by TestCrash, in a process of its own")
	}
	servertest.StartIn(t, dir, os.Getenv(crashSettings))
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte() // until the parent closes it or kills us
}

// TestDagentProcess is the delivery agent that TestCrash kills; by itself it does nothing.
func TestDagentProcess(t *testing.T) {
	file := os.Getenv(crashDagent)
	if file == "" {
		t.Skip("it is run by TestCrash, in a process of its own")
	}
	p := &Program{Version: "1", ConfigFile: file, Process: daemon.System()}
	if exit := p.Run(context.Background(), []string{"-l", "-c", file}); exit != 0 {
		t.Errorf("exit code %d", exit)
	}
}

// child is a process that can be killed.
type child struct{ cmd *exec.Cmd }

// startChild runs a test in a process of its own, and waits until it prints a line with a word.
func startChild(t *testing.T, test, ready string, env ...string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), env...)
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = in, in
	if _, err := cmd.StdinPipe(); err != nil { // held open: the child lives as long as nobody kills it
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	late := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(out)
	var said bytes.Buffer
	for lines.Scan() {
		if strings.Contains(lines.Text(), ready) {
			go func() {
				for lines.Scan() { // what it still prints must not fill the pipe
				}
				out.Close()
			}()
			return &child{cmd}
		}
		said.WriteString(lines.Text() + "\n")
	}
	cmd.Process.Kill()
	cmd.Wait()
	t.Fatalf("%s did not get ready:\n%s", test, &said)
	return nil
}

// kill is kill -9.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// pair is a server and a delivery agent, and those who send mail to it.
type pair struct {
	t                     *testing.T
	dir, settings, config string
	server, dagent        *child

	mu      sync.Mutex
	changed sync.Cond
	up      bool
	ended   bool // no new mails
	stored  int  // answers 250
	mails   []*crashMail
}

// crashMail is a mail that is sent until all its recipients have it.
type crashMail struct {
	number   int
	text     string
	attempts map[string]int // by recipient
}

// traced reports whether the mail has its sender's trace.
func (m *crashMail) traced() bool { return m.number%3 != 0 }

func (p *pair) startServer() {
	p.server = startChild(p.t, "TestServerProcess", "ready", crashServer+"="+p.dir, crashSettings+"="+p.settings)
}

func (p *pair) startDagent() {
	p.dagent = startChild(p.t, "TestDagentProcess", "taking mail", crashDagent+"="+p.config)
}

func (p *pair) set(up bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up = up
	p.changed.Broadcast()
}

// wait waits until both run.
func (p *pair) wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.up {
		p.changed.Wait()
	}
}

// next is a new mail, nil when it is enough.
func (p *pair) next() *crashMail {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return nil
	}
	m := &crashMail{number: len(p.mails), attempts: make(map[string]int)}
	p.mails = append(p.mails, m)
	m.text = mail(fmt.Sprintf("letter-%d", m.number), "X-Filler: "+strings.Repeat("x", m.number%50*100)+"\n")
	if m.traced() {
		m.text = traced(fmt.Sprintf("Q%d", m.number), m.text)
	}
	m.text = strings.ReplaceAll(m.text, "\n", "\r\n")
	return m
}

// send sends mails as a mail server does: to each recipient until he has it.
func (p *pair) send() {
	var c *smtp.Client
	for m := p.next(); m != nil; m = p.next() {
		for to := []string{"alice@example.com", "bob@example.com"}; len(to) > 0; {
			for _, r := range to {
				m.attempts[r]++
			}
			if m.attempts[to[0]] > 1000 {
				p.t.Errorf("mail %d is not taken", m.number)
				return
			}
			if c == nil {
				c = p.connect()
			}
			if c == nil {
				p.wait()
				continue
			}
			left, err := p.attempt(c, m, to)
			if err != nil {
				c.Close()
				c = nil
			}
			if to = left; len(to) > 0 {
				p.wait()
			}
		}
	}
	if c != nil {
		c.Quit()
	}
}

func (p *pair) connect() *smtp.Client {
	conn, err := net.Dial("unix", filepath.Join(p.dir, "lmtp.sock"))
	if err != nil {
		return nil
	}
	c := smtp.NewClientLMTP(conn)
	if c.Hello("sender.example.org") != nil {
		c.Close()
		return nil
	}
	return c
}

// attempt sends a mail once, and returns the recipients who are not known to have it. The error says that the connection is of no use any
// more.
func (p *pair) attempt(c *smtp.Client, m *crashMail, to []string) (left []string, err error) {
	if err := c.Mail("carol@example.org", nil); err != nil {
		return to, err
	}
	for _, r := range to {
		if err := c.Rcpt(r, nil); err != nil {
			return to, p.temporary(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return to, err
	}
	if _, err := w.Write([]byte(m.text)); err != nil {
		return to, err
	}
	stored, err := w.CloseWithLMTPResponse()
	for _, r := range to {
		if stored[r] == nil {
			left = append(left, r)
		}
	}
	p.count(len(stored))
	return left, p.temporary(err)
}

// temporary complains about an answer that would make a mail server give up.
func (p *pair) temporary(err error) error {
	if status, ok := errors.AsType[*smtp.SMTPError](err); ok && !status.Temporary() {
		p.t.Errorf("the answer is %v", status)
	}
	return err
}

func (p *pair) count(stored int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stored += stored
	p.changed.Broadcast()
}

// killers kill both processes again and again, alone and together, after a few deliveries.
func (p *pair) killers(chance *rand.Rand, rounds int) {
	for i := range rounds {
		p.mu.Lock()
		for enough := p.stored + 5 + chance.IntN(30); p.stored < enough; {
			p.changed.Wait()
		}
		p.up = false
		p.mu.Unlock()
		which := i % 3
		if which != 0 {
			p.server.kill()
		}
		if which != 1 {
			p.dagent.kill()
		}
		if which != 0 {
			p.startServer()
		}
		if which != 1 {
			p.startDagent()
		}
		p.set(true)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
}

// TestCrash kills server and delivery agent with SIGKILL while mail servers send, which try again what got no answer. Nothing is lost, and
// what bears its sender's trace is there once, in all folders in which rules put it.
func TestCrash(t *testing.T) {
	rounds := 6
	if testseed.Fresh() {
		rounds = 30
	}
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			p := &pair{t: t, dir: dir, settings: servertest.Settings(t, engine, dir) + serverLines, config: filepath.Join(dir, "dagent.cfg")}
			p.changed.L = &p.mu
			text := "server_socket = file://" + dir + "/server.sock\nlmtp_listen = unix:" + dir + "/lmtp.sock\nlog_method = file\nlog_file = -\nlog_level = 5\n"
			if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			p.startServer()
			t.Cleanup(func() { p.server.kill() })
			copied := p.users()
			p.startDagent()
			t.Cleanup(func() { p.dagent.kill() })
			p.set(true)
			var senders sync.WaitGroup
			for range 6 {
				senders.Go(p.send)
			}
			p.killers(testseed.New(t), rounds)
			senders.Wait()
			alice, bob := p.box("alice"), p.box("bob")
			again := p.check("alice's inbox", alice, alice.folders[client.Inbox], "alice@example.com", 1)
			again += p.check("bob's inbox", bob, bob.folders[client.Inbox], "bob@example.com", 1)
			// To try again for the rule's folder alone would double a mail that is not known again.
			p.check("the folder of bob's rule", bob, copied, "bob@example.com", 0)
			t.Logf("%d mails, %d attempts more than needed", len(p.mails), again)
		})
	}
}

func (p *pair) box(user string) *box { return logOn(p.t, "file://"+p.dir+"/server.sock", user) }

// users makes the recipients, one with a rule, and returns the folder that the rule copies mail to.
func (p *pair) users() mapi.EntryID {
	admin, err := client.LogOn(p.t.Context(), client.Options{Endpoint: "file://" + p.dir + "/server.sock", User: "SYSTEM"})
	if err != nil {
		p.t.Fatal(err)
	}
	defer admin.Close(p.t.Context())
	for _, name := range []string{"alice", "bob"} {
		createUser(p.t, admin, name)
	}
	bob := p.box("bob")
	folder := bob.folder("Copied")
	bob.setRules(rules.Rule{Name: "letter", Actions: []mapi.Action{{Type: mapi.ActCopy, Store: bob.store.EntryID, Folder: folder}}})
	return folder
}

// check counts the copies of each mail in a folder, and returns how often it was sent in vain. Mails without a trace may be there any number of
// times from least to that of the attempts.
func (p *pair) check(where string, b *box, folder mapi.EntryID, address string, least int) (again int) {
	copies := make(map[string]int)
	for _, subject := range strings.Split(b.subjects(folder), "|") {
		copies[subject]++
	}
	for _, m := range p.mails {
		subject := fmt.Sprintf("letter-%d", m.number)
		n, from, to := copies[subject], least, m.attempts[address]
		again += to - 1
		if m.traced() {
			from, to = 1, 1
		}
		if n < from || n > to {
			p.t.Errorf("%s, which was sent %d times to %s, is %d times in %s", subject, m.attempts[address], address, n, where)
		}
		delete(copies, subject)
	}
	if len(copies) > 0 {
		p.t.Errorf("nobody sent what is in %s: %v", where, copies)
	}
	return again
}
