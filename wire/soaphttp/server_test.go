package soaphttp

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const envelope = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
	`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body><a/></SOAP-ENV:Body></SOAP-ENV:Envelope>`

// handlerFunc makes a function a Handler.
type handlerFunc func(ctx context.Context, x *Exchange)

func (f handlerFunc) ServeSOAP(ctx context.Context, x *Exchange) { f(ctx, x) }

// echo answers with the request's body and what followed it.
func echo(_ context.Context, x *Exchange) {
	body := bytes.Clone(x.Body)
	if x.Attachment != nil {
		data, err := io.ReadAll(x.Attachment)
		if err != nil {
			x.ReplyFault(500, []byte(err.Error()))
			return
		}
		body = append(body, data...)
	}
	x.Reply(body)
}

// startServer serves on a fresh listener and stops the server when the test ends.
func startServer(t testing.TB, network string, cfg Config, h Handler) (*Server, net.Addr) {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(t.TempDir(), "s")
	}
	ln, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(cfg, h)
	go s.Serve(ln)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx)
	})
	return s, ln.Addr()
}

// peerConn is the test's end of a connection.
type peerConn struct {
	net.Conn
	t  testing.TB
	br *bufio.Reader
}

func dial(t testing.TB, addr net.Addr) *peerConn {
	t.Helper()
	nc, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return newPeer(t, nc)
}

func newPeer(t testing.TB, nc net.Conn) *peerConn {
	return &peerConn{Conn: nc, t: t, br: bufio.NewReader(nc)}
}

func (p *peerConn) send(data string) {
	p.t.Helper()
	if _, err := io.WriteString(p.Conn, data); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peerConn) receive() (*http.Response, string) {
	p.t.Helper()
	resp, err := http.ReadResponse(p.br, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp, string(body)
}

// closed reports whether the server ends the connection.
func (p *peerConn) closed() bool {
	p.t.Helper()
	_, err := p.br.ReadByte()
	return err != nil
}

func post(headers, body string) string {
	return "POST /any/path?q=1 HTTP/1.1\r\nHost: \r\n" + headers + "\r\n" + body
}

func withLength(headers, body string) string {
	return post(fmt.Sprintf("Content-Length: %d\r\n%s", len(body), headers), body)
}

func chunks(body string, size int) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x;ext=1\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\nX-Trailer: 1\r\n\r\n"
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func zlibbed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// Every accepted form of a request is answered with 200 and leaves the connection usable.
func TestRequestForms(t *testing.T) {
	big := strings.Replace(envelope, "<a/>", "<a>"+strings.Repeat("x", 300_000)+"</a>", 1)
	cases := []struct{ name, request, want string }{
		{"content length", withLength("", envelope+"\r\n"), envelope + "\r\n"},
		{"large", withLength("", big), big},
		{"any content type", withLength("Content-Type: a/b\r\nSOAPAction: \"x\"\r\n", envelope), envelope},
		{"chunked", post("Transfer-Encoding: chunked\r\n", chunks(envelope, 50)), envelope},
		{"gzip", withLength("Content-Encoding: gzip\r\n", gzipped(big)), big},
		{"gzip chunked", post("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunks(gzipped(big), 999)), big},
		{"zlib", withLength("Content-Encoding: deflate\r\n", zlibbed(big)), big},
		{"zlib chunked", post("Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n", chunks(zlibbed(envelope), 7)), envelope},
		{"bare", envelope, envelope},
		{"bare, line end and blanks around", "\r\n " + envelope + "\r\n", envelope},
		{"bare without declaration", envelope[39:], envelope[39:]},
		{"bare with byte order mark", "\xEF\xBB\xBF" + envelope, "\xEF\xBB\xBF" + envelope},
		{"bare, large", big, big},
		{"odd Host", "POST / HTTP/1.1\r\nTrailer: X-Trailer\r\nhOST: [:%\r\nContent-Length: 3\r\n\r\nabc", "abc"},
		{"Host last", "POST / HTTP/1.1\r\nContent-Length: 3\r\nHost:\r\n\r\nabc", "abc"},
		{"tiny chunks", post("Transfer-Encoding: chunked\r\n", chunks(envelope, 1)), envelope},
	}
	for _, network := range []string{"tcp", "unix"} {
		_, addr := startServer(t, network, Config{}, handlerFunc(echo))
		p := dial(t, addr)
		for _, c := range cases {
			t.Run(network+"/"+c.name, func(t *testing.T) {
				p.t = t
				p.send(c.request)
				resp, body := p.receive()
				if resp.StatusCode != 200 || body != c.want {
					t.Fatalf("status %d, %d bytes, want %d: %.200q", resp.StatusCode, len(body), len(c.want), body)
				}
				if got := resp.Header.Get("Connection"); got != "keep-alive" {
					t.Errorf("Connection: %q", got)
				}
			})
		}
	}
}

// Requests that arrive together are answered one after the other: no reader takes more than its message.
func TestRequestsInOnePacket(t *testing.T) {
	bodies := []string{"<a>1</a>", "<a>2</a>", "<a>3</a>", "<a>4</a>", "<a>5</a>", "<a>6</a>"}
	_, addr := startServer(t, "unix", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	p.send(bodies[0] + withLength("", bodies[1]) + post("Transfer-Encoding: chunked\r\n", chunks(bodies[2], 3)) +
		withLength("X: y\r\n", bodies[3]) + bodies[4] + withLength("Content-Encoding: gzip\r\n", gzipped(bodies[5])))
	for _, want := range bodies {
		if resp, body := p.receive(); resp.StatusCode != 200 || body != want {
			t.Errorf("status %d %q, want %q", resp.StatusCode, body, want)
		}
	}
}

// The response header has the reference server's fields, and no others, in fasthttp's order.
func TestResponseHeader(t *testing.T) {
	_, addr := startServer(t, "tcp", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	p.send(withLength("", "<a/>"))
	want := "HTTP/1.1 200 OK\r\nServer: gSOAP/2.8\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: 4\r\n" +
		"X-Frame-Options: SAMEORIGIN\r\nConnection: keep-alive\r\n\r\n<a/>"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(p.br, got); err != nil || string(got) != want {
		t.Fatalf("%v %q", err, got)
	}
}

// Each refused request is answered with a status and a fault, and ends the connection.
func TestRefusals(t *testing.T) {
	multipart := "Content-Type: multipart/related; boundary=\"b\"\r\n"
	cases := []struct {
		name, request string
		status        int
		fault         string
	}{
		{"GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "HTTP GET method not implemented"},
		{"PUT", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 405, "HTTP PUT method not implemented"},
		{"empty", withLength("", ""), 500, "Data required for operation"},
		{"empty chunked", post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 500, "Data required for operation"},
		{"raw deflate", withLength("Content-Encoding: deflate\r\n", deflated(envelope)), 500, "Malformed compressed data"},
		{"not gzip", withLength("Content-Encoding: gzip\r\n", envelope), 500, "Malformed compressed data"},
		{"cut gzip", withLength("Content-Encoding: gzip\r\n", gzipped(envelope)[:40]), 500, "Malformed compressed data"},
		{"unknown coding", withLength("Content-Encoding: br\r\n", envelope), 415, "Unsupported Content-Encoding"},
		{"unknown transfer coding", post("Transfer-Encoding: gzip\r\n", ""), 400, "Unsupported Transfer-Encoding"},
		{"two transfer codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", ""), 400, "Unsupported Transfer-Encoding"},
		{"a field that reads like a fault", post("X: cannot parse content-length\x00\r\n", ""), 400, "Malformed HTTP header"},
		{"length of letters", post("Content-Length: x\r\n", ""), 400, "Malformed Content-Length"},
		{"target with a scheme that is none", "POST 1:://x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Malformed HTTP request line"},
		{"two lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400, "Malformed Content-Length"},
		{"chunks and length", post("Transfer-Encoding: chunked\r\ncontent-length: 3\r\n", "abcd"), 400, "Both"},
		{"bad target", "POST \x01 HTTP/1.1\r\n\r\n", 400, "Malformed HTTP request line"},
		{"chunks of extensions", post("Transfer-Encoding: chunked\r\n", strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\na\r\n", 20)),
			500, "Malformed request body"},
		{"length and chunks", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "abcd"), 400, "Both"},
		{"negative length", post("Content-Length: -3\r\n", ""), 400, "Malformed Content-Length"},
		{"huge length", post("Content-Length: 99999999999\r\n", ""), 413, "Request too large"},
		{"bad chunk size", post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n"), 500, "Malformed request body"},
		{"negative chunk size", post("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n"), 500, "Malformed request body"},
		{"huge chunk size", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc\r\n"), 500, "Malformed request body"},
		{"endless chunk line", post("Transfer-Encoding: chunked\r\n", "1;"+strings.Repeat("x", 20000)+"\r\n"), 500, "Malformed request body"},
		{"garbage", "hello world\r\n\r\n", 400, "Malformed HTTP request line"},
		{"header without colon", "POST / HTTP/1.1\r\nHost\r\n\r\n", 400, "Malformed HTTP header"},
		{"long header line", post("X: "+strings.Repeat("x", 2*8192)+"\r\n", ""), 431, "HTTP header too large"},
		{"long request line", "POST /" + strings.Repeat("x", 2*8192) + " HTTP/1.1\r\n", 431, "HTTP header too large"},
		{"endless header", post(strings.Repeat("X: "+strings.Repeat("x", 100)+"\r\n", 400), ""), 431, "HTTP header too large"},
		{"bomb", withLength("Content-Encoding: gzip\r\n", gzipped(strings.Repeat(" ", 2<<20))), 413, "too large after decompression"},
		{"chunks without end", post("Transfer-Encoding: chunked\r\n", chunks(strings.Repeat(" ", 2<<20), 1<<16)), 413, "Request too large"},
		{"bare without end", "<a>" + strings.Repeat("<b>", 1<<20), 413, "too large"},
		{"multipart without boundary", withLength("Content-Type: multipart/related\r\n", "x"), 400, "Malformed multipart boundary"},
		{"multipart without parts", withLength(multipart, "--b--"), 500, "Data required for operation"},
		{"multipart garbage", withLength(multipart, strings.Repeat("x", 9999)), 500, "Malformed multipart message"},
		{"multipart cut", withLength(multipart, "--b\r\n\r\n<a/>"), 500, "Request ends early"},
	}
	cfg := Config{MaxRequestBytes: 1 << 20, MaxDecompressedBytes: 1 << 20, MaxStreamBytes: 1 << 20}
	_, addr := startServer(t, "tcp", cfg, handlerFunc(echo))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := dial(t, addr)
			go io.WriteString(p.Conn, c.request) // the server may stop reading
			resp, body := p.receive()
			if resp.StatusCode != c.status || !strings.Contains(body, c.fault) || !strings.Contains(body, "<SOAP-ENV:Fault>") {
				t.Errorf("status %d, want %d: %s", resp.StatusCode, c.status, body)
			}
			if !resp.Close || !p.closed() {
				t.Error("connection stays open")
			}
		})
	}
}

func TestMethodsWithoutBody(t *testing.T) {
	_, addr := startServer(t, "tcp", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	for _, request := range []string{
		"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	} {
		p.send(request)
		resp, body := p.receive()
		if resp.StatusCode != 200 || body != "" || resp.Close {
			t.Errorf("%q: status %d, body %q, close %v", request, resp.StatusCode, body, resp.Close)
		}
	}
}

func TestConnectionClose(t *testing.T) {
	_, addr := startServer(t, "unix", Config{}, handlerFunc(echo))
	for _, request := range []string{
		withLength("Connection: close\r\n", envelope),
		strings.Replace(withLength("", envelope), "HTTP/1.1", "HTTP/1.0", 1),
		strings.Replace(withLength("Connection: keep-alive\r\n", envelope), "HTTP/1.1", "HTTP/1.0", 1),
	} {
		p := dial(t, addr)
		p.send(request)
		resp, body := p.receive()
		if resp.StatusCode != 200 || body != envelope || !resp.Close || !p.closed() {
			t.Errorf("%.40q: status %d, close %v", request, resp.StatusCode, resp.Close)
		}
	}
}

func TestExpectContinue(t *testing.T) {
	_, addr := startServer(t, "tcp", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	p.send(post(fmt.Sprintf("Expect: 100-continue\r\nContent-Length: %d\r\n", len(envelope)), ""))
	if line, err := p.br.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q %v", line, err)
	}
	p.br.ReadString('\n')
	p.send(envelope)
	if resp, body := p.receive(); resp.StatusCode != 200 || body != envelope {
		t.Errorf("status %d", resp.StatusCode)
	}
	for _, refused := range []string{
		post("Expect: 100-continue\r\nContent-Length: 99999999999\r\n", ""),
		post("Expect: 100-continue\r\nContent-Length: 5\r\nContent-Encoding: br\r\n", ""),
		"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
	} {
		p := dial(t, addr)
		p.send(refused)
		if resp, _ := p.receive(); resp.StatusCode < 400 {
			t.Errorf("%q: status %d", refused, resp.StatusCode)
		}
	}
}

// A peer that waits for an answer to its first line, as one that speaks another protocol may, gets it.
func TestLineByLine(t *testing.T) {
	_, addr := startServer(t, "tcp", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	p.send("EHLO example.com\r\n")
	if resp, body := p.receive(); resp.StatusCode != 400 || !strings.Contains(body, "Malformed HTTP request line") {
		t.Errorf("status %d: %s", resp.StatusCode, body)
	}
	p = dial(t, addr)
	lines := strings.SplitAfter(withLength("Connection: close\r\n", envelope), "\n")
	go func() {
		for _, line := range lines {
			io.WriteString(p.Conn, line)
		}
	}()
	if resp, body := p.receive(); resp.StatusCode != 200 || body != envelope {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// A handler that fails costs its caller the connection and nobody else anything.
func TestHandlerFailures(t *testing.T) {
	cases := []struct {
		name string
		h    handlerFunc
		want string
	}{
		{"fault", func(_ context.Context, x *Exchange) { x.ReplyFault(500, []byte("broken")) }, "broken"},
		{"panic", func(context.Context, *Exchange) { panic("x") }, "Internal error"},
		{"no answer", func(context.Context, *Exchange) {}, "No answer"},
	}
	for _, c := range cases {
		_, addr := startServer(t, "tcp", Config{}, c.h)
		for range 2 {
			p := dial(t, addr)
			p.send(withLength("", envelope))
			resp, body := p.receive()
			if resp.StatusCode != 500 || !strings.Contains(body, c.want) || !p.closed() {
				t.Errorf("%s: status %d %s", c.name, resp.StatusCode, body)
			}
		}
	}
}

func TestSecondAnswerIsDropped(t *testing.T) {
	_, addr := startServer(t, "tcp", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		x.Reply([]byte("one"))
		x.Reply([]byte("two"))
	}))
	p := dial(t, addr)
	for range 2 {
		p.send(withLength("", envelope))
		if _, body := p.receive(); body != "one" {
			t.Fatalf("%q", body)
		}
	}
}

func TestShutdownWaitsForRequests(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s, addr := startServer(t, "tcp", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		close(entered)
		<-leave
		x.Reply([]byte("done"))
	}))
	idle, busy := dial(t, addr), dial(t, addr)
	busy.send(withLength("", envelope))
	<-entered
	stopped := make(chan error)
	go func() { stopped <- s.Shutdown(context.Background()) }()
	if !idle.closed() {
		t.Error("idle connection stays open")
	}
	close(leave)
	if resp, body := busy.receive(); body != "done" || !resp.Close {
		t.Errorf("%q close %v", body, resp.Close)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := net.DialTimeout("tcp", addr.String(), time.Second); err == nil {
		t.Error("still listening")
	}
}

func TestShutdownEndsContexts(t *testing.T) {
	entered := make(chan struct{})
	s, addr := startServer(t, "tcp", Config{}, handlerFunc(func(ctx context.Context, x *Exchange) {
		close(entered)
		<-ctx.Done()
		x.Reply(nil)
	}))
	p := dial(t, addr)
	p.send(withLength("", envelope))
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ctx); err != context.Canceled {
		t.Error(err)
	}
}
