package charset

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/unicode/norm"
)

const utf8Name = "utf-8"

// row is a line of the table: the aliases are those that the rules in names.go do not find from name and code page.
type row struct {
	name     string
	codePage uint32
	decoding encoding.Encoding
	aliases  []string
}

// rows are all character sets that are known.
func rows() []row {
	return []row{
		{utf8Name, 65001, unicode.UTF8BOM, []string{"unicode11utf8", "unicode20utf8", "utf8mb4", "utf"}},
		{"us-ascii", 20127, nil, []string{"ascii", "ansix341968", "iso646us", "us", "646", "ansix34", "csascii", "isoir6", "ibm367"}},
		{"iso-8859-1", 28591, charmap.Windows1252, []string{"latin1", "l1", "latin", "ibm819", "isoir100", "csisolatin1"}},
		{"iso-8859-2", 28592, charmap.ISO8859_2, []string{"latin2", "l2", "isoir101", "csisolatin2"}},
		{"iso-8859-3", 28593, charmap.ISO8859_3, []string{"latin3", "l3", "isoir109", "csisolatin3"}},
		{"iso-8859-4", 28594, charmap.ISO8859_4, []string{"latin4", "l4", "isoir110", "csisolatin4"}},
		{"iso-8859-5", 28595, charmap.ISO8859_5, []string{"cyrillic", "isoir144", "csisolatincyrillic"}},
		{"iso-8859-6", 28596, charmap.ISO8859_6, []string{"arabic", "ecma114", "asmo708", "isoir127", "csisolatinarabic"}},
		{"iso-8859-7", 28597, charmap.ISO8859_7, []string{"greek", "greek8", "ecma118", "elot928", "isoir126", "csisolatingreek"}},
		{"iso-8859-8", 28598, charmap.ISO8859_8, []string{"hebrew", "visual", "isoir138", "csisolatinhebrew"}},
		{"iso-8859-9", 28599, charmap.Windows1254, []string{"latin5", "l5", "isoir148", "csisolatin5"}},
		{"iso-8859-10", 28600, charmap.ISO8859_10, []string{"latin6", "l6", "isoir157", "csisolatin6"}},
		{"iso-8859-13", 28603, charmap.ISO8859_13, []string{"latin7", "l7"}},
		{"iso-8859-14", 28604, charmap.ISO8859_14, []string{"latin8", "l8", "isoceltic"}},
		{"iso-8859-15", 28605, charmap.ISO8859_15, []string{"latin9", "l9", "latin0", "csisolatin9"}},
		{"iso-8859-16", 28606, charmap.ISO8859_16, []string{"latin10", "l10"}},
		{"windows-1250", 1250, charmap.Windows1250, nil},
		{"windows-1251", 1251, charmap.Windows1251, nil},
		{"windows-1252", 1252, charmap.Windows1252, []string{"default", "ansi"}},
		{"windows-1253", 1253, charmap.Windows1253, nil},
		{"windows-1254", 1254, charmap.Windows1254, nil},
		{"windows-1255", 1255, charmap.Windows1255, nil},
		{"windows-1256", 1256, charmap.Windows1256, nil},
		{"windows-1257", 1257, charmap.Windows1257, nil},
		{"windows-1258", 1258, charmap.Windows1258, nil},
		{"windows-874", 874, charmap.Windows874, []string{"tis620", "tis6202533", "iso885911", "thai"}},
		{"ibm437", 437, charmap.CodePage437, nil},
		{"ibm850", 850, charmap.CodePage850, []string{"cspc850multilingual"}},
		{"ibm852", 852, charmap.CodePage852, nil},
		{"ibm855", 855, charmap.CodePage855, nil},
		{"ibm00858", 858, charmap.CodePage858, []string{"pcmultilingual850euro"}},
		{"ibm860", 860, charmap.CodePage860, nil},
		{"ibm862", 862, charmap.CodePage862, nil},
		{"ibm863", 863, charmap.CodePage863, nil},
		{"ibm865", 865, charmap.CodePage865, nil},
		{"ibm866", 866, charmap.CodePage866, nil},
		{"ibm037", 37, charmap.CodePage037, nil},
		{"ibm1047", 1047, charmap.CodePage1047, nil},
		{"ibm01140", 1140, charmap.CodePage1140, nil},
		{"koi8-r", 20866, charmap.KOI8R, []string{"koi8", "koi", "cskoi8r"}},
		{"koi8-u", 21866, charmap.KOI8U, []string{"koi8ru"}},
		{"macintosh", 10000, charmap.Macintosh, []string{"mac", "macroman", "applemacintosh", "csmacintosh"}},
		{"x-mac-cyrillic", 10007, charmap.MacintoshCyrillic, []string{"macukrainian", "maccyr"}},
		{"shift_jis", 932, japanese.ShiftJIS, []string{"sjis", "mskanji", "windows31j", "csshiftjis", "shiftjisx0213", "shiftjis2004", "pck"}},
		{"euc-jp", 51932, japanese.EUCJP, []string{"eucjp", "ujis", "eucjpms", "eucjpwin", "20932", "cseucpkdfmtjapanese"}},
		{"iso-2022-jp", 50220, japanese.ISO2022JP, []string{"iso2022jp1", "iso2022jp2", "iso2022jp3", "iso2022jp2004", "iso2022jpms", "csiso2022jp", "csiso2022jp2", "50221", "50222", "jis", "jis7"}},
		{"gb2312", 936, simplifiedchinese.GB18030, []string{"gb231280", "gb23121980", "chinese", "csgb2312", "csiso58gb231280", "euccn", "isoir58", "cngb", "gb", "51936", "20936"}},
		{"gb18030", 54936, simplifiedchinese.GB18030, []string{"gb180302000", "gb180302005", "gb180302022"}},
		{"hz-gb-2312", 52936, simplifiedchinese.HZGB2312, []string{"hz", "hzgb"}},
		{"big5", 950, traditionalchinese.Big5, []string{"big5hkscs", "cnbig5", "csbig5", "big5eten", "951"}},
		{"euc-kr", 949, korean.EUCKR, []string{"ksc56011987", "ksc56011989", "ksc5601", "ksx1001", "korean", "uhc", "isoir149", "cseuckr", "csksc56011987", "51949", "1361ks"}},
		{"utf-7", 65000, utf7{}, []string{"unicode11utf7", "csunicode11utf7"}},
		{"utf-16", 1200, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), []string{"utf16le", "unicode", "ucs2", "iso10646ucs2", "csunicode", "unicodefeff", "unicodelittle"}},
		{"utf-16be", 1201, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), []string{"unicodefffe", "unicodebig"}},
		{"utf-32", 12000, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), []string{"utf32le", "ucs4", "iso10646ucs4"}},
		{"utf-32be", 12001, utf32.UTF32(utf32.BigEndian, utf32.UseBOM), nil},
	}
}

// moreDecoding are code pages that share the decoder of a row, under a name of their own.
func moreDecoding() []row {
	return []row{
		{"gbk", 936, simplifiedchinese.GB18030, []string{"cp936ms"}},
		{"iso-8859-8-i", 38598, charmap.ISO8859_8, []string{"logical", "iso88598i", "csiso88598i"}},
		{"iso-8859-6-i", 28596, charmap.ISO8859_6, []string{"csiso88596i", "csiso88596e"}},
		{"iso-8859-8-e", 28598, charmap.ISO8859_8, []string{"csiso88598e"}},
	}
}

// make finishes a character set of the table: where a name promises less than its decoder knows, the encoder keeps the promise.
func (r row) make() *Charset {
	c := &Charset{Name: r.name, CodePage: r.codePage, decoding: r.decoding}
	switch r.name {
	case utf8Name:
		c.encoding = encoding.Nop
	case "iso-8859-1":
		c.encoding = charmap.ISO8859_1
	case "iso-8859-9":
		c.encoding = charmap.ISO8859_9
	case "gb2312":
		c.encoding, c.fits = simplifiedchinese.GBK, inGB2312
	case "gbk":
		c.encoding = simplifiedchinese.GBK
	case "shift_jis":
		c.fits = inShiftJIS
	case "euc-jp":
		c.fits = inEUCJP
	case "iso-2022-jp":
		c.fits = inISO2022JP
	case "euc-kr":
		c.fits = inEUCKR
	case "windows-1258":
		c.after = norm.NFC // its letters are written in parts, which nothing shows well
		c.encoding = vietnamese{}
	}
	return c
}

// inGB2312 reports whether a text in GBK keeps to the rows of GB 2312, whose characters have two bytes above 0xA0 each.
func inGB2312(encoded []byte) bool {
	for i := 0; i < len(encoded); i++ {
		if encoded[i] < 0x80 {
			continue
		}
		if encoded[i] < 0xA1 || encoded[i] > 0xF7 || i+1 == len(encoded) || encoded[i+1] < 0xA1 {
			return false
		}
		i++
	}
	return true
}
