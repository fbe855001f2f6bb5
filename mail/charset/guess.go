package charset

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// Guess says what a text is in whose character set nobody named, or named wrongly: UTF-8 if it is valid UTF-8; the 7-bit encoding of
// Japanese if it has its escape sequences; else fallback, which is what the operator or the sender says, unless it does not know
// the bytes; else windows-1252. A nil fallback is windows-1252.
func Guess(text []byte, fallback *Charset) *Charset {
	c := guess(text, fallback)
	if c != fallback || fallback == nil || c.Name == utf8Name {
		return c
	}
	if _, ok := fallback.Decode(text); !ok {
		return Windows1252()
	}
	return c
}

// escapes begin the texts in iso-2022-jp (RFC 1468).
var escapes = [][]byte{[]byte("\x1B$B"), []byte("\x1B$@"), []byte("\x1B(J"), []byte("\x1B(I"), []byte("\x1B$(D")}

func guess(text []byte, fallback *Charset) *Charset {
	if isASCII(text) {
		if bytes.IndexByte(text, 0x1B) >= 0 {
			for _, e := range escapes {
				if bytes.Contains(text, e) {
					return table().byPage[50220]
				}
			}
		}
		return UTF8()
	}
	if utf8.Valid(text) || fallback != nil && fallback.Name == utf8Name && looksUTF8(text) {
		return UTF8()
	}
	if fallback == nil || fallback.decoding == nil || fallback.Name == utf8Name {
		return Windows1252()
	}
	return fallback
}

// looksUTF8 reports whether most of what is not ASCII is UTF-8: a text that was cut or damaged, not one in another character set.
func looksUTF8(text []byte) bool {
	good, bad := 0, 0
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		text = text[n:]
	}
	return good > 4*bad
}

// lookAhead is how much of a text, from its first byte that is not ASCII on, decides what it is in.
const lookAhead = 64 << 10

// GuessReader decodes a text of any length as [Guess] would; it looks at no more than the first 64 KiB that follow the first byte
// that is not ASCII.
func GuessReader(r io.Reader, fallback *Charset) io.Reader {
	return &guessReader{in: bufio.NewReaderSize(r, lookAhead), fallback: fallback}
}

type guessReader struct {
	in       *bufio.Reader
	fallback *Charset
	decided  io.Reader
}

func (g *guessReader) Read(p []byte) (int, error) {
	if g.decided != nil {
		return g.decided.Read(p)
	}
	if len(p) == 0 {
		return 0, nil
	}
	head, err := g.in.Peek(min(len(p), lookAhead))
	if len(head) == 0 {
		return 0, err
	}
	n := 0
	for n < len(head) && head[n] < utf8.RuneSelf && head[n] != 0x1B {
		n++
	}
	if n == 0 {
		g.decide()
		return g.decided.Read(p)
	}
	copy(p, head[:n])
	_, err = g.in.Discard(n)
	return n, err
}

// decide chooses the decoder for what is left.
func (g *guessReader) decide() {
	head, err := g.in.Peek(lookAhead)
	if err == nil { // more follows: the last character may be incomplete
		for cut := 0; cut < utf8.UTFMax && len(head) > 0 && !utf8.Valid(head[len(head)-1:]); cut++ {
			head = head[:len(head)-1]
		}
	}
	c := Guess(head, g.fallback)
	if c.Name == utf8Name {
		g.decided = transform.NewReader(g.in, utf8Or1252{})
		return
	}
	g.decided = c.NewReader(g.in)
}

// utf8Or1252 lets UTF-8 pass, and takes each byte that is none for a letter of windows-1252.
type utf8Or1252 struct{ transform.NopResetter }

func (utf8Or1252) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && size == 1 {
			r = windows1252Rune(src[nSrc])
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}
