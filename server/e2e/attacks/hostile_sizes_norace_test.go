//go:build !race

package attacks_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// bomb is gzip that becomes size bytes.
func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	io.WriteString(w, envelopeStart+"<ns:logoff>")
	if _, err := io.Copy(w, io.LimitReader(blanks{}, size)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return b.Bytes()
}

// blanks is an endless stream of blanks.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestHostileSizes sends requests without an end, and others that become very large, over many connections at a time. The server ends each of them, and the
// memory it takes stays within the limits that are set.
func TestHostileSizes(t *testing.T) {
	const limit, connections = 4 << 20, 8
	instance := servertest.Start(t, "sqlite", fmt.Sprintf("index_path =\nrequest_max_size = %d\nrequest_max_decompressed = %d\n", limit, limit))
	small := bomb(t, 256<<20)
	endless := func(head, unit string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, head)
			for block := []byte(strings.Repeat(unit, 1000)); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}
	}
	attacks := map[string]func(net.Conn){
		"a gzip bomb": func(c net.Conn) {
			fmt.Fprintf(c, e2e.RequestLine+"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(small))
			c.Write(small)
		},
		"endless chunks":        endless(e2e.RequestLine+"Transfer-Encoding: chunked\r\n\r\n", "10\r\n<aaaaaaaaaaaaa/>\r\n"),
		"an endless header":     endless(e2e.RequestLine, "X-Header: value\r\n"),
		"an endless line":       endless(e2e.RequestLine+"X-Header: ", "value "),
		"an endless chunk size": endless(e2e.RequestLine+"Transfer-Encoding: chunked\r\n\r\n", "0"),
		"endless bare XML":      endless("<?xml version=\"1.0\"?>", "<a>"),
		"a huge length":         endless(e2e.RequestLine+"Content-Length: 9000000000000000000\r\n\r\n", "<a/>"),
		"an endless trailer":    endless(e2e.RequestLine+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: value\r\n"),
	}
	for what, attack := range attacks {
		t.Run(what, func(t *testing.T) {
			peak := watchHeap(t)
			var ended sync.WaitGroup
			for range connections {
				conn, err := net.Dial("tcp", instance.TCPAddr)
				if err != nil {
					t.Fatal(err)
				}
				ended.Go(func() {
					defer conn.Close()
					go attack(conn)
					io.Copy(io.Discard, conn) // until the server has had enough
				})
			}
			ended.Wait()
			if got := peak(); got > 3*connections*limit {
				t.Errorf("the heap grew by %d MiB", got>>20)
			}
		})
	}
}

// watchHeap measures by how much the heap has grown at most when the result is called. Garbage is collected early meanwhile, since
// what is waiting for that depends on what the tests before have left.
func watchHeap(t *testing.T) func() int64 {
	t.Helper()
	usual := debug.SetGCPercent(10)
	t.Cleanup(func() { debug.SetGCPercent(usual) })
	measure := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	runtime.GC()
	start := measure()
	var peak atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
				peak.Store(max(peak.Load(), measure()-start))
			}
		}
	}()
	return func() int64 {
		close(stop)
		<-done
		return peak.Load()
	}
}
