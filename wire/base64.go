package wire

const (
	b64Invalid = 0xFF
	b64Blank   = 0xFE
	b64Pad     = 0xFD
)

// b64Values maps a character to its six bits or to one of the marks above. It is constant.
var b64Values = func() (t [256]byte) {
	for i := range t {
		t[i] = b64Invalid
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	for _, c := range []byte(" \t\r\n") {
		t[c] = b64Blank
	}
	t['='] = b64Pad
	return t
}()

// decodeBase64 decodes in place. Blanks are ignored and padding may be missing
// (wire.md section 4); ok is false for foreign characters.
func decodeBase64(text []byte) (decoded []byte, ok bool) {
	r, w := 0, 0
	for ; r+4 <= len(text); r += 4 {
		a, b, c, e := b64Values[text[r]], b64Values[text[r+1]], b64Values[text[r+2]], b64Values[text[r+3]]
		if (a|b|c|e)&0x80 != 0 {
			break
		}
		text[w] = a<<2 | b>>4
		text[w+1] = b<<4 | c>>2
		text[w+2] = c<<6 | e
		w += 3
	}
	return decodeBase64Slowly(text, r, w)
}

// decodeBase64Slowly takes over where blanks, padding or the end begin.
func decodeBase64Slowly(text []byte, r, w int) (decoded []byte, ok bool) {
	var bits uint32
	n, padded := 0, false
	for ; r < len(text); r++ {
		v := b64Values[text[r]]
		switch {
		case v == b64Blank:
			continue
		case v == b64Pad:
			padded = true
			continue
		case v == b64Invalid || padded:
			return nil, false
		}
		bits = bits<<6 | uint32(v)
		if n++; n == 4 {
			text[w], text[w+1], text[w+2] = byte(bits>>16), byte(bits>>8), byte(bits)
			w, n, bits = w+3, 0, 0
		}
	}
	switch n {
	case 1:
		return nil, false
	case 2:
		text[w] = byte(bits >> 4)
		w++
	case 3:
		text[w], text[w+1] = byte(bits>>10), byte(bits>>2)
		w += 2
	}
	return text[:w:w], true
}
