package soaphttp

import (
	"context"
	"io"
	"strings"
	"testing"
)

// TestNothingIsSmuggled: a header in which a proxy may see another request than the server is refused, nothing of it reaches the
// handler, and nothing that follows on the connection is read as a request or as a body.
func TestNothingIsSmuggled(t *testing.T) {
	next := withLength("", "<next/>")
	const field = "Content-Length: 3\r\n"
	cases := []struct {
		name, request string
		status        int
	}{
		{"no length", post("", ""), 411},
		{"no length, with a body", post("", envelope), 411},
		{"no length, compressed", post("Content-Encoding: gzip\r\n", gzipped(envelope)), 411},
		{"no length, parts", post(multipartField, importRequest("data")), 411},
		{"no length, HTTP/1.0", "POST / HTTP/1.0\r\n\r\n" + envelope, 411},
		{"no Host", "POST / HTTP/1.1\r\n" + field + "\r\nabc", 400},
		{"second Host", "POST / HTTP/1.1\r\nHost: a\r\n" + field + "hOST: b\r\n\r\nabc", 400},
		{"second Host, HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nHost: a\r\n" + field + "\r\nabc", 400},
		{"blank behind Host", "POST / HTTP/1.1\r\nHost : a\r\n" + field + "\r\nabc", 400},
		{"folded Host", "POST / HTTP/1.1\r\nHost: a\r\n 4\r\n" + field + "\r\nabc", 400},
		{"folded length", post("Content-Length:\r\n\t3\r\n", "abc"), 400},
		{"first field folded", "POST / HTTP/1.1\r\n Host: a\r\n" + field + "\r\nabc", 400},
		{"folded last field", post(field+"X: y\r\n \r\n", "abc"), 400},
		{"blank in a name", post(field+"Transfer Encoding: chunked\r\n", "abc"), 400},
		{"blank behind a name", post(field+"X : chunked\r\n", "abc"), 400},
		{"no name", post(field+": x\r\n", "abc"), 400},
		{"carriage return in a value", post(field+"X: y\rTransfer-Encoding: chunked\r\n", "abc"), 400},
		{"carriage return in the request line", "POST /\r HTTP/1.1\r\nHost: a\r\n" + field + "\r\nabc", 400},
		{"two carriage returns", post(field+"X: y\r\r\n", "abc"), 400},
		{"NUL in a value", post(field+"X: \x00\r\n", "abc"), 400},
		{"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	}
	header := post(field, "")
	for i := range header {
		if header[i] != '\r' {
			continue
		}
		cases = append(cases, struct {
			name, request string
			status        int
		}{"bare line feed in " + header[:i+1], header[:i] + header[i+1:] + "abc", 400})
	}
	for _, network := range []string{"tcp", "unix"} {
		reached := make(chan string, 1)
		_, addr := startServer(t, network, Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
			reached <- string(x.Body)
			x.Reply(nil)
		}))
		for _, c := range cases {
			p := dial(t, addr)
			go io.WriteString(p.Conn, c.request+next) // the server may stop reading
			resp, body := p.receive()
			if resp.StatusCode != c.status || !strings.Contains(body, "<SOAP-ENV:Fault>") {
				t.Errorf("%q: status %d, want %d: %s", c.name, resp.StatusCode, c.status, body)
			}
			if !resp.Close || !p.closed() {
				t.Errorf("%q: connection stays open", c.name)
			}
			select {
			case got := <-reached:
				t.Errorf("%q: the handler saw %q", c.name, got)
			default:
			}
		}
	}
}

// TestHeaderSize: the limit is that of the whole header, in one line or in many, with whatever ends where a buffer ends.
func TestHeaderSize(t *testing.T) {
	for _, limit := range []int{4 << 10, 16 << 10, 64 << 10} {
		_, addr := startServer(t, "tcp", Config{MaxHeaderBytes: limit}, handlerFunc(func(_ context.Context, x *Exchange) {
			x.Reply([]byte(x.Path[:1] + string(x.Body)))
		}))
		ask := func(what, header string, size int) {
			t.Helper()
			if len(header) != size {
				t.Fatalf("%s: %d bytes, not %d", what, len(header), size)
			}
			want := 200
			if size > limit {
				want = 431
			}
			p := dial(t, addr)
			go io.WriteString(p.Conn, header+"abc") // the server may stop reading
			if resp, body := p.receive(); resp.StatusCode != want || want == 200 && body != "/abc" {
				t.Errorf("limit %d, %s of %d bytes: status %d %s", limit, what, size, resp.StatusCode, body)
			}
			p.Close()
		}
		const fields = "Host: a\r\nContent-Length: 3\r\n"
		for _, size := range []int{limit - 1, limit, limit + 1, maxLineBytes - 1, maxLineBytes, maxLineBytes + 1, maxLineBytes + 2, maxLineBytes + 3} {
			fill := func(begin, end string) string { return begin + strings.Repeat("x", size-len(begin+end)) + end }
			ask("one field", fill("POST / HTTP/1.1\r\n"+fields+"X: ", "\r\n\r\n"), size)
			ask("a field before others", fill("POST / HTTP/1.1\r\nX: ", "\r\n"+fields+"\r\n"), size)
			ask("the Host", fill("POST / HTTP/1.1\r\nContent-Length: 3\r\nHost: ", "\r\n\r\n"), size)
			ask("the request line", fill("POST /", " HTTP/1.1\r\n"+fields+"\r\n"), size)
			ask("the request line of HTTP/1.0", fill("POST /", " HTTP/1.0\r\nContent-Length: 3\r\n\r\n"), size)
		}
		many := "POST / HTTP/1.1\r\n" + fields
		for len(many) < limit-200 {
			many += "X: " + strings.Repeat("x", 60) + "\r\n"
		}
		for _, size := range []int{limit, limit + 1} {
			ask("many fields", many+"X: "+strings.Repeat("x", size-len(many)-len("X: \r\n\r\n"))+"\r\n\r\n", size)
		}
	}
}
