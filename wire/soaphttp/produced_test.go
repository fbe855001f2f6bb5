package soaphttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestReplyProduced: what is produced arrives whole in each form that an answer can have, and the connection goes on.
func TestReplyProduced(t *testing.T) {
	middle := strings.Repeat("0123456789abcdef", 20_000)
	for _, known := range []bool{true, false} {
		_, addr := startServer(t, "unix", Config{Compress: true}, handlerFunc(func(_ context.Context, x *Exchange) {
			x.SetCompression(true)
			p := Produced{Head: []byte("<a>"), Tail: []byte("</a>"), Length: -1, Write: func(w io.Writer) error {
				_, err := io.Copy(w, strings.NewReader(middle))
				return err
			}}
			if known {
				p.Length = int64(len(middle))
			}
			x.ReplyProduced(&p)
		}))
		p := dial(t, addr)
		for _, coding := range []string{"", "gzip", ""} {
			p.send(withLength("Accept-Encoding: "+coding+"\r\n", envelope))
			resp, body := p.receive()
			if length := int64(len(middle) + 7); coding == "" && known != (resp.ContentLength == length) {
				t.Errorf("the length is announced as %d", resp.ContentLength)
			}
			if coding != "" {
				body = gunzip(t, body)
			}
			if body != "<a>"+middle+"</a>" {
				t.Errorf("%q: %d bytes", coding, len(body))
			}
		}
		p.send("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nxx")
		resp, body := p.receive()
		if resp.StatusCode != http.StatusOK || body != "<a>"+middle+"</a>" {
			t.Errorf("HTTP/1.0: %d bytes", len(body))
		}
	}
}

// TestReplyProducedEndsEarly: whatever goes wrong while an answer is produced, the peer does not get one that looks whole.
func TestReplyProducedEndsEarly(t *testing.T) {
	for name, produced := range map[string]Produced{
		"an error, the length known": {Length: 100, Write: func(w io.Writer) error { io.WriteString(w, "some"); return errors.New("gone") }},
		"an error":                   {Length: -1, Write: func(w io.Writer) error { io.WriteString(w, "some"); return errors.New("gone") }},
		"too little":                 {Length: 100, Write: func(w io.Writer) error { _, err := io.WriteString(w, "some"); return err }},
	} {
		_, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
			produced.Head, produced.Tail = []byte("<a>"), []byte("</a>")
			x.ReplyProduced(&produced)
		}))
		p := dial(t, addr)
		p.send(withLength("", envelope))
		if resp, err := http.ReadResponse(p.br, nil); err == nil {
			if body, err := io.ReadAll(resp.Body); err == nil || strings.Contains(string(body), "</a>") {
				t.Errorf("%s: a whole answer %q", name, body)
			}
		}
		if !p.closed() {
			t.Errorf("%s: the connection goes on", name)
		}
	}
}

// TestSlowReadersOfProducedAnswers: 25 readers of 90 MB who take little each hold a piece and a buffer, and what is produced for them is what they took
// and these.
func TestSlowReadersOfProducedAnswers(t *testing.T) {
	const readers, size, piece, take = 25, 90 << 20, 384 << 10, 1 << 20
	const most = readers * (piece + sendBufferBytes)
	for _, shape := range []string{"produced", "part"} {
		t.Run(shape, func(t *testing.T) {
			data := bytes.Repeat([]byte("x"), piece)
			var made atomic.Int64
			write := func(w io.Writer) error {
				for range size / piece {
					made.Add(piece)
					if _, err := w.Write(data); err != nil {
						return err
					}
				}
				return nil
			}
			synctest.Test(t, func(t *testing.T) {
				l := newPipeListener()
				s := NewServer(Config{MaxUnsentBytes: most}, handlerFunc(func(_ context.Context, x *Exchange) {
					if shape == "part" {
						x.ReplyStreams(nil, []Part{{ID: "a", Write: write, Buffered: piece}})
						return
					}
					x.ReplyProduced(&Produced{Length: size, Write: write, Buffered: piece})
				}))
				go s.Serve(l)
				var list []*peerConn
				for range readers {
					p := l.dial(t, "198.51.100.7")
					p.send(withLength("", envelope))
					list = append(list, p)
				}
				for _, p := range list {
					if _, err := io.CopyN(io.Discard, p.br, take); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				if s.unsent.held != most || len(s.unsent.waiting) != readers {
					t.Errorf("%d answers hold %d bytes, want %d", len(s.unsent.waiting), s.unsent.held, most)
				}
				if got, bound := made.Load(), int64(readers*(take+2*piece)); got > bound {
					t.Errorf("%d bytes were produced for readers who took %d, want at most %d", got, readers*take, bound)
				}
				ctx, cancel := context.WithCancel(context.Background())
				cancel()
				s.Shutdown(ctx)
				synctest.Wait()
				if s.unsent.held != 0 {
					t.Errorf("%d bytes stay counted", s.unsent.held)
				}
			})
		})
	}
}
