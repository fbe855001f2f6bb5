package soaphttp

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// Readers that take nothing share one budget for their answers: the ones that have stalled longest are ended, the others wait on,
// a reader is served all the same, and nothing stays counted.
func TestUnsentBudget(t *testing.T) {
	const size, budget, stalled = 1 << 20, 3 << 20, 25
	for _, shape := range []string{"head", "middle", "gzip", "fault"} {
		t.Run(shape, func(t *testing.T) { testUnsentBudget(t, shape, size, budget, stalled) })
	}
}

func testUnsentBudget(t *testing.T, shape string, size int, budget int64, stalled int) {
	data := bytes.Repeat([]byte("abcdefgh"), size/8)
	header := ""
	if shape == "gzip" {
		header = "Accept-Encoding: gzip\r\n"
	}
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		l := newPipeListener()
		cfg := Config{MaxUnsentBytes: budget, Compress: true, Logger: slog.New(slog.NewTextHandler(&log, nil))}
		s := NewServer(cfg, handlerFunc(func(_ context.Context, x *Exchange) {
			switch shape {
			case "head":
				x.ReplyPieces(Body{Head: data})
			case "fault":
				x.ReplyFault(500, data)
			default:
				x.ReplyPieces(Body{Head: data[:8], Middle: data[8:]})
			}
			if x.err != nil {
				ended.Add(1)
			}
		}))
		go s.Serve(l)
		for i := range stalled {
			p := l.dial(t, "198.51.100.7")
			p.send(withLength(header, envelope))
			synctest.Wait()
			want := min(int64(i+1)*int64(size), budget)
			if got := s.unsent.held; got != want {
				t.Fatalf("%d readers: %d bytes wait to be sent, want %d", i+1, got, want)
			}
		}
		kept := int32(budget / int64(size))
		if got := ended.Load(); got != int32(stalled)-kept {
			t.Errorf("%d connections are ended, want %d", got, int32(stalled)-kept)
		}
		if n := strings.Count(log.String(), "MaxUnsentBytes"); n != 1 {
			t.Errorf("the log has %d lines of it", n)
		}
		reader := l.dial(t, "198.51.100.8")
		reader.send(withLength("", envelope))
		if _, got := reader.receive(); got != string(data) && gunzipped(got) != string(data) {
			t.Errorf("a reader got %d bytes", len(got))
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx)
		if s.unsent.held != 0 || len(s.unsent.waiting) != 0 {
			t.Errorf("%d bytes of %d answers stay counted", s.unsent.held, len(s.unsent.waiting))
		}
	})
}

func gunzipped(s string) string {
	b := buffers{}
	z, err := b.decompressor(gzipCoding, strings.NewReader(s))
	if err != nil {
		return ""
	}
	data, _ := io.ReadAll(z) // what is wrong with it shows
	return string(data)
}

// Progress, not age, decides who is slow; an answer larger than the budget is sent when nobody else waits.
func TestUnsentProgress(t *testing.T) {
	var ended []string
	u := unsent{limit: 10, waiting: make(map[*output]waitingAnswer)}
	conns := make([]*output, 4)
	for i := range conns {
		conns[i] = &output{nc: newNamedConn(&ended, string(rune('a'+i)))}
	}
	u.ended = conns[0].nc.(*namedConn).told
	u.enter(conns[0], 4)
	u.enter(conns[1], 4)
	conns[0].taken(1)
	u.enter(conns[2], 4)
	if got := strings.Join(ended, ""); got != "b" || u.held != 8 {
		t.Errorf("ended %q, %d bytes held", got, u.held)
	}
	u.enter(conns[3], 100)
	if got := strings.Join(ended, ""); got != "bac" || u.held != 100 {
		t.Errorf("ended %q, %d bytes held", got, u.held)
	}
	for _, o := range conns {
		u.leave(o)
	}
	if u.held != 0 {
		t.Errorf("%d bytes stay", u.held)
	}
}

// A large answer is not copied behind its header: sending it allocates less than a tenth of its size.
func TestLargeAnswerIsNotCopied(t *testing.T) {
	data := bytes.Repeat([]byte("x"), 16<<20)
	var allocated atomic.Int64
	_, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		x.ReplyPieces(Body{Head: data})
		runtime.ReadMemStats(&after)
		allocated.Store(int64(after.TotalAlloc - before.TotalAlloc))
	}))
	p := dial(t, addr)
	p.send(withLength("", envelope))
	resp := make([]byte, 1<<16)
	for read := 0; read < len(data); {
		n, err := p.Conn.Read(resp)
		if err != nil {
			t.Fatal(err)
		}
		read += n
	}
	p.send(withLength("", envelope)) // its answer is begun when the first is done
	if _, err := p.Conn.Read(resp); err != nil {
		t.Fatal(err)
	}
	if got := allocated.Load(); got > int64(len(data)/10) {
		t.Errorf("%d bytes were allocated to send %d", got, len(data))
	}
}

// namedConn notes that it was closed.
type namedConn struct {
	net.Conn
	name  string
	ended *[]string
}

func newNamedConn(ended *[]string, name string) *namedConn {
	return &namedConn{name: name, ended: ended}
}

func (c *namedConn) Close() error         { *c.ended = append(*c.ended, c.name); return nil }
func (c *namedConn) RemoteAddr() net.Addr { return nil }
func (c *namedConn) told(net.Addr)        {}
