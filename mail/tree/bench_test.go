package tree_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// sized makes a mail like most: text, HTML and an attachment of that many bytes.
func sized(attachment int) []byte {
	var b bytes.Buffer
	for i := range 8 {
		fmt.Fprintf(&b, "Received: from mx%d.example.com (mx%d.example.com [192.0.2.%d]) by mail.example.com (Postfix)\r\n\twith ESMTPS id 4X%d for <bob@example.com>; Mon, 30 Nov 2026 08:14:29 +0100 (CET)\r\n", i, i, i, i)
	}
	b.WriteString("From: =?utf-8?Q?J=C3=BCrgen?= <j@example.com>\r\nTo: Bob <bob@example.com>\r\nSubject: a usual mail\r\nDate: Mon, 30 Nov 2026 08:14:29 +0100\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_outer\"\r\n\r\n--=_outer\r\nContent-Type: multipart/alternative; boundary=\"=_inner\"\r\n\r\n--=_inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
	b.WriteString(strings.Repeat("A line of text as people write them, of sixty or so letters.\r\n", 30))
	b.WriteString("--=_inner\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	b.WriteString(strings.Repeat("<p>A line of text as people write them, of sixty or so =\r\nletters.</p>\r\n", 30))
	b.WriteString("--=_inner--\r\n")
	if attachment > 0 {
		b.WriteString("--=_outer\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\nContent-Disposition: attachment; filename=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		text := base64.StdEncoding.EncodeToString(make([]byte, attachment))
		for len(text) > 76 {
			b.WriteString(text[:76] + "\r\n")
			text = text[76:]
		}
		b.WriteString(text + "\r\n")
	}
	b.WriteString("--=_outer--\r\n")
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	for _, size := range []int{0, 20_000, 1_000_000} {
		mail := sized(size)
		b.Run(fmt.Sprintf("bytes=%d", len(mail)), func(b *testing.B) {
			b.SetBytes(int64(len(mail)))
			b.ReportAllocs()
			for b.Loop() {
				tree.ParseBytes(mail)
			}
		})
		b.Run(fmt.Sprintf("reader=%d", len(mail)), func(b *testing.B) {
			b.SetBytes(int64(len(mail)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tree.Parse(bytes.NewReader(mail), int64(len(mail))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// hostile are the mails that would take others long, each of mib MiB.
func hostile(mib int) map[string][]byte {
	size := mib << 20
	levels := func(n int) []byte {
		var b bytes.Buffer
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.Bytes()
	}
	open := bytes.Clone(levels(tree.MaxLevels))
	return map[string][]byte{
		"parts":        []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 10_000) + "--b--\r\n"),
		"levels":       levels(3000),
		"header":       []byte(strings.Repeat("X-Field: value\r\n", size/16) + "\r\nbody\r\n"),
		"field":        []byte("Subject: " + strings.Repeat("=?utf-8?Q?x?= ", size/14) + "\r\n\r\nbody\r\n"),
		"folds":        []byte("Subject: x\r\n" + strings.Repeat(" x\r\n", size/4) + "\r\nbody\r\n"),
		"hyphens":      []byte("Content-Type: multipart/mixed; boundary=b\r\nX: y\r\n" + strings.Repeat("--x\r\n", size/5)),
		"line":         []byte("Subject: x\r\n\r\n" + strings.Repeat("x", 10*size)),
		"headerline":   []byte("Subject: " + strings.Repeat("x", 10*size)),
		"nearly":       append(open, strings.Repeat("--b1x\r\n", size/5)...),
		"params":       []byte("Content-Type: text/plain" + strings.Repeat("; a*0=b", 100_000) + "\r\n\r\n"),
		"contenttypes": []byte(strings.Repeat("Content-Type: x\r\n--\r\n", 100_000)),
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, mail := range hostile(10) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(mail)))
			for b.Loop() {
				m, err := tree.Parse(bytes.NewReader(mail), int64(len(mail)))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := m.Fields(m.Root); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	text := []byte(base64.StdEncoding.EncodeToString(make([]byte, 3<<20)))
	qp := bytes.Repeat([]byte("A line with =C3=A4 in it and a soft end =\r\n"), 50_000)
	for _, bb := range []struct {
		encoding string
		in       []byte
	}{{"base64", text}, {"quoted-printable", qp}} {
		b.Run(bb.encoding, func(b *testing.B) {
			b.SetBytes(int64(len(bb.in)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := io.Copy(io.Discard, tree.NewDecoder(bb.encoding, bytes.NewReader(bb.in))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// counting counts what is read of a mail.
type counting struct {
	r     io.ReaderAt
	bytes int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.bytes += int64(n)
	return n, err
}

// TestOnePass: a mail is read once, whatever it is like; a header that does not fit into the window is read again, up to its limit.
func TestOnePass(t *testing.T) {
	mails := hostile(1)
	mails["usual"] = sized(1_000_000)
	for name, mail := range mails {
		c := &counting{r: bytes.NewReader(mail)}
		if _, err := tree.Parse(c, int64(len(mail))); err != nil {
			t.Fatal(err)
		}
		if limit := int64(len(mail)) + 2*(header.MaxBytes+1); c.bytes > limit {
			t.Errorf("%s: of %d bytes %d were read", name, len(mail), c.bytes)
		}
	}
}
