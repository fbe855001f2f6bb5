package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/emersion/go-smtp"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/quickstart"
	"zarafa/serve"
	"zarafa/server/servertest"
)

// world is a folder that quickstart has made, on ports that nobody else has, and a mail server that takes what the spooler sends.
type world struct {
	*testing.T
	folder, password string
	relay            *relay

	mu        sync.Mutex
	addresses map[string][]net.Addr
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, folder: filepath.Join(servertest.Folder(t), "f"), relay: newRelay(t)}
	var out bytes.Buffer
	w.must(quickstart.Run(t.Context(), w.options(), &out))
	w.password = passwordIn(out.String())
	if w.password == "" {
		t.Fatalf("there is no password in\n%s", out.String())
	}
	w.louder()
	return w
}

// louder has the log tell what the tests wait for.
func (w *world) louder() {
	w.Helper()
	path := filepath.Join(w.folder, serve.ServerFile)
	text, err := os.ReadFile(path)
	w.must(err)
	w.must(os.WriteFile(path, bytes.Replace(text, []byte("log_level = 4"), []byte("log_level = 5"), 1), 0o644))
}

// options are those of the folder.
func (w *world) options() quickstart.Options {
	return quickstart.Options{
		Domain: "Example.com", Folder: w.folder, Relay: w.relay.address,
		Listen: quickstart.Listen{
			Server: "127.0.0.1:0", LMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0", IMAPS: "127.0.0.1:0", POP3: "127.0.0.1:0", POP3S: "127.0.0.1:0",
			Web: "127.0.0.1:0", Webs: "127.0.0.1:0",
			Status: "unix:" + w.folder + "/run/status.sock",
		},
	}
}

// passwordIn finds the password in what quickstart prints.
func passwordIn(text string) string {
	_, rest, _ := strings.Cut(text, "with the password\n\n")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// run is a process that serves the folder.
type run struct {
	signals chan os.Signal
	status  chan int
	log     *output
}

// start serves the folder until the returned run has ended.
func (w *world) start() *run {
	w.Helper()
	r := &run{signals: make(chan os.Signal), status: make(chan int, 1), log: newOutput()}
	w.mu.Lock()
	w.addresses = make(map[string][]net.Addr)
	w.mu.Unlock()
	ready := make(chan struct{})
	f := serve.Folder{Path: w.folder, Version: "1.2.3", Listening: func(program string, addresses []net.Addr) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.addresses[program] = addresses
	}}
	process := daemon.Process{Out: io.Discard, Err: r.log, Signals: r.signals, Notify: func(state string) error {
		if state == "READY=1" {
			close(ready)
		}
		return nil
	}}
	go func() { r.status <- f.Run(context.WithoutCancel(w.Context()), process) }()
	select {
	case <-ready:
	case status := <-r.status:
		w.Fatalf("status %d: %s", status, r.log.String())
	}
	r.log.await("users can log on")
	return r
}

// stop stops it like systemd does.
func (w *world) stop(r *run) {
	w.Helper()
	r.signals <- syscall.SIGTERM
	if status := <-r.status; status != 0 {
		w.Errorf("status %d: %s", status, r.log.String())
	}
}

// dial connects to a socket of a program and reads the greeting.
func (w *world) dial(program string, socket int) *textproto.Conn {
	w.Helper()
	w.mu.Lock()
	address := w.addresses[program][socket].String()
	w.mu.Unlock()
	c, err := textproto.Dial("tcp", address)
	w.must(err)
	w.Cleanup(func() { c.Close() })
	_, err = c.ReadLine()
	w.must(err)
	return c
}

// web logs the administrator on in the web client, with his password, and gives the answer.
func (w *world) web(password string) string {
	w.Helper()
	w.mu.Lock()
	address := "http://" + w.addresses["zarafa-webaccess"][0].String()
	w.mu.Unlock()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, address+"/api/logon", strings.NewReader(`{"user":"admin","password":"`+password+`"}`))
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	w.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	w.must(err)
	return resp.Status + " " + string(text)
}

// deliver brings a mail in by LMTP, and gives the server's answer to it.
func (w *world) deliver(to, text string) string {
	w.Helper()
	c := w.dial("zarafa-dagent", 0)
	say := func(line string) (answer string) {
		w.must(c.PrintfLine("%s", line))
		for {
			answer, err := c.ReadLine()
			w.must(err)
			if len(answer) < 4 || answer[3] == ' ' {
				return answer
			}
		}
	}
	say("LHLO test")
	say("MAIL FROM:<bob@example.net>")
	if answer := say("RCPT TO:<" + to + ">"); answer[0] != '2' {
		return answer
	}
	say("DATA")
	d := c.DotWriter()
	_, err := io.WriteString(d, text)
	w.must(err)
	w.must(d.Close())
	answer, err := c.ReadLine()
	w.must(err)
	return answer
}

// imap is a log-on by IMAP as the administrator.
func (w *world) imap() func(command string) string {
	w.Helper()
	c := w.dial("zarafa-gateway", 0)
	n := 0
	say := func(command string) string {
		w.Helper()
		n++
		tag := fmt.Sprintf("a%d ", n)
		w.must(c.PrintfLine("%s%s", tag, command))
		var answer strings.Builder
		for {
			line, err := c.ReadLine()
			w.must(err)
			answer.WriteString(line + "\n")
			if strings.HasPrefix(line, tag) {
				if !strings.HasPrefix(line, tag+"OK") {
					w.Fatalf("%s: %s", command, answer.String())
				}
				return answer.String()
			}
		}
	}
	say("LOGIN admin " + w.password)
	return say
}

// socket is the log-on of a program of this machine.
func (w *world) socket(user, password string) *client.Session {
	w.Helper()
	s, err := client.LogOn(w.Context(), client.Options{Endpoint: "file://" + w.folder + "/run/server.sock", User: user, Password: password, App: "test"})
	w.must(err)
	w.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// status asks the status listener.
func (w *world) status(path string) string {
	w.Helper()
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", w.folder+"/run/status.sock")
	}}}
	response, err := c.Get("http://status" + path)
	w.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	w.must(err)
	return string(text)
}

// relay is a mail server that keeps what it takes.
type relay struct {
	address string
	arrived chan string
}

func newRelay(t *testing.T) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{address: l.Addr().String(), arrived: make(chan string, 10)}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return relaySession{r}, nil }))
	s.Domain = "relay.example.net"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
	return r
}

type relaySession struct{ *relay }

func (relaySession) Mail(string, *smtp.MailOptions) error { return nil }
func (relaySession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (relaySession) Reset()                               {}
func (relaySession) Logout() error                        { return nil }
func (s relaySession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.arrived <- string(text)
	return err
}

// output is a log that can be waited for.
type output struct {
	mu      sync.Mutex
	changed *sync.Cond
	buf     bytes.Buffer
}

func newOutput() *output {
	o := new(output)
	o.changed = sync.NewCond(&o.mu)
	return o
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changed.Broadcast()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) await(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for !strings.Contains(o.buf.String(), text) {
		o.changed.Wait()
	}
}
