package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// Return says what of a mail goes back with the report (RET of RFC 3461).
type Return byte

const (
	ReturnHeader Return = iota // its header
	ReturnAll                  // all of it
)

// maxHeader bounds the header that goes back, in bytes.
const maxHeader = 64 << 10

// Write writes the report as a mail (RFC 3464, RFC 6533) with CRLF at the end of lines; its envelope must have the return path <>.
// The original is the mail that the report is about; nil leaves it out. Errors are those of w and of the original.
func (d *Delivery) Write(w io.Writer, original io.Reader, what Return) error {
	out := bufio.NewWriter(w)
	international := d.international()
	boundary := d.boundary()
	out.Write(d.header(boundary, international)) // the writer keeps its error, here and below
	fmt.Fprintf(out, "--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n", boundary, d.text())
	kind := "delivery-status"
	if international {
		kind = "global-delivery-status"
	}
	fmt.Fprintf(out, "--%s\r\nContent-Type: message/%s\r\n", boundary, kind)
	if international {
		out.WriteString("Content-Transfer-Encoding: 8bit\r\n")
	}
	out.WriteString("\r\n")
	out.Write(d.fields(international))
	if original != nil {
		if err := returned(out, boundary, original, what); err != nil {
			return fmt.Errorf("mail to be returned: %w", err)
		}
	}
	fmt.Fprintf(out, "\r\n--%s--\r\n", boundary)
	return out.Flush()
}

// header is that of the report.
func (d *Delivery) header(boundary string, international bool) []byte {
	var b []byte
	field := func(name, value string) {
		if value != "" {
			b = header.AppendField(b, name, value)
		}
	}
	from := d.from()
	field("From", header.FormatAddress(from.Name, from.Addr(), nil))
	field("To", header.FormatAddress(d.To.Name, d.To.Addr(), nil))
	field("Subject", d.subject())
	field("Date", header.FormatDate(d.Now))
	sum := sha256.Sum256([]byte(boundary))
	field("Message-ID", "<"+hex.EncodeToString(sum[:16])+"@"+d.host()+">")
	field("In-Reply-To", d.MessageID)
	field("References", d.MessageID)
	field("Auto-Submitted", "auto-replied")
	field("MIME-Version", "1.0")
	kind := "delivery-status"
	if international {
		kind = "global-delivery-status"
	}
	field("Content-Type", "multipart/report"+header.FormatParam("report-type", kind)+header.FormatParam("boundary", boundary))
	return append(b, "\r\n"...)
}

func (d *Delivery) host() string {
	if d.Server == "" {
		return "localhost"
	}
	return d.Server
}

// boundary is always the same for the same report. No mail that came in before can have it.
func (d *Delivery) boundary() string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s %d %s %s", d.Server, d.Now.UnixNano(), d.MessageID, d.To.Addr())
	for _, r := range d.Recipients {
		fmt.Fprintf(hash, " %s %d %q", r.Address, r.Action, r.Replies)
	}
	return "=_" + hex.EncodeToString(hash.Sum(nil)[:16])
}

// international reports whether an address or a reply is not ASCII, which the form of RFC 3464 has no place for.
func (d *Delivery) international() bool {
	for _, r := range d.Recipients {
		for _, s := range append([]string{r.Address, r.Original}, r.Replies...) {
			if !ascii(s) {
				return true
			}
		}
	}
	return !ascii(d.To.Addr())
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// fields are the part that programs read.
func (d *Delivery) fields(international bool) []byte {
	var b []byte
	field := func(name, value string) {
		if value != "" {
			b = header.AppendField(b, name, value)
		}
	}
	field("Original-Envelope-Id", d.Envelope)
	field("Reporting-MTA", "dns; "+d.host())
	if !d.Arrived.IsZero() {
		field("Arrival-Date", header.FormatDate(d.Arrived))
	}
	kind := "rfc822; "
	if international {
		kind = "utf-8; "
	}
	for i := range d.Recipients {
		r := &d.Recipients[i]
		b = append(b, "\r\n"...)
		if r.Original != "" {
			field("Original-Recipient", kind+r.Original)
		}
		field("Final-Recipient", kind+r.Address)
		field("Action", r.Action.String())
		field("Status", r.status())
		if r.Server != "" {
			field("Remote-MTA", "dns; "+r.Server)
		}
		if lines := r.lines(); len(lines) > 0 {
			field("Diagnostic-Code", "smtp; "+strings.Join(lines, " "))
		}
		if !r.Tried.IsZero() {
			field("Last-Attempt-Date", header.FormatDate(r.Tried))
		}
		if r.Action == Delayed && !r.Until.IsZero() {
			field("Will-Retry-Until", header.FormatDate(r.Until))
		}
	}
	return b
}

// returned writes the part with the mail, or its header.
func returned(out *bufio.Writer, boundary string, original io.Reader, what Return) error {
	in := bufio.NewReaderSize(tree.NewCRLFReader(original), maxHeader)
	head, err := in.Peek(maxHeader)
	if err != nil && err != io.EOF {
		return err
	}
	if i := bytes.Index(head, []byte("\r\n\r\n")); i >= 0 {
		head = head[:i+2]
	} else if i := bytes.LastIndex(head, []byte("\r\n")); i >= 0 {
		head = head[:i+2]
	}
	eight := !ascii(string(head))
	kind := "message/rfc822"
	switch {
	case what == ReturnHeader && eight:
		kind = "message/global-headers"
	case what == ReturnHeader:
		kind = "text/rfc822-headers"
	case eight:
		kind = "message/global"
	}
	fmt.Fprintf(out, "\r\n--%s\r\nContent-Type: %s\r\n", boundary, kind)
	if what == ReturnAll || eight {
		out.WriteString("Content-Transfer-Encoding: 8bit\r\n")
	}
	out.WriteString("\r\n")
	if what == ReturnHeader {
		out.Write(head)
		return nil
	}
	_, err = io.Copy(out, in)
	return err
}
