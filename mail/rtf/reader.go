package rtf

import (
	"unicode/utf16"
	"unicode/utf8"

	"zarafa/mail/charset"
)

// Bounds on what a document makes a reader keep.
const (
	deepest     = 4096 // groups; those below share one state
	mostEntries = 4096 // fonts, colours, links, pictures
	longestInst = 4096 // bytes that say what a field is
	longestName = 64   // bytes of a font's name
)

// sink takes what a document says.
type sink interface {
	// text is of the body, of encapsulated HTML or of a list's marker; st says which.
	text(st *state, s []byte)
	// word is a control word that means something beyond a state: par, line, cell, row and others.
	word(st *state, w *token)
	// picture is a picture in the body.
	picture(st *state, p *Picture)
	// full reports that nothing more is wanted.
	full() bool
}

type font struct {
	page int // pageDefault if it does not say
	name string
}

// reader walks through a document. It keeps groups, character sets and tables, and leaves the rest to its sink.
type reader struct {
	lex      lexer
	to       sink
	st       state
	stack    []state
	overflow int // groups that are open beyond the deepest

	page   int // the document's code page
	deff   int32
	fonts  map[int32]*font
	colors []uint32 // 0xRRGGBB, and colorAuto
	color  uint32
	links  []string
	inst   []byte
	pict   pictureReader

	star bool   // \* came just now
	skip int    // bytes that repeat a \u for old readers
	high uint16 // the first half of a character beyond 16 bits
	raw  []byte // text whose bytes may not yet be a whole character
}

// colorAuto is the reader's own colour.
const colorAuto = 1 << 24

func newReader(doc []byte, to sink) *reader {
	return &reader{
		lex: lexer{doc: string(doc)}, to: to, st: state{uc: 1, para: paraFormat{align: 'l'}, char: charFormat{size: 24}},
		page: 1252, fonts: map[int32]*font{}, color: colorAuto,
	}
}

// run reads the whole document.
func (r *reader) run() {
	for !r.to.full() {
		t := r.lex.next()
		if t.kind != tokenBytes && t.kind != tokenByte {
			r.flush()
		}
		switch t.kind {
		case tokenEnd:
			return
		case tokenOpen:
			r.open()
		case tokenClose:
			r.close()
		case tokenWord:
			r.word(&t)
			r.star = false
		case tokenSign:
			r.symbol(t.sign)
		case tokenBytes:
			n := min(r.skip, len(t.text))
			r.skip -= n
			r.bytes(t.text[n:])
		case tokenByte:
			if r.skip > 0 {
				r.skip--
			} else {
				r.bytes(string([]byte{t.sign}))
			}
		case tokenData:
			r.pict.data(&r.st, t.text)
		}
	}
}

func (r *reader) open() {
	r.skip, r.star = 0, false
	if len(r.stack) >= deepest {
		r.overflow++
		return
	}
	r.stack = append(r.stack, r.st)
}

func (r *reader) close() {
	r.skip, r.star = 0, false
	if r.overflow > 0 {
		r.overflow--
		return
	}
	if len(r.stack) == 0 {
		return
	}
	ended := r.st
	r.st = r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	if ended.dest == inPicture && r.st.dest != inPicture {
		if p := r.pict.take(); p != nil && !ended.htmlrtf {
			r.to.picture(&r.st, p)
		}
	}
}

// word handles a control word.
func (r *reader) word(w *token) {
	if d, ok := destinations[w.word]; ok || r.star {
		r.enter(w.word, d, ok)
		return
	}
	switch r.st.dest {
	case inSkipped, inUpr:
		return
	case inFonts:
		if r.fontWord(w) {
			return
		}
	case inColors:
		r.colorWord(w)
		return
	case inPicture:
		r.pict.word(w)
		return
	}
	if c := special(w.word); c != 0 {
		r.char(c)
		return
	}
	if w.word != "u" {
		r.skip = 0
	}
	switch w.word {
	case "u":
		r.unicode(uint16(w.param))
	case "ansicpg":
		if w.param > 0 {
			r.page = w.param
		}
	case "mac":
		r.page = 10000
	case "pc":
		r.page = 437
	case "pca":
		r.page = 850
	case "deff":
		r.deff = int32(min(max(w.param, 0), 1<<20))
		r.st.char.font = r.deff
	case "plain":
		r.st.char = charFormat{size: 24, font: r.deff, link: r.st.char.link}
	case "pard":
		r.st.para = paraFormat{align: 'l'}
	default:
		if !r.st.word(w) && !r.st.htmlrtf {
			r.to.word(&r.st, w)
		}
	}
}

// enter begins a destination.
func (r *reader) enter(word string, d destination, known bool) {
	if r.st.dest == inSkipped || r.st.dest == inUpr && word != "ud" {
		return
	}
	if !known {
		d = inSkipped
	}
	switch word {
	case "fldinst":
		r.inst = r.inst[:0]
	case "fldrslt":
		if url := hyperlink(r.inst); url != "" && len(r.links) < mostEntries {
			r.links = append(r.links, url)
			r.st.char.link = int32(len(r.links))
		}
		r.inst = r.inst[:0]
		d = r.st.dest
	case "pict":
		r.pict = pictureReader{taken: r.pict.taken}
	}
	if d == inBody && word != "ud" {
		d = r.st.dest // such a group is transparent
	}
	r.st.dest = d
}

// symbol handles a control symbol.
func (r *reader) symbol(c byte) {
	switch c {
	case '*':
		r.star = true
		return
	case '~':
		r.char('\u00A0')
	case '_':
		r.char('\u2011')
	case '-':
		r.char('\u00AD')
	}
	r.star = false
}

// special is the character that a control word stands for, or 0.
func special(word string) rune {
	switch word {
	case "tab":
		return '\t'
	case "emdash":
		return '—'
	case "endash":
		return '–'
	case "lquote":
		return '‘'
	case "rquote":
		return '’'
	case "ldblquote":
		return '“'
	case "rdblquote":
		return '”'
	case "bullet":
		return '•'
	case "emspace":
		return '\u2003'
	case "enspace":
		return '\u2002'
	case "qmspace":
		return '\u2005'
	case "zwj":
		return '\u200D'
	case "zwnj":
		return '\u200C'
	case "zwbo":
		return '\u200B'
	case "zwnbo":
		return '\u2060'
	case "ltrmark":
		return '\u200E'
	case "rtlmark":
		return '\u200F'
	}
	return 0
}

// char is a character of the text that no code page concerns.
func (r *reader) char(c rune) {
	if r.skip > 0 {
		r.skip--
		return
	}
	r.high = 0
	var b [utf8.UTFMax]byte
	r.put(b[:utf8.EncodeRune(b[:], c)])
}

// unicode is a \u with half a character or a whole one.
func (r *reader) unicode(u uint16) {
	high := r.high
	r.skip, r.high = 0, 0
	switch c := rune(u); {
	case utf16.IsSurrogate(c) && u < 0xDC00:
		r.high = u
	case utf16.IsSurrogate(c):
		if high != 0 {
			r.char(utf16.DecodeRune(rune(high), c))
		}
	case r.isSymbolArea(u):
		r.char(symbol(r.fontName(), byte(u)))
	case u != 0:
		r.char(c)
	}
	r.skip = int(r.st.uc)
}

// isSymbolArea reports whether u is one of the numbers under which the letters of symbol fonts are kept.
func (r *reader) isSymbolArea(u uint16) bool {
	return u >= 0xF020 && u <= 0xF0FF && r.currentPage() == pageSymbol
}

// bytes are of the text, in a code page. They wait for more, as a character may have several.
func (r *reader) bytes(b string) {
	if len(b) == 0 {
		return
	}
	r.high = 0
	switch r.st.dest {
	case inSkipped, inUpr:
	case inPicture:
		r.pict.hex(b)
	case inColors:
		r.colorText(b)
	default:
		r.raw = append(r.raw, b...)
	}
}

// flush decodes the bytes that wait.
func (r *reader) flush() {
	if len(r.raw) == 0 {
		return
	}
	raw := r.raw
	r.raw = r.raw[:0]
	if page := r.currentPage(); page == pageSymbol {
		name := r.fontName()
		text := make([]byte, 0, 3*len(raw))
		for _, c := range raw {
			text = utf8.AppendRune(text, symbol(name, c))
		}
		r.put(text)
	} else if isASCII(raw) {
		r.put(raw)
	} else {
		text, _ := charset.ANSI(page).Decode(raw) // wrong bytes are U+FFFD
		r.put([]byte(text))
	}
}

func (r *reader) currentPage() int {
	if r.st.dest == inHTMLTag {
		return r.page // MS-OXRTFEX 2.1.3.1.4.1: fonts do not concern what is in a tag
	}
	if f := r.fonts[r.st.char.font]; f != nil && f.page != pageDefault && (f.page != pageSymbol || r.st.dest != inFonts) {
		return f.page
	}
	return r.page
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// put gives text to whom it is for.
func (r *reader) put(s []byte) {
	switch r.st.dest {
	case inSkipped, inUpr, inColors, inPicture:
	case inFonts:
		r.fontText(s)
	case inFieldInst:
		r.inst = append(r.inst, s[:min(len(s), longestInst-len(r.inst))]...)
	default:
		if !r.st.htmlrtf {
			r.to.text(&r.st, s)
		}
	}
}
