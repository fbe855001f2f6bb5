package charset

// Names of character sets of East Asia promise less than Windows' code pages of the same numbers have, and readers that keep to the names
// cannot show the rest. What fits is therefore what the names promise; other text goes out in UTF-8.

// inJISRows reports whether a lead byte of JIS X 0208, without its high bit, is of a row that the standard has: 13 is of NEC, 89 to 92
// are IBM's.
func inJISRows(lead byte) bool { return lead != 0x20+13 && lead < 0x20+89 }

// inShiftJIS keeps to JIS X 0208.
func inShiftJIS(encoded []byte) bool {
	for i := 0; i < len(encoded); i++ {
		switch c := encoded[i]; {
		case c < 0x80, c >= 0xA1 && c <= 0xDF:
		case c == 0x87, c >= 0xED, i+1 == len(encoded):
			return false
		default:
			i++
		}
	}
	return true
}

func inEUCJP(encoded []byte) bool {
	for i := 0; i < len(encoded); i++ {
		switch c := encoded[i]; {
		case c < 0x80:
		case c == 0x8E: // half-width kana
			i++
		case c == 0x8F: // JIS X 0212
			i += 2
		case !inJISRows(c & 0x7F):
			return false
		default:
			i++
		}
	}
	return true
}

// inISO2022JP knows the escape sequences that the encoder writes.
func inISO2022JP(encoded []byte) bool {
	double := false
	for i := 0; i < len(encoded); i++ {
		switch c := encoded[i]; {
		case c == 0x1B && i+2 < len(encoded):
			double = encoded[i+1] == '$'
			i += 2
		case !double:
		case !inJISRows(c):
			return false
		default:
			i++
		}
	}
	return true
}

// inEUCKR keeps to KS X 1001.
func inEUCKR(encoded []byte) bool {
	for i := 0; i < len(encoded); i++ {
		if encoded[i] < 0x80 {
			continue
		}
		if encoded[i] < 0xA1 || i+1 == len(encoded) || encoded[i+1] < 0xA1 {
			return false
		}
		i++
	}
	return true
}
