package charset

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// Charset is a character set of mail.
type Charset struct {
	// Name is the name that mail goes out with: the preferred MIME name of the IANA's registry, in lower case.
	Name string
	// CodePage is the Windows code page, as in PR_INTERNET_CPID.
	CodePage uint32

	decoding encoding.Encoding // nil: the text is to be guessed
	encoding encoding.Encoding // nil: as decoding
	fits     func(encoded []byte) bool
	after    transform.SpanningTransformer // what follows the decoder
}

// String is the name.
func (c *Charset) String() string { return c.Name }

// decoder makes the transformer of one text.
func (c *Charset) decoder() transform.Transformer {
	if c.after != nil {
		return transform.Chain(c.decoding.NewDecoder().Transformer, c.after)
	}
	return c.decoding.NewDecoder().Transformer
}

// Decode makes UTF-8 of a text. Not ok: it has bytes that the character set does not know, which are U+FFFD in the result; somebody
// named a wrong character set.
func (c *Charset) Decode(text []byte) (decoded string, ok bool) {
	if isASCII(text) && c.asciiStays() {
		return string(text), true
	}
	if c.decoding == nil {
		return guess(text, Windows1252()).Decode(text)
	}
	if c.Name == utf8Name {
		text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
		if utf8.Valid(text) {
			return string(text), true
		}
	}
	out, _, err := transform.Bytes(c.decoder(), text)
	if err != nil { // UTF-32 alone refuses half a character
		return strings.ToValidUTF8(string(out), "\uFFFD") + "\uFFFD", false
	}
	return string(out), !bytes.Contains(out, []byte("\uFFFD"))
}

// NewReader decodes a text of any length while it is read; a character that ends with the text is not lost.
func (c *Charset) NewReader(r io.Reader) io.Reader {
	if c.decoding == nil {
		return GuessReader(r, nil)
	}
	return &wholeReader{in: transform.NewReader(r, c.decoder())}
}

// wholeReader makes U+FFFD of half a character at the end of a text, where a decoder would complain.
type wholeReader struct {
	in   io.Reader
	rest []byte
}

func (w *wholeReader) Read(p []byte) (int, error) {
	if len(w.rest) > 0 {
		n := copy(p, w.rest)
		w.rest = w.rest[n:]
		return n, nil
	}
	n, err := w.in.Read(p)
	if errors.Is(err, transform.ErrShortSrc) {
		w.in, w.rest, err = eof{}, []byte("\uFFFD"), nil
	}
	return n, err
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Encode makes the bytes of a text. Not ok: the character set lacks one of its characters; there is no result then. An encoded text is
// complete in itself: stateful character sets end in the state in which they begin.
func (c *Charset) Encode(text string) (encoded []byte, ok bool) {
	encoded, ok = c.EncodePage(text)
	if ok && c.fits != nil && !c.fits(encoded) {
		return nil, false
	}
	return encoded, ok
}

// EncodePage is Encode for formats of Windows, which name code pages: all that the code page has fits, whatever the name of the character
// set promises to others.
func (c *Charset) EncodePage(text string) (encoded []byte, ok bool) {
	if !utf8.ValidString(text) {
		return nil, false
	}
	if isASCII(text) && c.asciiStays() {
		return []byte(text), true
	}
	e := c.encoding
	if e == nil {
		e = c.decoding
	}
	if e == nil {
		return nil, false // US-ASCII
	}
	encoded, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return nil, false
	}
	if e == simplifiedchinese.HZGB2312 && bytes.LastIndex(encoded, []byte("~{")) > bytes.LastIndex(encoded, []byte("~}")) {
		encoded = append(encoded, "~}"...)
	}
	return encoded, true
}

// ASCIICompatible reports whether the bytes below 0x80 are ASCII and nothing else, whatever precedes them.
func (c *Charset) ASCIICompatible() bool {
	return c.asciiStays() && !stateful[c.CodePage] && !trailsInASCII[c.CodePage]
}

// asciiStays reports whether a text of bytes below 0x80 alone is decoded to itself.
func (c *Charset) asciiStays() bool { return !stateful[c.CodePage] && !wide[c.CodePage] }

var (
	// stateful are the code pages whose bytes below 0x80 change what follows.
	stateful = map[uint32]bool{50220: true, 50225: true, 52936: true, 65000: true}
	// wide are those in which ASCII is not ASCII.
	wide = map[uint32]bool{37: true, 1047: true, 1140: true, 1200: true, 1201: true, 12000: true, 12001: true}
	// trailsInASCII are those whose characters may have a second byte below 0x80.
	trailsInASCII = map[uint32]bool{932: true, 936: true, 949: true, 950: true, 54936: true}
)

func isASCII[T []byte | string](text T) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
