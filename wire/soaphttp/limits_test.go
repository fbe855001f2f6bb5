package soaphttp

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func gunzip(t *testing.T, s string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// pipeListener hands out one end of net.Pipe, whose deadlines follow the time of a synctest bubble.
type pipeListener struct {
	conns  chan net.Conn
	errs   chan error
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{make(chan net.Conn), make(chan error), make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case err := <-l.errs:
		return nil, err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{} }

// tcpPipe is a pipe that looks like a TCP connection from ip.
type tcpPipe struct {
	net.Conn
	ip string
}

func (p tcpPipe) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(p.ip), Port: 1000} }
func (p tcpPipe) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 236} }

// dial connects; ip is empty for a connection that counts as a Unix socket.
func (l *pipeListener) dial(t *testing.T, ip string) *peerConn {
	client, server := net.Pipe()
	if ip != "" {
		server = tcpPipe{server, ip}
	}
	l.conns <- server
	return newPeer(t, client)
}

// inBubble runs f with a server whose time is simulated.
func inBubble(t *testing.T, cfg Config, h handlerFunc, f func(l *pipeListener)) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipeListener()
		s := NewServer(cfg, h)
		go s.Serve(l)
		f(l)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx)
	})
}

func TestIdleTimeout(t *testing.T) {
	inBubble(t, Config{}, echo, func(l *pipeListener) {
		p, local := l.dial(t, "198.51.100.7"), l.dial(t, "")
		start := time.Now()
		p.send(withLength("", envelope))
		p.receive()
		p.send("\r\n") // is not a request
		if !p.closed() || time.Since(start) != 5*time.Second {
			t.Errorf("TCP: closed after %v", time.Since(start))
		}
		local.send(withLength("", envelope[:100])[:150])
		local.Close()
		local = l.dial(t, "")
		for range 2 {
			local.send(withLength("", envelope))
			if _, body := local.receive(); body != envelope {
				t.Error("Unix connection does not survive idling")
			}
			time.Sleep(24 * time.Hour)
		}
		local.Close()
	})
}

// A request must make progress; slow but sure is enough for a body, not for a header.
func TestReadTimeout(t *testing.T) {
	stall := func(p *peerConn) {}
	dribble := func(p *peerConn) {
		for {
			if _, err := io.WriteString(p.Conn, "x"); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	cases := []struct {
		name, begin string
		then        func(p *peerConn)
	}{
		{"header stalls", "POST / HT", stall},
		{"header dribbles", "POST /", dribble},
		{"header line dribbles", "POST / HTTP/1.1\r\nX: ", dribble},
		{"body stalls", post("Content-Length: 10\r\n", "x"), stall},
		{"body dribbles", post("Content-Length: 100000\r\n", "x"), dribble},
		{"bare envelope stalls", "<a>", stall},
		{"chunk stalls", post("Transfer-Encoding: chunked\r\n", "a\r\nxx"), stall},
		{"gzip stalls", post("Content-Encoding: gzip\r\nContent-Length: 1000\r\n", gzipped(envelope)[:20]), stall},
	}
	for _, ip := range []string{"", "198.51.100.7"} {
		for _, c := range cases {
			t.Run(ip+"/"+c.name, func(t *testing.T) {
				inBubble(t, Config{}, echo, func(l *pipeListener) {
					p := l.dial(t, ip)
					start := time.Now()
					sent := make(chan struct{})
					go func() {
						defer close(sent)
						io.WriteString(p.Conn, c.begin)
						c.then(p)
					}()
					resp, body := p.receive()
					if resp.StatusCode != 500 || !strings.Contains(body, "Timed out") || !p.closed() {
						t.Errorf("status %d %s", resp.StatusCode, body)
					}
					if waited := time.Since(start); waited < 60*time.Second || waited > 61*time.Second {
						t.Errorf("after %v", waited)
					}
					p.Close()
					<-sent
				})
			})
		}
	}
}

func TestSlowBodyWithProgress(t *testing.T) {
	body := strings.Repeat("x", 40*progressBytes)
	inBubble(t, Config{}, echo, func(l *pipeListener) {
		p := l.dial(t, "198.51.100.7")
		p.send(post(fmt.Sprintf("Content-Length: %d\r\n", len(body)), ""))
		for i := 0; i < len(body); i += progressBytes / 2 {
			p.send(body[i : i+progressBytes/2])
			time.Sleep(25 * time.Second)
		}
		if _, got := p.receive(); got != body {
			t.Error("slow request refused")
		}
		p.Close()
	})
}

func TestSendTimeout(t *testing.T) {
	var served chan time.Duration
	inBubble(t, Config{}, func(_ context.Context, x *Exchange) {
		start := time.Now()
		x.Reply(make([]byte, 10<<20))
		served <- time.Since(start)
	}, func(l *pipeListener) {
		served = make(chan time.Duration, 1)
		p := l.dial(t, "198.51.100.7")
		p.send(withLength("", envelope))
		if waited := <-served; waited != 60*time.Second {
			t.Errorf("a peer that reads nothing held the server for %v", waited)
		}
		p.Close()
	})
}

func TestConnectionLimits(t *testing.T) {
	inBubble(t, Config{MaxConns: 4, MaxConnsPerIP: 1}, echo, func(l *pipeListener) {
		try := func(ip string) bool {
			p := l.dial(t, ip)
			if _, err := io.WriteString(p.Conn, withLength("", envelope)); err != nil {
				return false
			}
			p.receive()
			return true
		}
		for i, c := range []struct {
			ip   string
			want bool
		}{
			{"2001:db8::1", true}, {"2001:db8::2", false}, // one /64
			{"198.51.100.7", true}, {"198.51.100.7", false},
			{"127.0.0.1", true}, {"127.0.0.1", true}, // not counted
			{"", false}, // all of MaxConns are in use
		} {
			if got := try(c.ip); got != c.want {
				t.Errorf("%d: %s admitted: %v", i, c.ip, got)
			}
		}
		time.Sleep(6 * time.Second)
		if !try("2001:db8::1") {
			t.Error("closed connections still count")
		}
	})
}

// Without descriptors accept fails at once, again and again; the server waits longer each time and recovers.
func TestAcceptBackOff(t *testing.T) {
	inBubble(t, Config{}, echo, func(l *pipeListener) {
		start := time.Now()
		for range 10 {
			l.errs <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		}
		p := l.dial(t, "")
		p.send(withLength("", envelope))
		if _, body := p.receive(); body != envelope {
			t.Error("not served after a shortage of descriptors")
		}
		if waited := time.Since(start); waited != 3275*time.Millisecond {
			t.Errorf("waited %v", waited)
		}
		p.Close()
	})
	s := NewServer(Config{}, handlerFunc(echo))
	l := newPipeListener()
	broken := errors.New("broken")
	go func() { l.errs <- broken }()
	if err := s.Serve(l); err != broken {
		t.Errorf("broken listener: %v", err)
	}
}

// The budget for large envelopes holds for all connections together and is given back.
func TestBufferedBudget(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	var wait atomic.Bool
	wait.Store(true)
	s, addr := startServer(t, "unix", Config{MaxBufferedBytes: 3 << 20}, handlerFunc(func(_ context.Context, x *Exchange) {
		if wait.Load() {
			entered <- struct{}{}
			<-leave
		}
		x.Reply(nil)
	}))
	large := withLength("", strings.Repeat("x", 2<<20))
	one, two := dial(t, addr), dial(t, addr)
	one.send(large)
	<-entered
	go io.WriteString(two.Conn, large)
	if resp, _ := two.receive(); resp.StatusCode != 503 {
		t.Errorf("status %d", resp.StatusCode)
	}
	wait.Store(false)
	close(leave)
	one.receive()
	one.send(large)
	if resp, _ := one.receive(); resp.StatusCode != 200 {
		t.Errorf("status %d after the budget was free", resp.StatusCode)
	}
	one.Close()
	s.Shutdown(context.Background())
	if n := s.bufs.buffered.Load(); n != 0 {
		t.Errorf("%d bytes stay reserved", n)
	}
}

// A length is a promise: it reserves no memory.
func TestLengthAllocatesNothing(t *testing.T) {
	s, addr := startServer(t, "unix", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	p.send(post("Content-Length: 500000000\r\n", strings.Repeat("x", 1000)))
	p.Conn.(*net.UnixConn).CloseWrite()
	if resp, body := p.receive(); resp.StatusCode != 500 || !strings.Contains(body, "Request ends early") {
		t.Errorf("status %d %s", resp.StatusCode, body)
	}
	if n := s.bufs.buffered.Load(); n != 0 {
		t.Errorf("%d bytes reserved", n)
	}
}

// TestLargeAnswerToSlowReader: what a socket doesn't take at once is sent when its reader has made room, in order, and
// the time-out that was started for it does not hold for the next answer.
func TestLargeAnswerToSlowReader(t *testing.T) {
	large := make([]byte, 16<<20)
	for i := range large {
		large[i] = 'a' + byte(i%23)
	}
	for _, network := range []string{"tcp", "unix"} {
		_, addr := startServer(t, network, Config{IdleTimeout: time.Hour}, handlerFunc(func(_ context.Context, x *Exchange) {
			if bytes.Contains(x.Body, []byte("large")) {
				x.Reply(large)
				return
			}
			x.Reply(x.Body)
		}))
		p := dial(t, addr)
		for range 2 {
			p.send(withLength("", "<large/>"))
			if _, got := p.receive(); got != string(large) {
				t.Fatalf("%s: %d bytes arrived, or in another order", network, len(got))
			}
			p.send(withLength("", "<small/>"))
			if _, got := p.receive(); got != "<small/>" {
				t.Fatalf("%s: %q after a large answer", network, got)
			}
		}
	}
}

// TestChunkEndArrivesLate: the end of a large first chunk may come in another packet than its data, which is no overhead.
func TestChunkEndArrivesLate(t *testing.T) {
	l := newPipeListener()
	s := NewServer(Config{}, handlerFunc(echo))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	peer, nc := net.Pipe()
	l.conns <- nc
	answer := make(chan string)
	go func() {
		b, _ := io.ReadAll(peer) // the server closes the connection
		answer <- string(b)
	}()
	var zipped bytes.Buffer // a decompressor takes what it can get
	z, _ := gzip.NewWriterLevel(&zipped, gzip.NoCompression)
	io.WriteString(z, "<a>"+strings.Repeat("x", maxLineBytes-1000)+"</a>")
	z.Close()
	body := zipped.String()
	for _, piece := range []string{
		"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", fmt.Sprintf("%x\r\n%s\r", len(body), body), "\n0\r", "\n\r\n",
	} {
		if _, err := io.WriteString(peer, piece); err != nil {
			t.Error(err)
		}
	}
	if got := <-answer; !strings.HasPrefix(got, "HTTP/1.1 200") || !strings.HasSuffix(got, "</a>") {
		t.Errorf("answer of %d bytes: %.300s", len(got), got)
	}
	s.Shutdown(t.Context())
	if err := <-ended; !errors.Is(err, ErrServerClosed) {
		t.Error(err)
	}
}
