package rtf

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

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

// encodingOf is the encoding of a Windows code page; an unknown one reads as 1252.
func encodingOf(page int) encoding.Encoding {
	switch page {
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 932:
		return japanese.ShiftJIS
	case 936:
		return simplifiedchinese.GBK
	case 949:
		return korean.EUCKR
	case 950:
		return traditionalchinese.Big5
	case 1250:
		return charmap.Windows1250
	case 1251:
		return charmap.Windows1251
	case 1253:
		return charmap.Windows1253
	case 1254:
		return charmap.Windows1254
	case 1255:
		return charmap.Windows1255
	case 1256:
		return charmap.Windows1256
	case 1257:
		return charmap.Windows1257
	case 1258:
		return charmap.Windows1258
	case 10000:
		return charmap.Macintosh
	case 10007:
		return charmap.MacintoshCyrillic
	case 20866:
		return charmap.KOI8R
	case 21866:
		return charmap.KOI8U
	case 54936:
		return simplifiedchinese.GB18030
	case 65001:
		return unicode.UTF8
	}
	return charmap.Windows1252
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
