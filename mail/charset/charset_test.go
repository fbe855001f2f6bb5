package charset_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"zarafa/mail/charset"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"UTF-8": "utf-8", "utf8": "utf-8", `"utf-8"`: "utf-8", "utf-8*en": "utf-8", "UTF_8": "utf-8", "utf-8mb4": "utf-8", "charset=utf-8": "utf-8",
		"us-ascii": "us-ascii", "ANSI_X3.4-1968": "us-ascii", "646": "us-ascii",
		"iso-8859-1": "iso-8859-1", "ISO_8859-1:1987": "iso-8859-1", "8859-1": "iso-8859-1", "latin1": "iso-8859-1", "8859_1": "iso-8859-1", "iso8859-15": "iso-8859-15",
		"iso-8859-8-i": "iso-8859-8-i", "iso-8859-8-E": "iso-8859-8-e", "iso-8859-11": "windows-874", "tis-620": "windows-874",
		"cp932": "shift_jis", "ms932": "shift_jis", "windows-31j": "shift_jis", "x-sjis": "shift_jis", "MS_Kanji": "shift_jis",
		"cp-850": "ibm850", "CP850": "ibm850", "IBM850": "ibm850", "cspc850multilingual": "ibm850", "dos-866": "ibm866",
		"iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp", "csISO2022JP": "iso-2022-jp",
		"default": "windows-1252", "win1252": "windows-1252", "x-cp1252": "windows-1252", "1252": "windows-1252", "windows-1252": "windows-1252", "Windows1251": "windows-1251",
		"gb2312": "gb2312", "GB_2312-80": "gb2312", "gbk": "gbk", "x-gbk": "gbk", "cp936": "gb2312", "gb18030": "gb18030", "hz-gb-2312": "hz-gb-2312",
		"ks_c_5601-1987": "euc-kr", "cp949": "euc-kr", "big5": "big5", "x-x-big5": "", "big5-hkscs": "big5", "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7",
		"utf-16": "utf-16", "utf-16le": "utf-16", "utf-16be": "utf-16be", "koi8-r": "koi8-r", "koi8-ru": "koi8-u", "macintosh": "macintosh", "x-mac-roman": "macintosh",
		"unknown-8bit": "", "x-unknown": "", "unknown": "", "": "", "_": "", "iso-8859-99": "", strings.Repeat("utf-8", 100): "", "cp0": "", "iso-2022-kr": "", "replacement": "",
	} {
		c, ok := charset.Lookup(name)
		switch {
		case want == "" && ok:
			t.Errorf("%q is taken for %s", name, c)
		case want != "" && !ok:
			t.Errorf("%q is not known", name)
		case want != "" && c.Name != want:
			t.Errorf("%q is taken for %s, want %s", name, c, want)
		}
	}
}

func TestUndeclared(t *testing.T) {
	for name, want := range map[string]bool{"": true, "unknown-8bit": true, "X-UNKNOWN": true, "x-unknown*en": true, "_autodetect": true, "utf-8": false, "x-klingon": false, "us-ascii": false} {
		if got := charset.Undeclared(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
		if _, known := charset.Lookup(name); known && charset.Undeclared(name) {
			t.Errorf("%q is both known and undeclared", name)
		}
	}
}

func TestCodePages(t *testing.T) {
	for page, want := range map[uint32]string{
		65001: "utf-8", 65000: "utf-7", 20127: "us-ascii", 1252: "windows-1252", 1258: "windows-1258", 28591: "iso-8859-1", 28605: "iso-8859-15", 932: "shift_jis",
		936: "gb2312", 949: "euc-kr", 950: "big5", 1200: "utf-16", 50220: "iso-2022-jp", 50221: "iso-2022-jp", 51932: "euc-jp", 20932: "euc-jp", 54936: "gb18030", 20866: "koi8-r", 38598: "iso-8859-8-i", 874: "windows-874",
	} {
		c, ok := charset.FromCodePage(page)
		if !ok || c.Name != want {
			t.Errorf("code page %d is %v, want %s", page, c, want)
			continue
		}
		if again, ok := charset.Lookup(c.Name); !ok || again.CodePage != c.CodePage {
			t.Errorf("%s, the name of code page %d, leads to %v", c, page, again)
		}
	}
	if c, ok := charset.FromCodePage(4711); ok {
		t.Errorf("code page 4711 is %s", c)
	}
}

var texts = []struct{ charset, bytes, text string }{
	{"utf-8", "Gr\xC3\xBC\xC3\x9Fe", "Grüße"},
	{"utf-8", "\xEF\xBB\xBFa", "a"},
	{"us-ascii", "Gr\xFC\xDFe", "Grüße"},         // declared wrongly
	{"us-ascii", "Gr\xC3\xBC\xC3\x9Fe", "Grüße"}, // and this too
	{"iso-8859-1", "\x80 5", "€ 5"},              // windows-1252 in truth
	{"windows-1252", "\x93Gr\xFC\xDFe\x94", "“Grüße”"},
	{"iso-8859-15", "\xA4", "€"},
	{"gb2312", "\xD6\xD0\xB9\xFA", "中国"},
	{"gb2312", "\xE9\x46", "镕"}, // not in GB 2312
	{"gb18030", "\x81\x30\x81\x30", "\u0080"},
	{"shift_jis", "\x93\xFA\x96\x7B\x87\x40", "日本①"}, // NEC's row 13
	{"euc-jp", "\xC6\xFC\xCB\xDC", "日本"},
	{"iso-2022-jp", "\x1B$BF|K\\\x1B(B", "日本"},
	{"iso-2022-jp-ms", "\x1B$B-!\x1B(B", "①"},
	{"iso-2022-jp", "\x1B$BF|K\\", "日本"}, // ends without going back to ASCII
	{"euc-kr", "\xC7\xD1\xB1\xDB", "한글"},
	{"big5", "\xA4\xA4\xA4\xE5", "中文"},
	{"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
	{"windows-1258", "Vi\xEA\xF2t Nam \xE2\xEC", "Việt Nam ấ"}, // the last letter has two bytes
	{"cp850", "Gr\x81\xE1e", "Grüße"},
	{"hz-gb-2312", "~{VP9z~}", "中国"},
	{"utf-7", "Gr+APwA3w-e 1 +- 1", "Grüße 1 + 1"},
	{"utf-7", "+2D3eAA-", "😀"},
	{"utf-7", "+AOQ", "ä"},
	{"utf-16", "\xFF\xFEa\x00\xE4\x00", "aä"},
	{"utf-16be", "\x00a\x00\xE4", "aä"},
	{"utf-32be", "\x00\x00\x00a\x00\x01\xF6\x00", "a😀"},
	{"macintosh", "\x8A", "ä"},
	{"windows-874", "\xCA\xC7\xD1\xCA", "สวัส"},
}

// TestDecode: whole, and as a stream that comes byte by byte.
func TestDecode(t *testing.T) {
	for _, tt := range texts {
		c, ok := charset.Lookup(tt.charset)
		if !ok {
			t.Fatalf("%s is not known", tt.charset)
		}
		if got, ok := c.Decode([]byte(tt.bytes)); got != tt.text || !ok {
			t.Errorf("%s: %q is %q (%v), want %q", tt.charset, tt.bytes, got, ok, tt.text)
		}
		got, err := io.ReadAll(c.NewReader(iotest.OneByteReader(strings.NewReader(tt.bytes))))
		if string(got) != tt.text || err != nil {
			t.Errorf("%s: as a stream %q is %q (%v), want %q", tt.charset, tt.bytes, got, err, tt.text)
		}
	}
}

func TestDecodeBroken(t *testing.T) {
	for _, tt := range []struct{ charset, bytes string }{
		{"utf-8", "Gr\xFC\xDFe"}, {"shift_jis", "\x93"}, {"euc-kr", "\xC7"}, {"utf-7", "a\xFCb"}, {"utf-7", "+2D0-"}, {"iso-2022-jp", "\x1B$BF"},
	} {
		c, _ := charset.Lookup(tt.charset)
		if got, ok := c.Decode([]byte(tt.bytes)); ok || !utf8.ValidString(got) || !strings.Contains(got, "\uFFFD") {
			t.Errorf("%s: %q is %q (%v)", tt.charset, tt.bytes, got, ok)
		}
	}
}

// TestEncode: what is encoded decodes to the same, and what does not fit is refused.
func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		charset, text string
		fits          bool
	}{
		{"utf-8", "Grüße 😀", true}, {"us-ascii", "ASCII", true}, {"us-ascii", "Grüße", false}, {"iso-8859-1", "Grüße", true}, {"iso-8859-1", "€", false},
		{"iso-8859-15", "€", true}, {"windows-1252", "€", true}, {"windows-1252", "Привет", false}, {"gb2312", "中国", true}, {"gb2312", "镕", false}, {"gbk", "镕", true},
		{"gbk", "😀", false}, {"gb18030", "😀", true}, {"shift_jis", "日本", true}, {"iso-2022-jp", "日本", true}, {"iso-2022-jp", "한글", false}, {"hz-gb-2312", "中国", true},
		{"windows-1258", "Việt Nam ấ", true}, {"windows-1258", "日", false}, {"utf-7", "Grüße 1 + 1 😀", true}, {"utf-7", strings.Repeat("ä😀", 999), true}, {"utf-16be", "aä", true},
		{"koi8-r", "Привет", true}, {"euc-kr", "한글", true}, {"big5", "中文", true}, {"utf-8", "\xFF", false},
	} {
		c, _ := charset.Lookup(tt.charset)
		b, ok := c.Encode(tt.text)
		if ok != tt.fits {
			t.Errorf("%s: %q fits: %v, want %v", tt.charset, tt.text, ok, tt.fits)
			continue
		}
		if !ok {
			continue
		}
		if got, ok := c.Decode(b); got != tt.text || !ok {
			t.Errorf("%s: %q comes back as %q (%v)", tt.charset, tt.text, got, ok)
		}
	}
	if b, _ := lookup(t, "iso-2022-jp").Encode("日本"); !strings.HasSuffix(string(b), "\x1B(B") {
		t.Errorf("a text in iso-2022-jp ends in %q", b)
	}
	if b, _ := lookup(t, "hz-gb-2312").Encode("中国"); !strings.HasSuffix(string(b), "~}") {
		t.Errorf("a text in hz-gb-2312 ends in %q", b)
	}
}

func lookup(t testing.TB, name string) *charset.Charset {
	t.Helper()
	c, ok := charset.Lookup(name)
	if !ok {
		t.Fatalf("%s is not known", name)
	}
	return c
}

func TestGuess(t *testing.T) {
	for _, tt := range []struct{ text, fallback, want string }{
		{"plain", "", "utf-8"}, {"Grüße", "", "utf-8"}, {"Grüße", "koi8-r", "utf-8"}, {"Gr\xFC\xDFe", "", "windows-1252"}, {"\xF0\xD2\xC9", "koi8-r", "koi8-r"},
		{"Gr\xFC\xDFe", "utf-8", "windows-1252"}, {"viel UTF-8: äöüäöüäöü \xFC", "utf-8", "utf-8"}, {"\x1B$BF|K\\\x1B(B", "", "iso-2022-jp"}, {"\x93", "shift_jis", "windows-1252"},
		{"Gr\xFC\xDFe", "us-ascii", "windows-1252"},
	} {
		var fallback *charset.Charset
		if tt.fallback != "" {
			fallback = lookup(t, tt.fallback)
		}
		if got := charset.Guess([]byte(tt.text), fallback); got.Name != tt.want {
			t.Errorf("%q with %q is %s, want %s", tt.text, tt.fallback, got, tt.want)
		}
	}
}

// TestGuessReader: a text whose first letter that is not ASCII comes late, and one that changes its mind.
func TestGuessReader(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 20_000)
	for _, tt := range []struct{ in, want string }{
		{"", ""}, {"plain", "plain"}, {"Gr\xFC\xDFe", "Grüße"}, {"Grüße", "Grüße"}, {long + "Gr\xFC\xDFe", long + "Grüße"}, {long + "Grüße", long + "Grüße"},
		{"ä" + long + "\xFC", "ä" + long + "ü"}, {"\x1B$BF|K\\\x1B(B", "日本"}, {"bell \x1B[1m", "bell \x1B[1m"}, {strings.Repeat("ä", 100_000), strings.Repeat("ä", 100_000)},
		{"a" + strings.Repeat("ä", 100_000), "a" + strings.Repeat("ä", 100_000)},
	} {
		for _, r := range []io.Reader{strings.NewReader(tt.in), iotest.HalfReader(strings.NewReader(tt.in))} {
			got, err := io.ReadAll(charset.GuessReader(r, nil))
			if string(got) != tt.want || err != nil {
				t.Errorf("%.20q (%d bytes) is %.20q (%d bytes, %v), want %d bytes", tt.in, len(tt.in), got, len(got), err, len(tt.want))
			}
		}
	}
}

func TestASCIICompatible(t *testing.T) {
	for name, want := range map[string]bool{"utf-8": true, "iso-8859-1": true, "us-ascii": true, "euc-jp": true, "shift_jis": false, "iso-2022-jp": false, "utf-7": false, "utf-16": false} {
		if got := lookup(t, name).ASCIICompatible(); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzDecode: whatever comes, the result is UTF-8, the same for the whole and the stream, and what fits comes back.
func FuzzDecode(f *testing.F) {
	for _, tt := range texts {
		f.Add(tt.charset, []byte(tt.bytes))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		c, ok := charset.Lookup(name)
		if !ok {
			return
		}
		decoded, clean := c.Decode(text)
		if !utf8.ValidString(decoded) {
			t.Fatalf("%s: %q is %q, which is not UTF-8", c, text, decoded)
		}
		streamed, err := io.ReadAll(c.NewReader(strings.NewReader(string(text))))
		if err != nil || !utf8.Valid(streamed) {
			t.Fatalf("%s: as a stream %q is %q, %v", c, text, streamed, err)
		}
		if c.Name != "us-ascii" && clean && string(streamed) != decoded {
			t.Fatalf("%s: %q is %q whole and %q as a stream", c, text, decoded, streamed)
		}
		if encoded, ok := c.Encode(string(text)); ok {
			if again, ok := c.Decode(encoded); ok && again != strings.TrimPrefix(string(text), "\uFEFF") && c.Name != "windows-1258" && c.ASCIICompatible() {
				t.Fatalf("%s: %q comes back as %q", c, text, again)
			}
		}
		charset.Guess(text, c)
	})
}

// 8-bit strings have a character set whatever their code page is, and never one whose ASCII is not ASCII.
func TestANSI(t *testing.T) {
	for page, want := range map[int]string{
		0: "windows-1252", -1: "windows-1252", 1252: "windows-1252", 932: "shift_jis", 65001: "utf-8", 1200: "windows-1252", 37: "windows-1252",
		99999: "windows-1252", 10000: "macintosh",
	} {
		c := charset.ANSI(page)
		if s, ok := c.Decode([]byte("A")); c.Name != want || !ok || s != "A" {
			t.Errorf("code page %d is %s, want %s; A is %q", page, c, want, s)
		}
	}
}

// What a name does not promise does not fit, though the code page has it.
func TestStrictNames(t *testing.T) {
	for name, tt := range map[string]struct{ fits, not []string }{
		"shift_jis":   {[]string{"日本語", "ｶﾅ", "abc", "熙"}, []string{"①", "日本①", "髙", "纊"}},
		"euc-jp":      {[]string{"日本語", "ｶﾅ", "熙"}, []string{"①"}},
		"iso-2022-jp": {[]string{"日本語", "日本 abc 語", "熙"}, []string{"①", "a①b"}},
		"euc-kr":      {[]string{"한국", "a 漢"}, []string{"뷁", "한뷁"}},
	} {
		c, _ := charset.Lookup(name)
		for _, s := range tt.fits {
			if b, ok := c.Encode(s); !ok {
				t.Errorf("%s: %s does not fit", name, s)
			} else if back, ok := c.Decode(b); !ok || back != s {
				t.Errorf("%s: %s comes back as %s", name, s, back)
			}
		}
		for _, s := range tt.not {
			if b, ok := c.Encode(s); ok {
				t.Errorf("%s: %s fits as %x", name, s, b)
			}
			b, ok := c.EncodePage(s)
			if back, whole := c.Decode(b); !ok || !whole || back != s {
				t.Errorf("%s: the code page lacks %s: %x", name, s, b)
			}
		}
	}
}
