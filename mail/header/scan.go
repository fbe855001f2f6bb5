package header

import (
	"bytes"
)

// Limits of a header. What is beyond them stays in the mail, but has no meaning.
const (
	MaxFields = 1000
	MaxBytes  = 1 << 20
)

// Field is a field of a header.
type Field struct {
	// Name is as it is written, without blanks around it. It is empty for lines that are no field, as mbox's "From " line.
	Name string
	// Raw is the whole field with its line ends.
	Raw   []byte
	value []byte
}

// Body is what follows the colon, as it is written.
func (f Field) Body() []byte { return f.value }

// Value is the value on one line: unfolded (RFC 5322 2.2.3), without NUL and without blanks at its ends. Bytes above 0x7F stay as they are.
func (f Field) Value() string { return unfold(f.value) }

// IsField reports whether a line begins a field: a name of visible characters without a colon, then a colon, before which blanks
// are tolerated (RFC 5322 4.5). Names with 8-bit and control characters are met and tolerated.
func IsField(line []byte) bool { return colon(line) > 0 }

// colon is where the colon of a field is; 0 and less: the line is no field.
func colon(line []byte) int {
	i := 0
	for i < len(line) && line[i] != ':' && !isSpace(line[i]) || i < len(line) && line[i] == 0 {
		i++
	}
	if i == 0 {
		return 0
	}
	end := i
	for end < len(line) && (line[end] == ' ' || line[end] == '\t') {
		end++
	}
	if end == len(line) || line[end] != ':' {
		return 0
	}
	return end
}

// A Scanner finds the fields of a header one by one, without allocating memory for most of them.
type Scanner struct {
	rest   []byte
	fields int
	bytes  int
	begun  bool
	// Truncated says that there was more than the limits admit.
	Truncated bool
}

// NewScanner scans a header: up to its first empty line, or to its end. Empty lines before the first field are skipped.
func NewScanner(header []byte) *Scanner { return &Scanner{rest: header} }

// cutLine takes a line with its end off.
func cutLine(b []byte) (line, rest []byte) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1], b[i+1:]
	}
	return b, nil
}

// trimEOL takes the line end off, however many CR it has.
func trimEOL(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimRight(line, "\r")
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// Next gives the next field. Not ok: there is none.
func (s *Scanner) Next() (f Field, ok bool) {
	for len(s.rest) > 0 {
		line, rest := cutLine(s.rest)
		if text := trimEOL(line); len(text) == 0 {
			if s.begun {
				s.rest = nil
				return Field{}, false
			}
			s.rest = rest
			continue
		}
		if s.fields++; s.fields > MaxFields || s.bytes > MaxBytes {
			s.Truncated, s.rest = true, nil
			return Field{}, false
		}
		s.begun = true
		return s.field(line, rest), true
	}
	return Field{}, false
}

// field makes the field that begins with a line, and goes behind it.
func (s *Scanner) field(line, rest []byte) Field {
	start := line
	blanks := 0
	for blanks < len(line) && isBlank(line[blanks]) { // the first line of a header, which continues nothing
		blanks++
	}
	at := colon(line[blanks:])
	if at <= 0 {
		s.rest = rest
		s.bytes += len(line)
		return Field{Raw: line}
	}
	at += blanks
	for last := line; len(rest) > 0; {
		next, after := cutLine(rest)
		if !continues(last, next) {
			break
		}
		last, rest = next, after
		if s.bytes+len(start)-len(rest) > MaxBytes {
			s.Truncated = true
		}
	}
	raw := s.rest[:len(s.rest)-len(rest)]
	s.rest = rest
	s.bytes += len(raw)
	if s.bytes > MaxBytes {
		s.Truncated = true
		raw = raw[:max(at+1, len(raw)-(s.bytes-MaxBytes))]
		s.rest = nil
	}
	name := bytes.TrimRight(raw[blanks:at], " \t")
	if bytes.IndexByte(name, 0) >= 0 {
		name = bytes.ReplaceAll(name, []byte{0}, nil)
	}
	return Field{Name: intern(name), Raw: raw, value: raw[at+1:]}
}

// longLine is from which length on a line may have been broken without a blank in front of what follows.
const longLine = 66

// LineEnd is what must be known of a line to say whether the next one continues it.
type LineEnd struct {
	n    int
	last byte
}

// EndOf is that of a line, given without its line end.
func EndOf(line []byte) LineEnd {
	line = bytes.TrimRight(line, " \t\r\n")
	if len(line) == 0 {
		return LineEnd{}
	}
	return LineEnd{n: len(line), last: line[len(line)-1]}
}

// Continues reports whether a line that is neither empty nor a field belongs to the line of a field before it: it begins with a blank, or the
// line before it looks as if it had been broken by somebody who did not know how.
func (e LineEnd) Continues(line []byte) bool {
	if len(line) > 0 && isBlank(line[0]) {
		return true
	}
	if bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")) {
		return false
	}
	return e.n >= longLine || e.last == ',' || e.last == ';'
}

// continues reports whether a line belongs to the field whose last line is given.
func continues(last, line []byte) bool {
	text := trimEOL(line)
	if len(text) == 0 {
		return false
	}
	return isBlank(text[0]) || !IsField(text) && EndOf(last).Continues(text)
}

// unfold makes one line of the value of a field.
func unfold(v []byte) string {
	v = bytes.Trim(v, " \t\r\n")
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 && bytes.IndexByte(v, 0) < 0 {
		return string(v)
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case 0:
		case '\r', '\n':
			for i+1 < len(v) && (v[i+1] == '\r' || v[i+1] == '\n') {
				i++
			}
			if i+1 < len(v) && !isBlank(v[i+1]) {
				out = append(out, ' ')
			}
		default:
			out = append(out, c)
		}
	}
	return string(bytes.TrimRight(out, " \t"))
}
