package soaphttp

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// scriptConn is a connection whose peer has sent everything beforehand and takes every answer.
type scriptConn struct {
	in  *bytes.Reader
	out bytes.Buffer
}

func (c *scriptConn) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c *scriptConn) Write(p []byte) (int, error)      { return c.out.Write(p) }
func (c *scriptConn) Close() error                     { return nil }
func (c *scriptConn) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (c *scriptConn) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (c *scriptConn) SetDeadline(time.Time) error      { return nil }
func (c *scriptConn) SetReadDeadline(time.Time) error  { return nil }
func (c *scriptConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzConnection: whatever a peer sends, its connection is served to the end without a panic, within the
// limits, and every answer is well-formed.
func FuzzConnection(f *testing.F) {
	for _, s := range []string{
		withLength("", envelope) + envelope + "\r\n" + post("", envelope),
		post("Transfer-Encoding: chunked\r\n", chunks(envelope, 9)) + withLength("Connection: close\r\n", envelope),
		withLength("Content-Encoding: gzip\r\n", gzipped(envelope)),
		withLength("Content-Encoding: deflate\r\n", zlibbed(envelope)),
		post(multipartField+"Transfer-Encoding: chunked\r\n", chunks(importRequest("data", "more"), 70)),
		withLength(multipartField+"Accept-Encoding: gzip\r\nExpect: 100-continue\r\n", importRequest("data")),
		"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := NewServer(Config{MaxRequestBytes: 1 << 20, MaxDecompressedBytes: 1 << 16, MaxStreamBytes: 1 << 20,
			MaxBufferedBytes: 1 << 20, Compress: true}, handlerFunc(func(ctx context.Context, x *Exchange) {
			if len(x.Body) > 1<<16+stepSlack {
				t.Errorf("envelope of %d bytes", len(x.Body))
			}
			x.SetCompression(true)
			echo(ctx, x)
		}))
		nc := &scriptConn{in: bytes.NewReader(data)}
		newConn(s, nc).serve()
		if n := s.bufs.buffered.Load(); n != 0 {
			t.Errorf("%d bytes stay reserved", n)
		}
		if out := nc.out.String(); out != "" && !strings.HasPrefix(out, "HTTP/1.1 ") {
			t.Errorf("answer begins %.40q", out)
		}
	})
}

// stepSlack: a limit is checked after a read, which may have gone beyond it by a buffer.
const stepSlack = 1 << 16

// FuzzEnvelopeEnd: the end of an envelope is the same however the input is cut, and what follows is
// never part of it.
func FuzzEnvelopeEnd(f *testing.F) {
	f.Add([]byte(envelope), 7)
	f.Add([]byte("<?xml version='1.0'?><!-- </E:Envelope> --><a b='>'><![CDATA[</a>]]></a>rest"), 3)
	f.Add([]byte("<a/>"), 1)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		var whole, halves envelopeEnd
		n, done := whole.scan(data)
		cut = min(max(cut, 0), len(data))
		m, early := halves.scan(data[:cut])
		if !early {
			var rest int
			rest, early = halves.scan(data[cut:])
			m += rest
		}
		if m != n || early != done {
			t.Errorf("%d %v in one piece, %d %v in two", n, done, m, early)
		}
	})
}

func TestEnvelopeEnd(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int // -1: no end
	}{
		{envelope + "\r\n", len(envelope)},
		{"<a/>x", 4},
		{"<a></a>x", 7},
		{"<a><b></b><c/></a >x", 19},
		{"<a x='/>' y=\"</a>\"><b/></a>x", 27},
		{"<!-- <a/> --><a/>x", 17},
		{"<!-- -- --- --><a/>x", 19},
		{"<!DOCTYPE a><a/>x", 16},
		{"<?xml version='1.0' encoding='>'?><a/>x", 38},
		{"<a><![CDATA[</Envelope>]]]]></a>x", 32},
		{"<e:Envelope><e:Body></x:Envelope>x", 33},
		{"<Envelope><Envelopes></Envelopes></Envelope>", 44},
		{"\xEF\xBB\xBF <a/>", 8},
		{"<Envelope><a></b>", -1},
		{"<a", -1},
		{"<a/", -1},
		{"<a><!-- </a>", -1},
		{"abc", 1}, // not XML
	} {
		n, done := new(envelopeEnd).scan([]byte(c.in))
		if !done {
			n = -1
		}
		if n != c.want {
			t.Errorf("%q: %d, want %d", c.in, n, c.want)
		}
	}
}

// repeatConn is a connection whose peer sends one request again and again.
type repeatConn struct {
	scriptConn
	request []byte
	left    int
}

func (c *repeatConn) Read(p []byte) (int, error) {
	if c.in.Len() == 0 && c.left > 0 {
		c.left--
		c.in.Reset(c.request)
	}
	return c.in.Read(p)
}

func (c *repeatConn) Write(p []byte) (int, error) { return len(p), nil }

// statusCounter counts answers with the status 200.
type statusCounter struct {
	noMetrics
	ok int
}

func (c *statusCounter) RequestDone(r RequestStats) {
	if r.Status == 200 {
		c.ok++
	}
}
