package soaphttp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func newTestClient(t *testing.T, cfg ClientConfig) *Client {
	t.Helper()
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func urlOf(addr net.Addr) string {
	if addr.Network() == "unix" {
		return "file://" + addr.String()
	}
	return "http://" + addr.String() + "/"
}

// call sends a request and returns what came back; the response is closed.
func call(t *testing.T, c *Client, req Request) (status int, body string) {
	t.Helper()
	resp, err := c.Do(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Close()
	return resp.Status, string(resp.Body)
}

func TestEndpoints(t *testing.T) {
	for _, c := range []struct {
		in   string
		want endpoint
	}{
		{"http://srv:236/", endpoint{"tcp", "srv:236", false, "/", "srv:236"}},
		{"http://srv/kopano?x", endpoint{"tcp", "srv:236", false, "/kopano?x", "srv"}},
		{"https://[::1]", endpoint{"tcp", "[::1]:237", true, "/", "[::1]"}},
		{"file:///run/s.sock", endpoint{"unix", "/run/s.sock", false, "/run/s.sock", ""}},
		{"file://ignored/run/s.sock", endpoint{"unix", "/run/s.sock", false, "/run/s.sock", ""}},
		{"default:", endpoint{"unix", DefaultSocket, false, DefaultSocket, ""}},
	} {
		if got, err := parseEndpoint(c.in); err != nil || got != c.want {
			t.Errorf("%s: %+v %v", c.in, got, err)
		}
	}
	for _, bad := range []string{"", "/run/s.sock", "ftp://x/", "http:///", "file://x", "http://[::1/"} {
		if got, err := parseEndpoint(bad); err == nil {
			t.Errorf("%q accepted: %+v", bad, got)
		}
	}
}

// The request header is the reference client's, field for field.
func TestClientHeader(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		address := "127.0.0.1:0"
		if network == "unix" {
			address = filepath.Join(t.TempDir(), "s")
		}
		ln, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		got := make(chan string, 1)
		go func() {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			defer nc.Close()
			b := make([]byte, 4096)
			n, _ := nc.Read(b)
			got <- string(b[:n])
			io.WriteString(nc, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}()
		c := newTestClient(t, ClientConfig{Endpoint: urlOf(ln.Addr())})
		if status, body := call(t, c, Request{Body: []byte("<a/>")}); status != 200 || body != "ok" {
			t.Errorf("%d %q", status, body)
		}
		path, host := ln.Addr().String(), ""
		if network == "tcp" {
			path, host = "/", path
		}
		want := "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: gSOAP/2.8\r\nContent-Type: text/xml; charset=utf-8\r\n" +
			"Content-Length: 4\r\nConnection: keep-alive\r\nAccept-Encoding: gzip,deflate\r\n\r\n<a/>"
		if g := <-got; g != want {
			t.Errorf("%q\nwant %q", g, want)
		}
	}
}

// TestSocketPaths: a socket may be called whatever a file may be called. What a request line cannot hold is escaped there.
func TestSocketPaths(t *testing.T) {
	for name, target := range map[string]string{
		"plain.sock": "plain.sock", "a b": "a%20b", "?x": "%3Fx", "#x": "%23x", "100%": "100%25", "%20": "%2520", "ü": "%C3%BC",
		"tab\there": "tab%09here", "line\r\nX: y": "line%0D%0AX:%20y", `"quoted"`: "%22quoted%22", "\xFF": "%FF",
	} {
		path := filepath.Join(t.TempDir(), name)
		ln, err := net.Listen("unix", path)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		s := NewServer(Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
			x.Reply([]byte(x.Path))
		}))
		served := make(chan error)
		go func() { served <- s.Serve(ln) }()
		c := newTestClient(t, ClientConfig{Endpoint: "file://" + path})
		if status, body := call(t, c, Request{Body: []byte("<a/>")}); status != 200 || !strings.HasSuffix(body, "/"+target) {
			t.Errorf("%q: %d %q", name, status, body)
		}
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != ErrServerClosed {
			t.Error(err)
		}
	}
}

// Client and server understand each other in every mode, on one connection.
func TestClientAndServer(t *testing.T) {
	big := strings.Repeat("<a>&</a>", 100_000)
	opened := make(chan struct{}, 100)
	for _, network := range []string{"tcp", "unix"} {
		_, addr := startServer(t, network, Config{Compress: true, Metrics: connCounter{opened: opened}}, handlerFunc(
			func(ctx context.Context, x *Exchange) {
				x.SetCompression(true)
				echo(ctx, x)
			}))
		c := newTestClient(t, ClientConfig{Endpoint: urlOf(addr)})
		for _, compress := range []bool{false, true} {
			c.SetCompression(compress)
			for _, body := range []string{envelope, big} {
				if status, got := call(t, c, Request{Body: []byte(body)}); status != 200 || got != body {
					t.Errorf("status %d, %d bytes", status, len(got))
				}
				req := Request{Body: []byte(envelope), Attachment: iotest.HalfReader(strings.NewReader(big))}
				if status, got := call(t, c, req); status != 200 || got != envelope+big {
					t.Errorf("attachment: status %d, %d bytes", status, len(got))
				}
			}
		}
		if n := len(opened); n != 1 {
			t.Errorf("%d connections for sequential requests", n)
		}
		<-opened
	}
}

type connCounter struct {
	noMetrics
	opened chan struct{}
}

func (c connCounter) ConnOpened(string) { c.opened <- struct{}{} }

// The envelope of a MTOM answer is there before its parts are produced, and unread parts cost the connection.
func TestClientParts(t *testing.T) {
	produce := make(chan struct{}, 10)
	opened := make(chan struct{}, 100)
	_, addr := startServer(t, "unix", Config{Metrics: connCounter{opened: opened}}, handlerFunc(func(_ context.Context, x *Exchange) {
		var list []Part
		for i := range 3 {
			list = append(list, Part{ID: fmt.Sprintf("emcas-%d", i), Write: func(w io.Writer) error {
				w.Write(bytes.Repeat([]byte{byte(i)}, 100_000))
				return nil
			}})
		}
		produce <- struct{}{}
		x.ReplyStreams(x.Body, list)
	}))
	c := newTestClient(t, ClientConfig{Endpoint: urlOf(addr)})
	for range 2 {
		resp, err := c.Do(context.Background(), Request{Body: []byte(envelope)})
		if err != nil {
			t.Fatal(err)
		}
		if string(resp.Body) != envelope {
			t.Errorf("envelope %q", resp.Body)
		}
		for i := range 3 {
			id, r, err := resp.NextPart()
			if err != nil || id != fmt.Sprintf("emcas-%d", i) {
				t.Fatalf("%q %v", id, err)
			}
			if i == 1 {
				continue // skipped
			}
			if data, err := io.ReadAll(r); err != nil || !bytes.Equal(data, bytes.Repeat([]byte{byte(i)}, 100_000)) {
				t.Errorf("part %d: %d bytes %v", i, len(data), err)
			}
		}
		if _, _, err := resp.NextPart(); err != io.EOF {
			t.Error(err)
		}
		resp.Close()
	}
	if len(opened) != 1 {
		t.Errorf("%d connections", len(opened))
	}
	resp, err := c.Do(context.Background(), Request{Body: []byte(envelope)})
	if err != nil {
		t.Fatal(err)
	}
	resp.Close()
	resp.Close()
	call(t, c, Request{Body: []byte(envelope)})
	if len(opened) != 2 {
		t.Errorf("%d connections after parts were left unread", len(opened))
	}
}

// Answers of the reference server are read as they were recorded.
func TestClientReadsRecordedAnswers(t *testing.T) {
	for i, r := range recorded(t) {
		answer := r.Head + chunks(string(r.Body), 700)
		c := newTestClient(t, ClientConfig{Endpoint: urlOf(answerAll(t, answer))})
		resp, err := c.Do(context.Background(), Request{Body: []byte(envelope)})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for ; ; n++ {
			id, data, err := resp.NextPart()
			if err == io.EOF {
				break
			}
			b, err := io.ReadAll(data)
			if err != nil || !bytes.Contains(resp.Body, []byte(`<xop:Include href="`+id+`"/>`)) || len(b) < 100 {
				t.Errorf("%d: %q %d bytes %v", i, id, len(b), err)
			}
		}
		if n == 0 {
			t.Errorf("%d: no parts", i)
		}
		resp.Close()
	}
}

// answerAll serves the same bytes to every request; each connection serves one.
func answerAll(t *testing.T, answer string) net.Addr {
	t.Helper()
	ln, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				if req, err := http.ReadRequest(bufio.NewReader(nc)); err == nil {
					io.Copy(io.Discard, req.Body)
					io.WriteString(nc, answer)
				}
			}()
		}
	}()
	return ln.Addr()
}

func TestClientAnswerForms(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\n"
	for _, c := range []struct{ name, answer, want string }{
		{"deflate", head + "Content-Encoding: deflate\r\nConnection: close\r\n\r\n" + zlibbed("ok"), "ok"},
		{"until close", head + "Connection: close\r\n\r\nok", "ok"},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nok", "ok"},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", ""},
		{"XML end", head + "\r\n<ok/>", "<ok/>"},
		{"fault", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1\r\n\r\nx", "x"},
	} {
		client := newTestClient(t, ClientConfig{Endpoint: urlOf(answerAll(t, c.answer))})
		if _, body := call(t, client, Request{Body: []byte("<a/>")}); body != c.want {
			t.Errorf("%s: %q", c.name, body)
		}
	}
	for name, answer := range map[string]string{
		"nothing":      "",
		"cut header":   "HTTP/1.1 200 OK\r\nContent-",
		"cut body":     head + "Content-Length: 5\r\n\r\nabc",
		"cut chunk":    head + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
		"not HTTP":     "<a/>\r\n\r\n",
		"too large":    head + "Content-Length: 2000000\r\n\r\n" + strings.Repeat("x", 2_000_000),
		"bad status":   "HTTP/1.1 abc\r\n\r\n",
		"cut multi":    head + multipartField + "Connection: close\r\n\r\n--==b==\r\n\r\n<a",
		"empty multi":  head + multipartField + "Connection: close\r\n\r\n",
		"endless head": head + strings.Repeat("X: y\r\n", 100_000),
	} {
		client := newTestClient(t, ClientConfig{Endpoint: urlOf(answerAll(t, answer)), MaxResponseBytes: 1 << 20})
		if resp, err := client.Do(context.Background(), Request{Body: []byte("<a/>")}); err == nil {
			t.Errorf("%s: accepted %+v", name, resp)
		}
	}
}

// A connection that the server closed while it was idle is not used again.
func TestClientReconnects(t *testing.T) {
	s, addr := startServer(t, "tcp", Config{}, handlerFunc(echo))
	c := newTestClient(t, ClientConfig{Endpoint: urlOf(addr)})
	call(t, c, Request{Body: []byte(envelope)})
	pooled := c.idle[0]
	s.Shutdown(context.Background())
	// The end must have reached the client's socket.
	if _, err := pooled.nc.Read(make([]byte, 1)); err != io.EOF {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", addr.String())
	if err != nil {
		t.Skip("port was taken: ", err)
	}
	again := NewServer(Config{}, handlerFunc(echo))
	go again.Serve(ln)
	defer again.Shutdown(context.Background())
	if status, _ := call(t, c, Request{Body: []byte(envelope)}); status != 200 {
		t.Error(status)
	}
	c.CloseIdle()
}

func TestClientContext(t *testing.T) {
	entered := make(chan struct{}, 1)
	_, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		entered <- struct{}{}
		<-x.PeerClosed()
		x.Reply(nil)
	}))
	c := newTestClient(t, ClientConfig{Endpoint: urlOf(addr)})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-entered
		cancel()
	}()
	if _, err := c.Do(ctx, Request{Body: []byte(envelope)}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	c.Close()
	if _, err := c.Do(context.Background(), Request{}); !errors.Is(err, ErrClientClosed) {
		t.Error(err)
	}
}

func TestClientReceiveTimeout(t *testing.T) {
	_, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		<-x.PeerClosed()
		x.Reply(nil)
	}))
	c := newTestClient(t, ClientConfig{Endpoint: urlOf(addr), ReceiveTimeout: time.Millisecond})
	if _, err := c.Do(context.Background(), Request{Body: []byte(envelope)}); !isTimeout(err) {
		t.Error(err)
	}
}
