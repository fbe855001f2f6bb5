package dagent

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/spool"
	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// Mail is a mail that is being delivered.
type Mail struct {
	tree   *tree.Message
	header *header.Fields
	// returnPath is the sender of the envelope, empty for <>.
	returnPath string
	// enveloped says that the return path is known from the protocol and not from the mail.
	enveloped bool
	// identity is what a second attempt to deliver this very mail has in common with the first; nil if nothing tells.
	identity []byte
}

// withTrace puts the fields that the last server adds in front of a mail (RFC 5321 section 4.4).
type withTrace struct {
	trace []byte
	mail  io.ReaderAt
}

// ReadAt reads trace and mail as if they were one.
func (w withTrace) ReadAt(b []byte, off int64) (n int, err error) {
	if off < int64(len(w.trace)) {
		n = copy(b, w.trace[off:])
		if n == len(b) {
			return n, nil
		}
	}
	m, err := w.mail.ReadAt(b[n:], off+int64(n)-int64(len(w.trace)))
	return n + m, err
}

// fromLMTP is a mail with its trace.
func fromLMTP(e lmtp.Envelope, m *spool.Mail, host string, now time.Time) (*Mail, error) {
	client := "unknown"
	if e.Remote != nil {
		client = e.Remote.String()
		if i := strings.LastIndexByte(client, ':'); i > 0 && e.Remote.Network() == "tcp" {
			client = strings.Trim(client[:i], "[]")
		}
	}
	trace := header.AppendField(nil, "Return-Path", "<"+e.From+">")
	trace = header.AppendField(trace, "Received", fmt.Sprintf("from %s ([%s]) by %s (zarafa-dagent) with LMTP; %s", e.Helo, client, host, header.FormatDate(now)))
	t, err := parse(trace, m)
	if err != nil {
		return nil, err
	}
	mail, err := newMail(t, e.From, true)
	if err == nil {
		err = mail.identify(e, m)
	}
	return mail, err
}

// parse takes a mail with fields in front of it apart.
func parse(trace []byte, m *spool.Mail) (*tree.Message, error) {
	if text, ok := m.InMemory(); ok {
		return tree.ParseBytes(slices.Concat(trace, text)), nil
	}
	return tree.Parse(withTrace{trace, m}, m.Size()+int64(len(trace)))
}

// fromFile is a mail as a mail server or a filter gives it to a program: its own Return-Path names the sender, if there is one.
func fromFile(m *spool.Mail) (*Mail, error) {
	t, err := tree.Parse(m, m.Size())
	if err != nil {
		return nil, err
	}
	mail, err := newMail(t, "", false)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"Return-Path", "From"} {
		if list := header.Mailboxes(header.ParseAddresses(mail.header.Get(name), nil)); len(list) > 0 {
			mail.returnPath = list[0].Addr()
			break
		}
		if mail.header.Has(name) && name == "Return-Path" {
			break // <>
		}
	}
	return mail, nil
}

func newMail(t *tree.Message, returnPath string, enveloped bool) (*Mail, error) {
	h, err := t.Fields(t.Root)
	if err != nil {
		return nil, err
	}
	return &Mail{tree: t, header: h, returnPath: returnPath, enveloped: enveloped}, nil
}

// named are the addresses in the mail's header, and the return path.
func (m *Mail) named() []string {
	list := []string{m.returnPath}
	for _, name := range []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Disposition-Notification-To"} {
		for _, a := range header.Mailboxes(header.ParseAddresses(m.header.Joined(name), nil)) {
			if a.Domain != "" && len(list) < mostNamed {
				list = append(list, a.Addr())
			}
		}
	}
	return list
}

// mostNamed bounds the addresses of a mail that are looked up; the others count as strangers.
const mostNamed = 2_000
