package gateway

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// gateway is the program as it runs.
type gateway struct {
	t       *testing.T
	cfg     *Config
	signals chan os.Signal
	stop    func() int
	log     *lines
}

// lines is a log that can be waited for.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	more *sync.Cond
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.more.Broadcast()
	return l.text.Write(b)
}

// await waits until the log has a text the given number of times.
func (l *lines) await(text string, times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for strings.Count(l.text.String(), text) < times {
		l.more.Wait()
	}
}

// start starts the program with settings, on ports that the system chooses.
func start(t *testing.T, text string) *gateway {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.cfg")
	text = "imap_listen = 127.0.0.1:0\npop3_listen = 127.0.0.1:0\nlog_file = -\nlog_level = 5\n" + text
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g := &gateway{t: t, signals: make(chan os.Signal, 1), log: new(lines)}
	g.log.more = sync.NewCond(&g.log.mu)
	bound := make(chan struct{})
	p := daemon.Program[*Config]{
		Name: "zarafa-gateway", Version: "test", ConfigFile: file,
		New: func() *Config { return NewConfig(Start{Version: "test"}) },
		Bind: func(ctx context.Context, c *Config) error {
			defer close(bound)
			g.cfg = c
			return c.Bind(ctx)
		},
		Open: Open,
	}
	ended := make(chan int, 1)
	go func() {
		ended <- p.Run(context.Background(), nil, daemon.Process{Out: io.Discard, Err: g.log, Signals: g.signals})
	}()
	g.stop = sync.OnceValue(func() int { g.signals <- syscall.SIGTERM; return <-ended })
	t.Cleanup(func() {
		if status := g.stop(); status != 0 {
			t.Errorf("ended with status %d", status)
		}
		if t.Failed() {
			t.Log(g.log.text.String())
		}
	})
	<-bound
	return g
}

// peer is a client of a protocol.
type peer struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

func (g *gateway) connect(protocol string, encrypted bool) *peer {
	g.t.Helper()
	c, err := (&net.Dialer{}).DialContext(g.t.Context(), "tcp", g.cfg.Listeners(protocol, encrypted)[0].String())
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = c.Close() })
	p := &peer{t: g.t, Conn: c, in: bufio.NewReader(c)}
	if encrypted {
		p.encrypt()
	}
	return p
}

// encrypt begins TLS and gives the serial number of the server's certificate.
func (p *peer) encrypt() int64 {
	p.t.Helper()
	c := tls.Client(p.Conn, &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true})
	if err := c.HandshakeContext(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.Conn, p.in = c, bufio.NewReader(c)
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// say sends a line, unless it is empty, and reads lines until one begins with a text, which it gives with those before.
func (p *peer) say(line, until string) string {
	p.t.Helper()
	if line != "" {
		if _, err := io.WriteString(p, line+"\r\n"); err != nil {
			p.t.Fatal(err)
		}
	}
	var all strings.Builder
	for {
		got, err := p.in.ReadString('\n')
		all.WriteString(got)
		if strings.HasPrefix(got, until) {
			return all.String()
		}
		if err != nil {
			p.t.Fatalf("after %q: %q, %v, want %q", line, all.String(), err, until)
		}
	}
}

// newUser makes a user with features.
func newUser(t *testing.T, admin *client.Session, name string, features ...string) client.User {
	t.Helper()
	ctx := t.Context()
	u := client.User{Name: name, Password: "secret", FullName: name, Email: name + "@example.com", Class: mapi.ClassActiveUser}
	if len(features) > 0 {
		const enabled = mapi.PropTag(0x67B3101E)
		u.Multi = map[mapi.PropTag][]string{enabled: features}
	}
	_, _, err := admin.CreateUser(ctx, u)
	if err == nil {
		if u, err = admin.User(ctx, name); err == nil {
			_, err = admin.CreateStore(ctx, u, client.English)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func administrator(t *testing.T, i *servertest.Instance) *client.Session {
	t.Helper()
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}
