package tree

import (
	"io"
	"strings"
)

// encodingName makes the name of RFC 2045 6.1 of what is met: in any case, with blanks, quotes, comments, and without hyphens.
func encodingName(value string) string {
	if lower := strings.ToLower(value); KnownEncoding(lower) {
		return lower
	}
	if i := strings.IndexAny(value, ";("); i >= 0 {
		value = value[:i]
	}
	value = strings.ToLower(strings.Trim(value, " \t\"'<>.,"))
	const longest = 64
	switch plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(value[:min(len(value), longest)]); plain {
	case "", "7bit", "7bits", "none", "ascii":
		return "7bit"
	case "8bit", "8bits":
		return "8bit"
	case "binary", "bin", "raw":
		return "binary"
	case "base64", "b64":
		return "base64"
	case "quotedprintable", "quotedprint", "qp":
		return "quoted-printable"
	case "xuuencode", "uuencode", "xuue", "uue", "xuu", "uuencoded":
		return "x-uuencode"
	}
	name := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7F || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, value[:min(len(value), longest)])
	if name == "" {
		return "x-unknown"
	}
	return name
}

// identity reports whether an encoding leaves the bytes as they are.
func identity(encoding string) bool {
	return encoding == "7bit" || encoding == "8bit" || encoding == "binary"
}

// KnownEncoding reports whether [NewDecoder] can undo an encoding. A part in another is application/octet-stream, as it stands (RFC 2045 6.4).
func KnownEncoding(encoding string) bool {
	switch encoding {
	case "base64", "quoted-printable", "x-uuencode":
		return true
	}
	return identity(encoding)
}

// NewDecoder reads content without its transfer encoding. What is broken is passed over, and never an error: characters that base64 does not have are
// skipped, missing padding is missed by nobody, an equals sign that begins nothing stays. Content in an unknown encoding stays as it is.
func NewDecoder(encoding string, r io.Reader) io.Reader {
	switch encoding {
	case "base64":
		return newFilter(r, &base64Decoder{})
	case "quoted-printable":
		return newFilter(r, &qpDecoder{})
	case "x-uuencode":
		return newFilter(r, &uuDecoder{})
	}
	return r
}

// step is a decoder that takes its input piece by piece.
type step interface {
	// decode appends what a piece means.
	decode(dst, piece []byte) []byte
	// flush appends what was kept back.
	flush(dst []byte) []byte
}

// filter makes a reader of a step.
type filter struct {
	in   io.Reader
	step step
	buf  []byte
	// filled is how much of buf the last piece took.
	filled int
	out    []byte // decoded
	at     int    // how much of it was read
	err    error
}

func newFilter(r io.Reader, s step) *filter { return &filter{in: r, step: s} }

// A reader's buffer is small at first, since most contents are, and grows with what comes.
const (
	firstBuffer   = 4 << 10
	largestBuffer = 32 << 10
)

// room is where the next piece goes.
func (f *filter) room() []byte {
	switch {
	case f.buf == nil:
		f.buf = make([]byte, firstBuffer)
	case f.filled == len(f.buf) && len(f.buf) < largestBuffer:
		f.buf = make([]byte, 2*len(f.buf))
	}
	return f.buf
}

func (f *filter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for f.at == len(f.out) {
		if f.err != nil {
			return 0, f.err
		}
		n, err := f.in.Read(f.room())
		f.filled = n
		f.out, f.at = f.step.decode(f.out[:0], f.buf[:n]), 0
		if err != nil {
			f.err = err
			if err == io.EOF {
				f.out = f.step.flush(f.out)
			}
		}
	}
	n := copy(p, f.out[f.at:])
	f.at += n
	return n, nil
}
