package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
)

// user has the mails.
const (
	user   = "alice"
	domain = "example.com"
	// size is that of a mail in bytes.
	size = 5800
)

// write makes a mail of about size bytes: a text, a page and a file. One in a hundred has the word word77 in its text.
func write(b *bytes.Buffer, i, size int) {
	fmt.Fprintf(b, "Received: from a.example by sender.example.org with ESMTP id Q%d; Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <m%d@bench.example>\r\n"+
		"Date: Mon, 30 Nov 2026 10:00:00 +0000\r\nFrom: \"Sender %d\" <s%d@example.net>\r\nTo: <%s@%s>\r\nSubject: =?utf-8?q?Bench_mail_=C3=A9_%d?=\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n"+
		"--b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello word%d, a-b-%d\r\n", i, i, i%97, i%97, user, domain, i, i%100, i%100)
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

// delivery is a connection by LMTP (RFC 2033).
type delivery struct {
	net net.Conn
	in  *bufio.Reader
}

func deliverTo(address string) (*delivery, error) {
	n, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	d := &delivery{n, bufio.NewReader(n)}
	return d, d.exchange("LHLO sender.example.org\r\n", "2", "2")
}

// send delivers a mail; it is there when this returns.
func (d *delivery) send(i int) error {
	if err := d.exchange(fmt.Sprintf("MAIL FROM:<s@example.net>\r\nRCPT TO:<%s@%s>\r\nDATA\r\n", user, domain), "2", "2", "3"); err != nil {
		return err
	}
	var mail bytes.Buffer
	write(&mail, i, size)
	return d.exchange(mail.String()+".\r\n", "2")
}

// exchange sends something and reads an answer for each of the first digits.
func (d *delivery) exchange(text string, digits ...string) error {
	if _, err := d.net.Write([]byte(text)); err != nil {
		return err
	}
	for _, digit := range digits {
		for more := true; more; {
			line, err := d.in.ReadString('\n')
			if err != nil {
				return err
			}
			if !strings.HasPrefix(line, digit) {
				return fmt.Errorf("the delivery agent answers %q", line)
			}
			more = len(line) > 3 && line[3] == '-'
		}
	}
	return nil
}
