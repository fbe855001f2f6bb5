package soaphttp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/valyala/fasthttp"
)

// parts reads a whole multipart message.
func parts(r io.Reader, boundary string) (ids, data []string, err error) {
	m := newMultipartReader(bufio.NewReaderSize(r, maxLineBytes), boundary)
	for {
		id, err := m.nextPart()
		if err == io.EOF {
			return ids, data, nil
		}
		if err != nil {
			return ids, data, err
		}
		b, err := io.ReadAll(m)
		if err != nil {
			return ids, data, err
		}
		ids, data = append(ids, id), append(data, string(b))
	}
}

// recordedExchange is a MTOM answer of the reference server.
type recordedExchange struct {
	Head string // the response header
	Body []byte
}

func recorded(t testing.TB) []recordedExchange {
	t.Helper()
	raw, err := os.ReadFile("testdata/mtom.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []recordedExchange
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// boundaryOf reads a recorded header the way the client does.
func boundaryOf(t testing.TB, head string) string {
	t.Helper()
	var h fasthttp.ResponseHeader
	if err := h.Read(bufio.NewReader(strings.NewReader(head))); err != nil {
		t.Fatal(err)
	}
	boundary, err := multipartBoundary(h.ContentType())
	if err != nil {
		t.Fatal(err)
	}
	return boundary
}

// The writer makes the reference's messages byte for byte.
func TestRecordedMultipart(t *testing.T) {
	for i, r := range recorded(t) {
		boundary := boundaryOf(t, r.Head)
		for _, reader := range []io.Reader{bytes.NewReader(r.Body), iotest.OneByteReader(bytes.NewReader(r.Body))} {
			ids, data, err := parts(reader, boundary)
			if err != nil || len(ids) < 2 || ids[0] != rootContentID || ids[1] != "emcas-0" {
				t.Fatalf("%d: %v %v", i, ids, err)
			}
			var out bytes.Buffer
			m := multipartWriter{w: &out, boundary: boundary}
			m.root([]byte(data[0]))
			for j := 1; j < len(ids); j++ {
				m.part(ids[j])
				out.WriteString(data[j])
			}
			m.end()
			if !bytes.Equal(out.Bytes(), r.Body) {
				t.Errorf("%d: written anew it differs:\n%q\n%q", i, out.Bytes(), r.Body)
			}
			if !strings.Contains(r.Head, "Content-Type: "+m.contentType()+"\r\n") {
				t.Errorf("%d: content type %q is not the recorded one", i, m.contentType())
			}
		}
	}
}

// Data that looks almost like a boundary stays data.
func TestBoundaryInData(t *testing.T) {
	for _, data := range []string{"", "\r", "\r\n", "\r\n--", "\r\n--bb", "\r\n\r\n--b", "--bbb", "x\r\n--bb\r\r\n-",
		strings.Repeat("\r\n--bb", 5000)} {
		message := "\r\n--bbb\r\n\r\nroot\r\n--bbb  \r\nContent-ID: <id1>\r\n\r\n" + data + "\r\n--bbb--"
		_, got, err := parts(iotest.HalfReader(strings.NewReader(message)), "bbb")
		if err != nil || len(got) != 2 || got[1] != data {
			t.Errorf("%.20q: %.20q %v", data, got, err)
		}
	}
}

func importRequest(parts ...string) string {
	var b strings.Builder
	m := multipartWriter{w: &b, boundary: "==b=="}
	m.root([]byte(envelope))
	for i, data := range parts {
		m.part([]string{"<id3>", "<id4>"}[i])
		b.WriteString(data)
	}
	m.end()
	return b.String()
}

const multipartField = "Content-Type: multipart/related; charset=utf-8; boundary=\"==b==\"; type=\"application/xop+xml\"\r\n"

func TestAttachment(t *testing.T) {
	big := strings.Repeat("0123456789\r\n", 100_000)
	cases := []struct{ name, request, want string }{
		{"length", withLength(multipartField, importRequest("data")), envelope + "data"},
		{"chunked", post(multipartField+"Transfer-Encoding: chunked\r\n", chunks(importRequest(big), 1000)), envelope + big},
		{"gzip chunked", post(multipartField+"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
			chunks(gzipped(importRequest(big)), 1000)), envelope + big},
		{"only the first part counts", withLength(multipartField, importRequest("one", big)), envelope + "one"},
		{"no part", withLength(multipartField, importRequest()), envelope},
	}
	_, addr := startServer(t, "unix", Config{}, handlerFunc(echo))
	p := dial(t, addr)
	for _, c := range cases {
		p.send(c.request)
		if resp, body := p.receive(); resp.StatusCode != 200 || body != c.want {
			t.Errorf("%s: status %d, %d bytes", c.name, resp.StatusCode, len(body))
		}
	}
}

// The handler runs before the part has arrived, and what it leaves unread is skipped.
func TestAttachmentStreams(t *testing.T) {
	reached := make(chan string)
	_, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		if x.Attachment != nil {
			var first [4]byte
			io.ReadFull(x.Attachment, first[:])
			reached <- string(first[:])
		}
		x.Reply([]byte("ok"))
	}))
	p := dial(t, addr)
	request := withLength(multipartField, importRequest("head"+strings.Repeat("x", 300_000)))
	p.send(request[:2000])
	if got := <-reached; got != "head" {
		t.Fatal(got)
	}
	p.send(request[2000:])
	if _, body := p.receive(); body != "ok" {
		t.Fatal(body)
	}
	p.send(withLength("", envelope))
	if _, body := p.receive(); body != "ok" {
		t.Fatal("connection is not usable after an unread part")
	}
}

func TestReplyStreams(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	write := func(data []byte, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			w.Write(data)
			return err
		}
	}
	_, addr := startServer(t, "unix", Config{Compress: true}, handlerFunc(func(_ context.Context, x *Exchange) {
		x.SetCompression(true)
		x.ReplyStreams([]byte("<root/>"), []Part{
			{ID: "emcas-0", Write: write([]byte("first"), nil)},
			{ID: "emcas-1", Write: write(big, nil)},
			{ID: "emcas-2", Write: write(nil, errors.New("it is not there any more"))},
		})
	}))
	p := dial(t, addr)
	for _, coding := range []string{"", "gzip"} {
		p.send(withLength("Accept-Encoding: "+coding+"\r\n", envelope))
		resp, body := p.receive()
		if resp.Header.Get("Content-Encoding") != coding {
			t.Fatalf("coding %q", resp.Header.Get("Content-Encoding"))
		}
		if coding != "" {
			body = gunzip(t, body)
		}
		_, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		// The standard library's reader is the judge.
		m := multipart.NewReader(strings.NewReader(body), params["boundary"])
		for i, want := range []string{"<root/>", "first", string(big), ""} {
			part, err := m.NextRawPart()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(part)
			if err != nil || string(data) != want {
				t.Errorf("part %d: %d bytes %v", i, len(data), err)
			}
		}
		if _, err := m.NextRawPart(); err != io.EOF {
			t.Error(err)
		}
	}
}

// A part that ends early ends the connection: there is no whole answer that has half a part.
func TestReplyStreamsEndsWithABrokenPart(t *testing.T) {
	_, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		x.ReplyStreams([]byte("<root/>"), []Part{{ID: "emcas-0", Write: func(w io.Writer) error {
			io.WriteString(w, "half of it")
			return errors.New("the rest is lost")
		}}})
	}))
	p := dial(t, addr)
	p.send(withLength("", envelope))
	data, err := io.ReadAll(p.br)
	if strings.Contains(string(data), "\r\n0\r\n") {
		t.Errorf("the answer has an end: %q, %v", data, err)
	}
}

// FuzzMultipart: the reader ends without a panic and finds the same parts however the input is cut.
func FuzzMultipart(f *testing.F) {
	for _, r := range recorded(f) {
		f.Add(r.Body, boundaryOf(f, r.Head))
	}
	f.Add([]byte("--b\r\n\r\nroot\r\n--b\r\nContent-ID: x\r\n\r\ndata\r\n--b--"), "b")
	f.Add([]byte("\r\n--b--"), "b")
	f.Fuzz(func(t *testing.T, message []byte, boundary string) {
		if len(boundary) == 0 || len(boundary) > maxBoundary || strings.ContainsAny(boundary, "\r\n") {
			t.Skip()
		}
		ids1, data1, err1 := parts(bytes.NewReader(message), boundary)
		ids2, data2, err2 := parts(iotest.OneByteReader(bytes.NewReader(message)), boundary)
		if strings.Join(ids1, "\n") != strings.Join(ids2, "\n") || strings.Join(data1, "\n") != strings.Join(data2, "\n") ||
			(err1 == nil) != (err2 == nil) {
			t.Errorf("cut up: %q %v, whole: %q %v", data2, err2, data1, err1)
		}
	})
}
