package attacks_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
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

// nested is a request with elements in each other.
func nested(depth int) []byte {
	open := strings.Repeat("<a>", depth)
	return []byte(envelopeStart + "<ns:logoff>" + open + strings.ReplaceAll(open, "<", "</") + "</ns:logoff>" + envelopeEnd)
}

// TestHostileDocuments sends documents that no client would send. Each is answered with a fault.
func TestHostileDocuments(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	logoff := envelopeStart + "<ns:logoff>%s<ulSessionId>1</ulSessionId></ns:logoff>" + envelopeEnd
	bodies := map[string][]byte{
		"nothing":                nil,
		"no XML":                 []byte("hello"),
		"no end":                 []byte(envelopeStart),
		"unknown operation":      []byte(envelopeStart + "<ns:format><ulSessionId>1</ulSessionId></ns:format>" + envelopeEnd),
		"underscore":             []byte(envelopeStart + "<ns:create_folders></ns:create_folders>" + envelopeEnd),
		"foreign namespace":      bytes.ReplaceAll([]byte(fmt.Sprintf(logoff, "")), []byte("urn:zarafa"), []byte("urn:other")),
		"nested 10,000 deep":     nested(10_000),
		"nested 1,000,000 deep":  nested(1_000_000),
		"entities":               []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]>` + fmt.Sprintf(logoff, "&z;")),
		"external entity":        []byte(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + fmt.Sprintf(logoff, "<a>&x;</a>")),
		"unknown entity":         []byte(fmt.Sprintf(logoff, "<a>&x;</a>")),
		"endless name":           []byte(fmt.Sprintf(logoff, "<"+strings.Repeat("a", 1<<20)+"/>")),
		"a flood of attributes":  []byte(fmt.Sprintf(logoff, "<a"+strings.Repeat(` b="c"`, 200_000)+"/>")),
		"a flood of namespaces":  []byte(strings.Replace(envelopeStart, "xmlns:xsd", strings.Repeat(`xmlns:a="b" `, 100_000)+"xmlns:xsd", 1) + "<ns:logoff/>" + envelopeEnd),
		"a must in the header":   []byte(strings.Replace(fmt.Sprintf(logoff, ""), "<SOAP-ENV:Body", `<SOAP-ENV:Header><x SOAP-ENV:mustUnderstand="1"/></SOAP-ENV:Header><SOAP-ENV:Body`, 1)),
		"a flood of elements":    []byte(fmt.Sprintf(logoff, strings.Repeat("<a/>", 4_000_001))),
		"an array of 10 million": []byte(envelopeStart + `<ns:getNamesFromIDs><lpsPropTags>` + strings.Repeat("<i>1</i>", 200_000) + `</lpsPropTags></ns:getNamesFromIDs>` + envelopeEnd),
	}
	// What stands in elements that no operation has is passed over; the size of a request limits what that costs.
	lenient := map[string]bool{"a flood of attributes": true, "a flood of namespaces": true, "entities": true, "endless name": true, "unknown entity": true}
	for what, body := range bodies {
		t.Run(what, func(t *testing.T) {
			got, err := e2e.NewRawClient(t, "tcp", instance.TCPAddr).Post(body)
			if err == nil {
				err = got.Problem()
			}
			if err != nil {
				t.Error(err)
			} else if !got.Fault && !lenient[what] {
				t.Errorf("answered with %v", got.Code)
			}
		})
	}
	if failures := instance.Failures.Take(); len(failures) > 0 {
		t.Error("the server logged", failures)
	}
}

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

// TestHostileMethods uses HTTP in ways of other programs.
func TestHostileMethods(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	for request, status := range map[string]int{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n":                                              http.StatusMethodNotAllowed,
		"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n":                         http.StatusMethodNotAllowed,
		"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n":                                             http.StatusOK,
		e2e.RequestLine + "Content-Length: 0\r\n\r\n":                                    http.StatusInternalServerError,
		e2e.RequestLine + "Transfer-Encoding: chunked\r\n\r\nzz\r\n":                     0,
		e2e.RequestLine + "Content-Length: -1\r\n\r\n":                                   0,
		e2e.RequestLine + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab":             0,
		e2e.RequestLine + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n": 0,
		e2e.RequestLine + "Content-Encoding: deflate\r\nContent-Length: 3\r\n\r\nabc":    http.StatusInternalServerError,
		e2e.RequestLine + "Content-Encoding: compress\r\nContent-Length: 3\r\n\r\nabc":   0,
		"POST / HTTP/9.9\r\nHost: a\r\nContent-Length: 0\r\n\r\n":                        0,
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS where none is spoken":  0,
	} {
		t.Run("", func(t *testing.T) {
			c := e2e.NewRawClient(t, "tcp", instance.TCPAddr)
			c.Dial()
			io.WriteString(c.Conn, request)
			c.Conn.(*net.TCPConn).CloseWrite()
			got, err := c.Read()
			if status != 0 && (err != nil || got.Status != status) {
				t.Errorf("%q: status %d, %v", request, got.Status, err)
			}
			if err == nil && got.Status == http.StatusOK && status == 0 {
				t.Errorf("%q: accepted", request)
			}
		})
	}
	if failures := instance.Failures.Take(); len(failures) > 0 {
		t.Error("the server logged", failures)
	}
}
