//go:build !race

package convert

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"zarafa/mail/tree"
	"zarafa/mapi"
)

// synthetic is a mail of any size that is not in memory: a head, then one byte again and again, then a tail.
type synthetic struct {
	head, tail string
	fill       byte
	n          int64
}

func (s synthetic) size() int64 { return int64(len(s.head)) + s.n + int64(len(s.tail)) }

func (s synthetic) ReadAt(p []byte, at int64) (int, error) {
	if at >= s.size() {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && at < s.size() {
		switch end := int64(len(s.head)) + s.n; {
		case at < int64(len(s.head)):
			k := copy(p[n:], s.head[at:])
			n, at = n+k, at+int64(k)
		case at < end:
			k := int(min(int64(len(p)-n), end-at))
			for i := range k {
				p[n+i] = s.fill
			}
			n, at = n+k, at+int64(k)
		default:
			k := copy(p[n:], s.tail[at-end:])
			n, at = n+k, at+int64(k)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func parts(n int) []byte {
	var b bytes.Buffer
	b.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for i := range n {
		fmt.Fprintf(&b, "--b\r\nContent-Type: application/pdf; name=%d.pdf\r\n\r\nx\r\n", i)
	}
	b.WriteString("--b--\r\n")
	return b.Bytes()
}

func levels(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.Bytes()
}

func embeddedMessages(n int) []byte {
	return []byte(strings.Repeat("Subject: x\r\nContent-Type: message/rfc822\r\n\r\n", n) + "\r\nend\r\n")
}

// What a hostile mail costs depends on its size in a line, and never on what it claims: all bytes that are allocated while it is parsed,
// converted and written again are counted, and how many times that is.
func TestHostileSizes(t *testing.T) {
	const mib = 1 << 20
	for name, tt := range map[string]struct {
		mail   synthetic
		bytes  uint64 // at the most
		allocs uint64
	}{
		"parts":         {synthetic{head: string(parts(10_000))}, 100 * mib, 600_000},
		"too many":      {synthetic{head: string(parts(30_000))}, 100 * mib, 600_000},
		"levels":        {synthetic{head: string(levels(3_000))}, 40 * mib, 100_000},
		"messages":      {synthetic{head: string(embeddedMessages(3_000))}, 40 * mib, 100_000},
		"header":        {synthetic{head: "Subject: x\r\nX-Long: ", fill: 'a', n: 10 * mib, tail: "\r\n\r\nbody\r\n"}, 80 * mib, 20_000},
		"many fields":   {synthetic{head: strings.Repeat("X-Field: value\r\n", 10*mib/16) + "\r\nbody\r\n"}, 80 * mib, 50_000},
		"subject":       {synthetic{head: "Subject: ", fill: 'a', n: mib / 2, tail: "\r\n\r\nbody\r\n"}, 80 * mib, 700_000},
		"recipients":    {synthetic{head: "To: " + strings.Repeat("a@b.c, ", 100_000) + "\r\n\r\nbody\r\n"}, 400 * mib, 5_000_000},
		"line":          {synthetic{head: "Subject: x\r\n\r\n", fill: 'a', n: 100 * mib, tail: "\r\n"}, 40 * mib, 20_000},
		"page":          {synthetic{head: "Content-Type: text/html\r\n\r\n", fill: '<', n: 100 * mib, tail: "\r\n"}, 40 * mib, 20_000},
		"small page":    {synthetic{head: "Content-Type: text/html\r\n\r\n", fill: '<', n: 10 * mib, tail: "\r\n"}, 400 * mib, 100_000},
		"base64":        {synthetic{head: "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n", fill: 'A', n: 100 * mib, tail: "\r\n"}, 40 * mib, 20_000},
		"encoded words": {synthetic{head: "Subject: " + strings.Repeat("=?utf-8?Q?=C3=A4?= ", 20_000) + "\r\n\r\nbody\r\n"}, 100 * mib, 500_000},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		mail, err := tree.Parse(tt.mail, tt.mail.size())
		if err != nil {
			t.Fatal(err)
		}
		m, err := Import(mail, &ImportOptions{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := Export(io.Discard, m, &ExportOptions{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		size, allocs := after.TotalAlloc-before.TotalAlloc, after.Mallocs-before.Mallocs
		t.Logf("%s: %d MiB in %d allocations, %d attachments", name, size/mib, allocs, len(m.Attachments))
		if size > tt.bytes || allocs > tt.allocs {
			t.Errorf("%s: %d bytes in %d allocations, want at most %d in %d", name, size, allocs, tt.bytes, tt.allocs)
		}
		if len(m.Attachments) == 0 && m.Props.Str(mapi.PrBody) == "" {
			t.Errorf("%s: nothing is left of it", name)
		}
	}
}
