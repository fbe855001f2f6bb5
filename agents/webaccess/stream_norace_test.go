//go:build !race

package webaccess

import (
	"bufio"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// An open browser costs at most 64 KiB beside its session.
func TestStreamMemory(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	next, stop := b.stream("")
	defer stop()
	next()
	r, err := http.NewRequest("GET", w.http.URL, nil)
	w.must(err)
	cookie := b.client.Jar.Cookies(r.URL)[0]
	address := strings.TrimPrefix(w.http.URL, "http://")
	open := func() net.Conn {
		c, err := net.Dial("tcp", address)
		w.must(err)
		_, err = c.Write([]byte("GET /api/events HTTP/1.1\r\nHost: " + address + "\r\nCookie: " + cookie.String() + "\r\n\r\n"))
		w.must(err)
		// a small buffer, since the test's own memory counts too
		for lines := bufio.NewReaderSize(c, 512); ; {
			line, err := lines.ReadString('\n')
			w.must(err)
			if strings.HasPrefix(line, "event: hello") {
				return c
			}
		}
	}
	used := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := used()
	const n = streamsPerUser - 1
	for range n {
		defer open().Close()
	}
	if each := int64(used()-before) / n; each > 64<<10 {
		t.Errorf("a browser costs %d bytes", each)
	} else {
		t.Logf("a browser costs %d bytes", each)
	}
}
