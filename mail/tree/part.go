package tree

import (
	"bytes"
	"io"
	"iter"

	"zarafa/mail/header"
)

// Limits of a tree. The part that reaches one is not taken apart further.
const (
	MaxLevels   = 100    // multiparts and messages within each other
	MaxParts    = 10_000 // of all levels
	MaxEmbedded = 20     // messages within messages, side by side or within each other
	maxBoundary = 998    // bytes; longer ones fit on no line
)

// Reason says why a part is not what its header says.
type Reason byte

const (
	AsDeclared  Reason = iota
	NoBoundary         // a multipart whose boundary is missing or never comes: its body is text
	TooDeep            // beyond MaxLevels
	TooMany            // beyond MaxParts: the rest of the mail, from a delimiter on
	TooEmbedded        // beyond MaxEmbedded
	Encoded            // a message in base64 or quoted-printable, which is not allowed: decode its content and parse that
	LongHeader         // beyond header.MaxFields or header.MaxBytes, and without a Content-Type up to there
)

// Part is a node of the tree: the mail itself, a part of a multipart, or the message in a message/rfc822 part. The offsets are those in the mail.
type Part struct {
	// Header is where the header begins, Body where it ends with its empty line and the body begins, End where the body ends: in front of the line end that
	// belongs to the next delimiter (RFC 2046 5.1.1).
	Header, Body, End int64
	// Lines is the number of line ends in the body.
	Lines int64
	// Type and Subtype are those of Content-Type, in lower case, or the default: text/plain, message/rfc822 in a multipart/digest.
	Type, Subtype string
	// Typed says that the header has a Content-Type that can be understood.
	Typed bool
	// Encoding is the Content-Transfer-Encoding by its name in RFC 2045, or the word that is there instead of one; see [KnownEncoding].
	Encoding string
	// Boundary is that of a multipart.
	Boundary string
	// Reason says why a multipart or a message is a leaf.
	Reason Reason
	// Parts are those of a multipart.
	Parts []*Part
	// Message is that of a message/rfc822 part.
	Message *Part
}

// Octets is the size of the body as it stands in the mail.
func (p *Part) Octets() int64 { return p.End - p.Body }

// lastEnd is where the last of what is in the part ends: behind the line end of its last line, if that ends an empty body's header.
func (p *Part) lastEnd() int64 {
	switch {
	case p.Message != nil:
		return p.Message.End
	case len(p.Parts) > 0:
		return p.Parts[len(p.Parts)-1].End
	}
	return p.Body
}

// IsMultipart reports whether the part has parts.
func (p *Part) IsMultipart() bool { return len(p.Parts) > 0 }

// IsLeaf reports whether the part has content rather than parts or a message.
func (p *Part) IsLeaf() bool { return len(p.Parts) == 0 && p.Message == nil }

// Effective is the type that the part has for readers: that of its header, unless it could not be taken apart or is in an unknown encoding.
func (p *Part) Effective() (typ, subtype string) {
	switch {
	case p.Reason == NoBoundary:
		return "text", "plain"
	case p.Reason != AsDeclared, p.IsLeaf() && !KnownEncoding(p.Encoding):
		return "application", "octet-stream"
	}
	return p.Type, p.Subtype
}

// All are the part and those in it, in the order of the mail.
func (p *Part) All() iter.Seq[*Part] {
	return func(yield func(*Part) bool) { p.walk(yield) }
}

func (p *Part) walk(yield func(*Part) bool) bool {
	if !yield(p) {
		return false
	}
	for _, c := range p.Parts {
		if !c.walk(yield) {
			return false
		}
	}
	return p.Message == nil || p.Message.walk(yield)
}

// Message is a mail and its tree.
type Message struct {
	Root *Part
	Size int64
	src  source
}

// source is the bytes of a mail: in memory, or behind a reader.
type source struct {
	data []byte
	r    io.ReaderAt
}

func (s source) reader() io.ReaderAt {
	if s.r == nil {
		return bytes.NewReader(s.data)
	}
	return s.r
}

// bytes gives a piece of the mail; it must not be changed.
func (s source) bytes(from, to int64) ([]byte, error) {
	if s.r == nil {
		return s.data[from:to:to], nil
	}
	b := make([]byte, to-from)
	n, err := s.r.ReadAt(b, from)
	if n == len(b) {
		return b, nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}

// HeaderBytes is the header of a part with its empty line, or as much of it as has a meaning. It must not be changed.
func (m *Message) HeaderBytes(p *Part) ([]byte, error) {
	return m.src.bytes(p.Header, min(p.Body, p.Header+header.MaxBytes+1))
}

// Fields are the fields of a part's header.
func (m *Message) Fields(p *Part) (*header.Fields, error) {
	b, err := m.HeaderBytes(p)
	if err != nil {
		return nil, err
	}
	return header.Parse(b), nil
}

// Section reads any piece of the mail.
func (m *Message) Section(from, to int64) *io.SectionReader {
	return io.NewSectionReader(m.src.reader(), from, to-from)
}

// Raw reads a part as it stands, with its header.
func (m *Message) Raw(p *Part) *io.SectionReader { return m.Section(p.Header, p.End) }

// RawBody reads a part's body as it stands.
func (m *Message) RawBody(p *Part) *io.SectionReader { return m.Section(p.Body, p.End) }

// Content reads a leaf's content without its transfer encoding; see [NewDecoder].
func (m *Message) Content(p *Part) io.Reader {
	if !p.IsLeaf() || p.Reason == TooMany {
		return m.RawBody(p)
	}
	return NewDecoder(p.Encoding, m.RawBody(p))
}
