package header

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"zarafa/mail/charset"
)

// maxWord is the longest an encoded word may be (RFC 2047 2).
const maxWord = 75

// longestPlain is from which length on a word goes out encoded, though it is ASCII: nobody could fold it.
const longestPlain = 700

// EncodeText makes an unstructured value, or a phrase, of a text: ASCII stays; what is between the first and the last word that is not becomes
// encoded words of 75 bytes at the most, in the character set given if it fits there, else in UTF-8. A character is never cut. CR, LF and NUL
// become blanks. Blanks at the ends are encoded, or they would be lost.
func EncodeText(text string, cs *charset.Charset) string {
	text = oneLine(strings.ToValidUTF8(text, "\uFFFD"))
	from, to := mustEncode(text)
	if from == to {
		return text
	}
	part := text[from:to]
	if cs == nil {
		cs = charset.UTF8()
	}
	if _, ok := cs.Encode(part); !ok || !wordsIn(cs) {
		cs = charset.UTF8()
	}
	var out strings.Builder
	out.WriteString(text[:from])
	for i := 0; len(part) > 0; i++ {
		if i > 0 {
			out.WriteByte(' ')
		}
		w, n := encodeWord(part, cs)
		out.WriteString(w)
		part = part[n:]
	}
	out.WriteString(text[to:])
	return out.String()
}

// wordsIn reports whether a character set is one that readers of mail expect in encoded words: not UTF-7, UTF-16 and their like.
func wordsIn(cs *charset.Charset) bool {
	a, ok := cs.Encode("A")
	return ok && string(a) == "A" && cs.CodePage != 65000
}

// mustEncode finds what of a text cannot go out as it is: whole words. from = to: nothing.
func mustEncode(text string) (from, to int) {
	from = len(text)
	note := func(start, end int) {
		from, to = min(from, start), max(to, end)
	}
	for i := 0; i < len(text); {
		if text[i] == ' ' {
			i++
			continue
		}
		end := strings.IndexByte(text[i:], ' ')
		if end < 0 {
			end = len(text)
		} else {
			end += i
		}
		if w := text[i:end]; !printable(w) || strings.Contains(w, "=?") || len(w) > longestPlain {
			note(i, end)
		}
		i = end
	}
	if text != "" && text[0] == ' ' {
		note(0, 1)
	}
	if text != "" && text[len(text)-1] == ' ' {
		note(len(text)-1, len(text))
	}
	if to == 0 {
		return 0, 0
	}
	return from, to
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// encodeWord makes one encoded word of the beginning of a text, and says how much it took: one character at least.
func encodeWord(text string, cs *charset.Charset) (encoded string, n int) {
	room := maxWord - len("=??X??=") - len(cs.Name)
	var best []byte
	for n < len(text) && n < room {
		_, size := utf8.DecodeRuneInString(text[n:])
		b, ok := cs.Encode(text[:n+size])
		if n > 0 && (!ok || encodedLen(b) > room) {
			break
		}
		best, n = b, n+size
	}
	if readable(best) {
		return "=?" + cs.Name + "?Q?" + encodeQ(best) + "?=", n
	}
	return "=?" + cs.Name + "?B?" + base64.StdEncoding.EncodeToString(best) + "?=", n
}

// readable reports whether the Q encoding of a text is the better one: people can read most of it, and it is not much longer.
func readable(b []byte) bool { return 2*lenQ(b) <= 3*base64.StdEncoding.EncodedLen(len(b)) }

func encodedLen(b []byte) int {
	if readable(b) {
		return lenQ(b)
	}
	return base64.StdEncoding.EncodedLen(len(b))
}

// safeQ reports whether a byte stands for itself even in a phrase (RFC 2047 5 (3)).
func safeQ(c byte) bool {
	switch c {
	case '!', '*', '+', '-', '/':
		return true
	}
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

func lenQ(b []byte) int {
	n := 0
	for _, c := range b {
		if safeQ(c) || c == ' ' {
			n++
		} else {
			n += 3
		}
	}
	return n
}

const hexDigits = "0123456789ABCDEF"

func encodeQ(b []byte) string {
	out := make([]byte, 0, lenQ(b))
	for _, c := range b {
		switch {
		case c == ' ':
			out = append(out, '_')
		case safeQ(c):
			out = append(out, c)
		default:
			out = append(out, '=', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(out)
}
