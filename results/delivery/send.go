package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// user gets the mails.
const (
	user   = "alice"
	domain = "example.com"
)

// send delivers mails by LMTP (RFC 2033) over some connections, numbered from first on, and fails if one of them was not accepted. The commands
// before DATA go out together (RFC 2920), as mail servers send them.
func send(ctx context.Context, address string, connections, first, mails, size int) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make([]error, connections)
	for i := range connections {
		wg.Go(func() {
			failed[i] = sendOver(ctx, address, size, func() (int, bool) {
				n := int(next.Add(1))
				return first + n, n <= mails && ctx.Err() == nil
			})
		})
	}
	wg.Wait()
	return errors.Join(append(failed, ctx.Err())...)
}

func sendOver(ctx context.Context, address string, size int, next func() (int, bool)) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	if err := expect(in, "2"); err != nil {
		return err
	}
	if err := exchange(c, in, []byte("LHLO sender.example.org\r\n"), "2"); err != nil {
		return err
	}
	var mail bytes.Buffer
	commands := fmt.Appendf(nil, "MAIL FROM:<s@example.net>\r\nRCPT TO:<%s@%s>\r\nDATA\r\n", user, domain)
	for i, more := next(); more; i, more = next() {
		if err := exchange(c, in, commands, "2", "2", "3"); err != nil {
			return err
		}
		mail.Reset()
		write(&mail, i, size)
		mail.WriteString(".\r\n")
		if err := exchange(c, in, mail.Bytes(), "2"); err != nil {
			return err
		}
	}
	return exchange(c, in, []byte("QUIT\r\n"), "2")
}

// exchange sends something and reads an answer for each of the first digits.
func exchange(c net.Conn, in *bufio.Reader, b []byte, digits ...string) error {
	if _, err := c.Write(b); err != nil {
		return err
	}
	for _, digit := range digits {
		if err := expect(in, digit); err != nil {
			return err
		}
	}
	return nil
}

// expect reads an answer (RFC 5321 section 4.2).
func expect(in *bufio.Reader, digit string) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(line, []byte(digit)) {
			return fmt.Errorf("the delivery agent answers %q", line)
		}
		if len(line) < 4 || line[3] != '-' {
			return nil
		}
	}
}

// write makes a mail of about size bytes: a text, a page and a file.
func write(b *bytes.Buffer, i, size int) {
	fmt.Fprintf(b, "Received: from a.example by sender.example.org with ESMTP id Q%d; Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <m%d@bench.example>\r\n"+
		"Date: Mon, 30 Nov 2026 10:00:00 +0000\r\nFrom: \"Sender %d\" <s%d@example.net>\r\nTo: <%s@%s>\r\nSubject: =?utf-8?q?Bench_mail_=C3=A9_%d?=\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n"+
		"--b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello number %d\r\n", i, i, i%97, i%97, user, domain, i, i)
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
		fmt.Fprintf(b, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5%04d\r\n", (b.Len()+i)%10000)
	}
	b.WriteString("--b1--\r\n")
}
