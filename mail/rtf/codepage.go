package rtf

// Code pages that are not of text.
const (
	pageDefault = 0  // that of the document
	pageSymbol  = 42 // the pictures of a symbol font
)

// charsetPages are the code pages of fonts by their \fcharset.
var charsetPages = map[int]int{
	0: 1252, 2: pageSymbol, 77: 10000, 78: 932, 80: 936, 81: 950, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254,
	163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}

// symbol is the character that looks like a byte of a symbol font: what mails contain of them, which are bullets, ticks, arrows
// and Outlook's smileys.
func symbol(font string, c byte) rune {
	if font == "Wingdings" {
		switch c {
		case 'J':
			return '☺'
		case 'K':
			return '😐'
		case 'L':
			return '☹'
		case 0xDF:
			return '←'
		case 0xE0:
			return '→'
		case 0xF3:
			return '↔'
		case 'q', 0xA8:
			return '□'
		case 'l', 0x9F:
			return '•'
		}
	}
	switch c {
	case 0xB7:
		return '•'
	case 0xA7:
		return '▪'
	case 0xD8:
		return '➢'
	case 0xFC:
		return '✓'
	case 0xAE:
		return '→'
	case 0xAC:
		return '←'
	case 0xDE:
		return '⇒'
	case 0xDB:
		return '⇔'
	}
	return rune(c)
}
