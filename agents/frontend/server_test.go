package frontend

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// listener gives connections, or errors, that a test puts into it.
type listener struct {
	accepts chan any
	closed  chan struct{}
	once    sync.Once
}

func newListener() *listener { return &listener{accepts: make(chan any), closed: make(chan struct{})} }

func (l *listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.accepts:
		if err, ok := a.(error); ok {
			return nil, err
		}
		return a.(net.Conn), nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// from is the server's end of a pipe to a client at an address.
type from struct {
	net.Conn
	address string
}

func (f from) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(f.address), 1234))
}

// connect makes a connection and gives the client's end.
func (l *listener) connect(address string) *bufio.ReadWriter {
	here, there := net.Pipe()
	l.accepts <- from{there, address}
	return bufio.NewReadWriter(bufio.NewReader(here), bufio.NewWriter(here))
}

// echo says hello, and repeats each line until the program stops; "panic" panics and "work" works for a minute, or until it is cut off.
func echo(ctx context.Context, c *Conn) {
	in := bufio.NewReader(c)
	fmt.Fprintf(c, "hello %v secure=%v plaintext=%v\n", c.Address(), c.Secure(), c.PlaintextAllowed())
	for {
		if c.Await(time.Now().Add(time.Hour)) != nil {
			break
		}
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		c.Begun()
		switch line {
		case "panic\n":
			panic("asked to")
		case "work\n":
			wait(ctx, time.Minute)
		}
		_, _ = io.WriteString(c, line)
	}
	if c.Stopping() {
		_, _ = io.WriteString(c, "bye\n")
	}
}

func newServer(r prometheus.Registerer) *Server {
	return &Server{
		Certificates: new(Certificates), Total: NewCounts[struct{}](4), Addresses: NewCounts[netip.Prefix](2), Grace: 10 * time.Second,
		Log: slog.New(slog.DiscardHandler), Metrics: NewMetrics(r, "test", "echo"),
	}
}

// run runs a server with one listener; stop ends it and says how it ended.
func run(t *testing.T, s *Server) (l *listener, stop func() error) {
	t.Helper()
	l = newListener()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, []Service{{Protocol: "echo", Listeners: []net.Listener{l}, Serve: echo, Busy: "busy\n"}})
	}()
	return l, func() error { cancel(); return <-ended }
}

func line(t *testing.T, c *bufio.ReadWriter, send, want string) {
	t.Helper()
	if send != "" {
		_, _ = c.WriteString(send + "\n")
		if err := c.Flush(); err != nil {
			t.Error(err)
		}
	}
	if got, err := c.ReadString('\n'); got != want+"\n" && (want != "" || !errors.Is(err, io.EOF)) {
		t.Errorf("after %q: %q, %v, want %q", send, got, err, want)
	}
}

// values gives the values of metrics by name and reason.
func values(t *testing.T, r *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				if l.GetName() == "reason" {
					name += " " + l.GetValue()
				}
			}
			found[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return found
}

// Connections beyond the limits are told so; those of this machine count for the total alone, and what ends makes room.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		l, stop := run(t, newServer(registry))
		hello := func(address string) string { return "hello " + address + " secure=false plaintext=false" }
		one := l.connect("192.0.2.1")
		line(t, one, "", hello("192.0.2.1"))
		two := l.connect("192.0.2.1")
		line(t, two, "", hello("192.0.2.1"))
		line(t, l.connect("192.0.2.1"), "", "busy")
		line(t, l.connect("::ffff:192.0.2.1"), "", "busy")
		line(t, two, "panic", "") // costs nobody else anything
		synctest.Wait()
		line(t, one, "still here", "still here")
		line(t, l.connect("192.0.2.1"), "", hello("192.0.2.1"))
		for range 2 {
			line(t, l.connect("127.0.0.1"), "", "hello 127.0.0.1 secure=false plaintext=true")
		}
		line(t, l.connect("192.0.2.9"), "", "busy")
		line(t, l.connect("127.0.0.1"), "", "busy")
		synctest.Wait()
		want := map[string]float64{
			"test_connections": 4, "test_connections_total": 5, "test_connections_refused_total address": 2,
			"test_connections_refused_total handshake": 0, "test_connections_refused_total total": 2,
		}
		if got := values(t, registry); !maps.Equal(got, want) {
			t.Errorf("metrics %v, want %v", got, want)
		}
		go func() { // the others are not read from, and are cut off
			line(t, one, "", "bye")
		}()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// Without files the server waits and goes on; a listener that is broken ends it.
func TestAcceptErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, stop := run(t, newServer(prometheus.NewRegistry()))
		began := time.Now()
		for range 10 {
			l.accepts <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		}
		c := l.connect("127.0.0.1")
		line(t, c, "", "hello 127.0.0.1 secure=false plaintext=true")
		// 5, 10, 20 … 640 ms, then a second each
		if took := time.Since(began); took != 1275*time.Millisecond+2*time.Second {
			t.Errorf("ten errors took %v", took)
		}
		broken := errors.New("broken")
		l.accepts <- broken
		line(t, c, "", "bye")
		if err := stop(); !errors.Is(err, broken) {
			t.Error(err)
		}
	})
}

// When the program stops, those who wait for a command end at once, and those who work have the grace.
func TestStop(t *testing.T) {
	for _, tt := range []struct {
		grace, want time.Duration
		answer      []string
	}{
		{2 * time.Minute, 50 * time.Second, []string{"work", "bye"}},
		{20 * time.Second, 20 * time.Second, []string{""}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(prometheus.NewRegistry())
			s.Grace = tt.grace
			l, stop := run(t, s)
			idle, busy := l.connect("127.0.0.1"), l.connect("127.0.0.1")
			line(t, idle, "", "hello 127.0.0.1 secure=false plaintext=true")
			line(t, busy, "", "hello 127.0.0.1 secure=false plaintext=true")
			_, _ = busy.WriteString("work\n")
			_ = busy.Flush()
			synctest.Wait()
			time.Sleep(10 * time.Second) // of the test's clock
			began := time.Now()
			var told []string
			var reading sync.WaitGroup
			reading.Go(func() {
				line(t, idle, "", "bye")
				if took := time.Since(began); took != 0 {
					t.Errorf("who waits was told after %v", took)
				}
			})
			reading.Go(func() {
				for range tt.answer {
					text, _ := busy.ReadString('\n')
					told = append(told, strings.TrimSpace(text))
				}
			})
			if err := stop(); err != nil {
				t.Error(err)
			}
			reading.Wait()
			if took := time.Since(began); took != tt.want || !slices.Equal(told, tt.answer) {
				t.Errorf("stopped after %v, want %v; %q", took, tt.want, told)
			}
		})
	}
}

func TestSlowdown(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	s := NewSlowdown(func() time.Time { return now })
	check := func(address string, want ...time.Duration) {
		t.Helper()
		for _, w := range want {
			if got := s.Failed(netip.MustParseAddr(address)); got != w*time.Second {
				t.Errorf("%s: %v, want %v", address, got, w*time.Second)
			}
		}
	}
	check("192.0.2.1", 1, 2, 4, 8, 15, 15)
	check("192.0.2.2", 1)
	check("127.0.0.1", 0, 0)
	check("::1", 0)
	check("2001:db8::1", 1)
	check("2001:db8::2", 2) // of the same network
	check("2001:db8:0:1::2", 1)
	now = now.Add(forgetAfter)
	check("192.0.2.1", 1)
	for i := range 3 * maxRemembered {
		s.Failed(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if n := len(s.failures); n > maxRemembered {
		t.Errorf("%d addresses are remembered", n)
	}
}

func TestCounts(t *testing.T) {
	c := NewCounts[string](2)
	got := []bool{c.Acquire("a"), c.Acquire("a"), c.Acquire("a"), c.Acquire("b")}
	if !slices.Equal(got, []bool{true, true, false, true}) {
		t.Error(got)
	}
	c.Release("a")
	if !c.Acquire("a") {
		t.Error("no room after a release")
	}
	c.SetLimit(0)
	if !c.Acquire("a") {
		t.Error("0 is a limit")
	}
	for range 3 {
		c.Release("a")
	}
	c.Release("b")
	if len(c.held) != 0 {
		t.Errorf("still held: %v", c.held)
	}
}
