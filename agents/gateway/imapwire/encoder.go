package imapwire

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Encoder writes answers into a buffer. Its methods give it back, so that an answer is one chain:
//
//	e.Raw("* LIST (").Flags(attributes).Raw(`) "/" `).Mailbox(name).CRLF()
//
// The first error sticks; Flush returns it.
type Encoder struct {
	w       *bufio.Writer
	utf8    bool
	err     error
	scratch []byte
}

// NewEncoder makes an encoder.
func NewEncoder(w *bufio.Writer) *Encoder { return &Encoder{w: w} }

// Reset goes on with another writer, as after STARTTLS; flush before.
func (e *Encoder) Reset(w *bufio.Writer) { e.w = w }

// SetUTF8 says whether quoted strings and names of mailboxes are written in UTF-8 (after ENABLE UTF8=ACCEPT or IMAP4rev2).
func (e *Encoder) SetUTF8(on bool) { e.utf8 = on }

// Flush sends what is in the buffer and returns the first error.
func (e *Encoder) Flush() error {
	if e.err == nil {
		e.err = e.w.Flush()
	}
	return e.err
}

// Err is the first error.
func (e *Encoder) Err() error { return e.err }

// Raw writes text that is part of the grammar already.
func (e *Encoder) Raw(s string) *Encoder {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
	return e
}

// RawBytes writes text that is part of the grammar already.
func (e *Encoder) RawBytes(b []byte) *Encoder {
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
	return e
}

// SP writes a blank.
func (e *Encoder) SP() *Encoder { return e.Raw(" ") }

// CRLF ends a line.
func (e *Encoder) CRLF() *Encoder { return e.Raw("\r\n") }

// NIL writes NIL.
func (e *Encoder) NIL() *Encoder { return e.Raw("NIL") }

// Number writes a number.
func (e *Encoder) Number(n uint64) *Encoder {
	e.scratch = strconv.AppendUint(e.scratch[:0], n, 10)
	return e.RawBytes(e.scratch)
}

// Set writes a set of numbers.
func (e *Encoder) Set(s NumSet) *Encoder {
	e.scratch = s.Append(e.scratch[:0])
	return e.RawBytes(e.scratch)
}

// Atom writes an atom. Anything else is an error: what may be no atom is written by AString.
func (e *Encoder) Atom(s string) *Encoder {
	if !allOf(s, atomChars) && e.err == nil {
		e.err = errors.New("not an atom: " + strconv.Quote(s))
	}
	return e.Raw(s)
}

// AString writes an atom if that is possible, or a string.
func (e *Encoder) AString(s string) *Encoder {
	if allOf(s, astringChars) && !equalFold(s, "NIL") {
		return e.Raw(s)
	}
	return e.String(s)
}

// String writes a quoted string, or a literal if it is long, has line ends, or has characters beyond ASCII that are not allowed. NULs, which
// neither may have, become blanks.
func (e *Encoder) String(s string) *Encoder {
	if e.err != nil {
		return e
	}
	if quotable(s, e.utf8) {
		e.scratch = appendQuoted(e.scratch[:0], s)
		return e.RawBytes(e.scratch)
	}
	return e.literalHeader("{", int64(len(s))).Raw(strings.ReplaceAll(s, "\x00", " "))
}

// NString writes a string, or NIL if ok is false.
func (e *Encoder) NString(s string, ok bool) *Encoder {
	if !ok {
		return e.NIL()
	}
	return e.String(s)
}

// Literal writes size bytes of r as a literal, whatever they are; they go through without being in memory at once. Fewer are an error of the
// connection, since the client was told how many there are.
func (e *Encoder) Literal(size int64, r io.Reader) *Encoder { return e.literal("{", size, r) }

// Literal8 does the same for content that may contain NUL (RFC 3516).
func (e *Encoder) Literal8(size int64, r io.Reader) *Encoder { return e.literal("~{", size, r) }

func (e *Encoder) literal(open string, size int64, r io.Reader) *Encoder {
	e.literalHeader(open, size)
	for size > 0 && e.err == nil {
		if e.w.Available() == 0 {
			e.err = e.w.Flush()
			continue
		}
		// Read right into the buffer, rather than by io.Copy, which makes one of its own for a connection.
		b := e.w.AvailableBuffer()
		b = b[:min(int64(cap(b)), size)]
		if _, err := io.ReadFull(r, b); errors.Is(err, io.EOF) {
			e.err = io.ErrUnexpectedEOF
		} else {
			e.err = err
		}
		e.RawBytes(b)
		size -= int64(len(b))
	}
	return e
}

// LiteralBytes writes a literal.
func (e *Encoder) LiteralBytes(b []byte) *Encoder {
	return e.literalHeader("{", int64(len(b))).RawBytes(b)
}

func (e *Encoder) literalHeader(open string, size int64) *Encoder {
	return e.Raw(open).Number(uint64(size)).Raw("}\r\n")
}

// Mailbox writes the name of a mailbox, which is given in UTF-8.
func (e *Encoder) Mailbox(name string) *Encoder { return e.AString(EncodeMailbox(name, e.utf8)) }

// Flags writes flags with blanks between them. Those that are none are left out: a client could read no more of the answer.
func (e *Encoder) Flags(flags []string) *Encoder {
	written := 0
	for _, f := range flags {
		if !isFlag(f) {
			continue
		}
		if written++; written > 1 {
			e.SP()
		}
		e.Raw(f)
	}
	return e
}

// isFlag reports whether s is a flag, or \* (RFC 9051 flag-perm).
func isFlag(s string) bool {
	if s == `\*` {
		return true
	}
	if len(s) > 0 && s[0] == '\\' {
		s = s[1:]
	}
	return allOf(s, atomChars)
}

// DateTime writes a date with time and zone in quotes (RFC 9051 date-time).
func (e *Encoder) DateTime(t time.Time) *Encoder {
	e.scratch = AppendDateTime(e.scratch[:0], t)
	return e.RawBytes(e.scratch)
}

// AppendDateTime appends a date with time and zone in quotes. Years that the form has no room for become its first or last.
func AppendDateTime(dst []byte, t time.Time) []byte {
	_, offset := t.Zone()
	if offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		t = t.UTC()
	}
	if y := t.Year(); y < 0 || y > 9999 {
		t = time.Date(min(max(y, 0), 9999), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, t.Location())
	}
	return t.AppendFormat(dst, `"_2-Jan-2006 15:04:05 -0700"`)
}

// allOf reports whether s is not empty and all of its bytes are of the class.
func allOf(s string, in *class) bool {
	for i := range len(s) {
		if !in[s[i]] {
			return false
		}
	}
	return s != ""
}

// maxQuoted is the length from which on strings are literals: clients have buffers for lines.
const maxQuoted = 1000

// quotable reports whether a string can be written in quotes.
func quotable(s string, isUTF8 bool) bool {
	if len(s) > maxQuoted {
		return false
	}
	ascii := true
	for i := range len(s) {
		if c := s[i]; c == 0 || c == '\r' || c == '\n' {
			return false
		} else if c >= 0x80 {
			ascii = false
		}
	}
	return ascii || isUTF8 && utf8.ValidString(s)
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

func appendAString(dst []byte, s string) []byte {
	if allOf(s, astringChars) && !equalFold(s, "NIL") {
		return append(dst, s...)
	}
	return appendQuoted(dst, s)
}
