package soaphttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/nettest"
)

// The ends of a connection in memory behave as those of sockets.
func TestMemoryConn(t *testing.T) {
	nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
		x, y := newMemoryPair()
		return x, y, func() { x.Close(); y.Close() }, nil
	})
}

// startMemory serves in memory and gives a client of it.
func startMemory(t testing.TB, cfg Config, h Handler) (*Server, *Client) {
	t.Helper()
	m := NewMemory()
	s := NewServer(cfg, h)
	go s.Serve(m)
	c, err := NewClient(ClientConfig{Endpoint: MemoryEndpoint, Dial: m.Dial})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx)
	})
	return s, c
}

func TestMemory(t *testing.T) {
	var peer Peer
	_, c := startMemory(t, Config{}, handlerFunc(func(ctx context.Context, x *Exchange) {
		peer = x.Peer
		echo(ctx, x)
	}))
	if !c.Local() {
		t.Error("the client takes its own process for another machine")
	}
	large := strings.Repeat("x", 5*memoryUnread)
	for range 3 { // the connection is used again
		if status, body := call(t, c, Request{Body: []byte(envelope)}); status != 200 || body != envelope {
			t.Errorf("%d %q", status, body)
		}
		if _, body := call(t, c, Request{Body: []byte(envelope), Attachment: strings.NewReader(large)}); body != envelope+large {
			t.Errorf("%d bytes come back of an attachment of %d", len(body), len(large))
		}
	}
	want := Peer{Network: "memory", Address: "*:pid-" + strconv.Itoa(os.Getpid()), Local: true,
		UID: uint32(os.Geteuid()), GID: uint32(os.Getegid()), PID: int32(os.Getpid())}
	if peer.Address != want.Address || peer.Network != want.Network || peer.UID != want.UID || peer.PID != want.PID || !peer.Local {
		t.Errorf("peer %+v, want %+v", peer, want)
	}
}

// Who waits learns that the other side has gone, and the other way round.
func TestMemoryEnds(t *testing.T) {
	waiting, left := make(chan struct{}), make(chan struct{})
	s, c := startMemory(t, Config{}, handlerFunc(func(ctx context.Context, x *Exchange) {
		if bytes.Contains(x.Body, []byte("<a/>")) {
			x.Reply(x.Body)
			return
		}
		close(waiting)
		<-x.PeerClosed()
		close(left)
	}))
	call(t, c, Request{Body: []byte(envelope)})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := c.Do(ctx, Request{Body: []byte(strings.ReplaceAll(envelope, "<a/>", "<b/>"))})
		failed <- err
	}()
	<-waiting
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-left
	call(t, c, Request{Body: []byte(envelope)})
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	// The idle connection that the server has closed is not taken, and there is no new one.
	if _, err := c.Do(t.Context(), Request{Body: []byte(envelope)}); !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), "has stopped") {
		t.Error(err)
	}
}

// A client gives up that the server does not accept.
func TestMemoryDialEnds(t *testing.T) {
	m := NewMemory()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Dial(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	m.Close()
	if _, err := m.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// A buffer that a large message needed is not kept.
func TestMemoryOfMemoryConn(t *testing.T) {
	a, b := newMemoryPair()
	go a.Write(make([]byte, 2*memoryUnread))
	if _, err := io.ReadFull(b, make([]byte, 2*memoryUnread)); err != nil {
		t.Fatal(err)
	}
	if kept := cap(b.in.buf); kept > memoryKept {
		t.Errorf("%d bytes are kept", kept)
	}
}

// BenchmarkLocal compares a call through memory with one through a Unix socket, without what the server does with it.
func BenchmarkLocal(b *testing.B) {
	work := handlerFunc(func(_ context.Context, x *Exchange) { x.Reply(x.Body) })
	run := func(b *testing.B, c *Client) {
		b.ReportAllocs()
		for b.Loop() {
			resp, err := c.Do(b.Context(), Request{Body: []byte(envelope)})
			if err != nil {
				b.Fatal(err)
			}
			resp.Close()
		}
	}
	b.Run("unix", func(b *testing.B) {
		_, addr := startServer(b, "unix", Config{}, work)
		c, err := NewClient(ClientConfig{Endpoint: urlOf(addr)})
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		run(b, c)
	})
	b.Run("memory", func(b *testing.B) {
		_, c := startMemory(b, Config{}, work)
		run(b, c)
	})
}
