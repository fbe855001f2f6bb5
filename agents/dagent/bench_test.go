package dagent

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/emersion/go-smtp"
)

// benchMail is a mail of 5.8 KB: a text, a page and a file.
func benchMail(i int) string {
	var b strings.Builder
	const size = 5800
	fmt.Fprintf(&b, "Received: from a.example by sender.example.org with ESMTP id Q%d; Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <m%d@bench.example>\r\n"+
		"Date: Mon, 30 Nov 2026 10:00:00 +0000\r\nFrom: \"Sender %d\" <s%d@example.net>\r\nTo: <alice@example.com>\r\nSubject: =?utf-8?q?Bench_mail_=C3=A9_%d?=\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n"+
		"--b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello number %d\r\n", i, i, i%97, i%97, i, i)
	for b.Len() < size*2/5 {
		b.WriteString("The quick brown fox jumps over the lazy dog and goes on to the next line.\r\n")
	}
	b.WriteString("--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>")
	for b.Len() < size*4/5 {
		b.WriteString("<p>The quick brown fox <b>jumps</b> over the lazy dog &amp; goes on.</p>\r\n")
	}
	b.WriteString("</body></html>\r\n--b2--\r\n--b1\r\nContent-Type: application/octet-stream; name=data.bin\r\n" +
		"Content-Disposition: attachment; filename=data.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	for b.Len() < size {
		fmt.Fprintf(&b, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5%04d\r\n", (b.Len()+i)%10000)
	}
	b.WriteString("--b1--\r\n")
	return b.String()
}

// BenchmarkDelivery delivers by LMTP to a server on SQLite. user-µs and system-µs are the processor time of a delivery: of the delivery agent, the server and the
// sender, which are one process here.
func BenchmarkDelivery(b *testing.B) {
	for _, connections := range []int{1, 8} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			w := newWorld(b, "", "alice")
			d := w.deliverer()
			d.log = slog.New(slog.DiscardHandler)
			address := w.listen(d)
			var next atomic.Int64
			var senders sync.WaitGroup
			clients := make([]*smtp.Client, connections)
			for i := range clients {
				clients[i] = dialLMTP(b, address)
			}
			deliverBench(b, clients[0], 0)
			b.ReportAllocs()
			b.ResetTimer()
			user, system := processorTime(b)
			for _, c := range clients {
				senders.Go(func() {
					for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
						deliverBench(b, c, i)
					}
				})
			}
			senders.Wait()
			u, s := processorTime(b)
			b.ReportMetric(float64(u-user)/float64(b.N), "user-µs/op")
			b.ReportMetric(float64(s-system)/float64(b.N), "system-µs/op")
		})
	}
}

func dialLMTP(t testing.TB, address string) *smtp.Client {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Hello("sender.example.org"); err != nil {
		t.Fatal(err)
	}
	return c
}

func deliverBench(t testing.TB, c *smtp.Client, i int) {
	err := c.SendMail("s@example.net", []string{"alice@example.com"}, strings.NewReader(benchMail(i)))
	if err != nil {
		t.Error(err)
	}
}

// processorTime is what this process has used, in microseconds.
func processorTime(t testing.TB) (user, system int64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u.Utime.Nano() / 1000, u.Stime.Nano() / 1000
}
