package reply

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// Redirection sends a mail on as it is (RFC 5322 3.6.6): its From stays, fields in front say who sent it on. The envelope's sender is to
// be the mailbox, or <> if it was.
type Redirection struct {
	// From is the mailbox that sends on, To who gets the mail.
	From header.Address
	To   []header.Address
	// MessageID is a new one, with its brackets.
	MessageID string
	Now       time.Time
	// Mark writes the field that says which rule's action this is.
	Mark bool
}

// maxFieldLine bounds a line of the header that is looked at; longer ones pass as they are.
const maxFieldLine = 64 << 10

// Write writes the mail that goes on. Return-Path is left out, since the next server writes its own, and so is Bcc. Errors are those of w
// and of the original.
func (r *Redirection) Write(w io.Writer, original io.Reader) error {
	out := bufio.NewWriter(w)
	var to []string
	for _, a := range r.To {
		to = append(to, header.FormatAddress(a.Name, a.Addr(), nil))
	}
	var b []byte
	b = header.AppendField(b, "Resent-From", header.FormatAddress(r.From.Name, r.From.Addr(), nil))
	b = header.AppendField(b, "Resent-To", strings.Join(to, ", "))
	b = header.AppendField(b, "Resent-Date", header.FormatDate(r.Now))
	if r.MessageID != "" {
		b = header.AppendField(b, "Resent-Message-ID", r.MessageID)
	}
	b = header.AppendField(b, "X-Loop", r.From.Addr())
	if r.Mark {
		b = header.AppendField(b, RuleActionField, "redirect")
	}
	out.Write(b) // the writer keeps its error
	in := bufio.NewReaderSize(tree.NewCRLFReader(original), maxFieldLine)
	if err := copyHeader(out, in); err != nil {
		return fmt.Errorf("mail to be sent on: %w", err)
	}
	if _, err := io.Copy(out, in); err != nil {
		return fmt.Errorf("mail to be sent on: %w", err)
	}
	return out.Flush()
}

// copyHeader copies a header up to its empty line, but for fields that do not go on.
func copyHeader(out *bufio.Writer, in *bufio.Reader) error {
	drop, middle := false, false // of the field; the line began before
	for {
		line, err := in.ReadSlice('\n')
		if !middle && len(line) > 0 && line[0] != ' ' && line[0] != '\t' {
			drop = dropped(line)
		}
		if !drop {
			out.Write(line) // the writer keeps its error
		}
		ended := !middle && (string(line) == "\r\n" || string(line) == "\n")
		middle = err == bufio.ErrBufferFull
		switch {
		case ended, err == io.EOF:
			return nil
		case err != nil && !middle:
			return err
		}
	}
}

func dropped(line []byte) bool {
	name, _, ok := strings.Cut(string(line[:min(len(line), 40)]), ":")
	if !ok {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "return-path", "bcc", "resent-bcc":
		return true
	}
	return false
}
