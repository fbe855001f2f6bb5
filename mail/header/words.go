package header

import (
	"encoding/base64"
	"strings"

	"zarafa/mail/charset"
)

// DecodeText makes text of an unstructured value, or of a phrase or comment of another: encoded words (RFC 2047) are decoded wherever they
// stand, in quotes too. Neighbours of one character set are put together before they are decoded, since mailers cut within characters. A word that
// cannot be decoded stays as it is. Bytes that are not ASCII are UTF-8, else in the fallback, else in windows-1252 (nil: none). The result is
// valid UTF-8 and has no CR, LF and NUL: there are blanks in their places.
func DecodeText(value string, fallback *charset.Charset) string {
	if plainText(value) {
		return value
	}
	raw := charset.Guess([]byte(value), fallback)
	var out strings.Builder
	out.Grow(len(value))
	literal := func(s string) {
		text, _ := raw.Decode([]byte(s))
		out.WriteString(text)
	}
	start := 0 // of what was not written yet
	for i := 0; i < len(value); {
		at := strings.Index(value[i:], "=?")
		if at < 0 {
			break
		}
		i += at
		words, end := adjacent(value, i)
		if len(words) == 0 {
			i += 2
			continue
		}
		literal(value[start:i])
		decodeWords(&out, words, literal)
		i, start = end, end
	}
	literal(value[start:])
	return oneLine(out.String())
}

// plainText reports whether there is nothing to decode.
func plainText(value string) bool {
	for i := range len(value) {
		if c := value[i]; c >= 0x80 || c == 0x1B || c == '\r' || c == '\n' || c == 0 || c == '=' && i+1 < len(value) && value[i+1] == '?' {
			return false
		}
	}
	return true
}

// oneLine makes a value of a text: CR, LF and NUL become blanks.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n\x00") {
		return s
	}
	return strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\x00", " ").Replace(s)
}

// word is an encoded word.
type word struct {
	source  string // all of it
	charset string
	b64     bool
	text    string
}

// parseWord takes the encoded word that a string begins with.
func parseWord(s string) (w word, ok bool) {
	if !strings.HasPrefix(s, "=?") {
		return word{}, false
	}
	n := strings.IndexByte(s[2:min(len(s), 2+80)], '?')
	if n <= 0 || len(s) < 2+n+3 || strings.ContainsAny(s[2:2+n], " \t\"<>(),;:") {
		return word{}, false
	}
	w.charset = s[2 : 2+n]
	rest := s[2+n+1:]
	switch rest[0] {
	case 'b', 'B':
		w.b64 = true
	case 'q', 'Q':
	default:
		return word{}, false
	}
	if rest[1] != '?' {
		return word{}, false
	}
	textAt := 2 + n + 3
	for i := textAt; i < len(s); i++ {
		next := strings.IndexByte(s[i:], '?')
		if next < 0 {
			return word{}, false
		}
		i += next
		if i+1 < len(s) && s[i+1] == '=' {
			w.text, w.source = s[textAt:i], s[:i+2]
			return w, true
		}
		if i > textAt && s[i-1] == '=' { // another word begins: this one has no end
			return word{}, false
		}
	}
	return word{}, false
}

// adjacent takes the encoded words that begin at a place and have nothing but blanks between them.
func adjacent(s string, at int) (words []word, end int) {
	end = at
	for {
		w, ok := parseWord(s[at:])
		if !ok {
			return words, end
		}
		words = append(words, w)
		at += len(w.source)
		end = at
		for at < len(s) && (isBlank(s[at]) || s[at] == '\r' || s[at] == '\n') {
			at++
		}
	}
}

// decodeWords writes what words mean, group by group of one character set.
func decodeWords(out *strings.Builder, words []word, literal func(string)) {
	rawBefore := false
	for first := true; len(words) > 0; first = false {
		cs, ok := wordCharset(words[0].charset)
		n := 1
		for n < len(words) {
			if next, known := wordCharset(words[n].charset); !ok || !known || next != cs {
				break
			}
			n++
		}
		text, decoded := "", false
		if ok {
			text, decoded = decodeGroup(words[:n], cs)
		}
		if decoded {
			out.WriteString(text)
		} else {
			if !first && !rawBefore {
				out.WriteByte(' ')
			}
			for i, w := range words[:n] {
				if i > 0 {
					out.WriteByte(' ')
				}
				literal(w.source)
			}
			if n < len(words) {
				out.WriteByte(' ')
			}
		}
		rawBefore = !decoded
		words = words[n:]
	}
}

// wordCharset finds the character set of a word; nil and ok: the sender said that he did not know it.
func wordCharset(name string) (cs *charset.Charset, ok bool) {
	if cs, ok = charset.Lookup(name); ok {
		return cs, true
	}
	return nil, charset.Undeclared(name)
}

// decodeGroup decodes words of one character set.
func decodeGroup(words []word, cs *charset.Charset) (text string, ok bool) {
	var each []byte
	var joined strings.Builder
	allB64 := true
	for _, w := range words {
		if w.b64 {
			each = append(each, decodeB(w.text)...)
			joined.WriteString(w.text)
			continue
		}
		allB64 = false
		each = append(each, decodeQ(w.text)...)
	}
	if len(each) == 0 && strings.Trim(joined.String(), " =") != "" {
		return "", false
	}
	if cs == nil {
		cs = charset.Guess(each, nil)
	}
	text, ok = cs.Decode(each)
	if !ok && allB64 && len(words) > 1 {
		if whole, good := cs.Decode(decodeB(joined.String())); good {
			return whole, true
		}
	}
	if !ok {
		text, _ = charset.Guess(each, cs).Decode(each)
	}
	return text, true
}

// decodeB decodes base64 that may lack padding or contain other characters.
func decodeB(text string) []byte {
	digits := make([]byte, 0, len(text))
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			digits = append(digits, c)
		}
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	n, _ := base64.RawStdEncoding.Decode(out, digits) // of digits alone: it cannot fail
	return out[:n]
}

// decodeQ decodes the Q encoding (RFC 2047 4.2).
func decodeQ(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '_':
			out = append(out, ' ')
		case '=':
			if i+2 < len(text) {
				if h, l := unhex(text[i+1]), unhex(text[i+2]); h >= 0 && l >= 0 {
					out = append(out, byte(h<<4|l))
					i += 2
					continue
				}
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
