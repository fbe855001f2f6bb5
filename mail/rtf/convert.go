package rtf

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Document is a document that became HTML.
type Document struct {
	HTML     []byte // UTF-8, and says so
	Pictures []*Picture
}

// ToHTML makes HTML of a document of the kind [Genuine] or [Text], with at most limit bytes besides the pictures: letters and
// paragraphs look as they did, lists, tables and links stay what they are.
func ToHTML(doc []byte, limit int) (Document, error) {
	w := &htmlWriter{output: output{limit: limit}, styles: map[styleKey]string{}}
	w.r = newReader(doc, w)
	w.add(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>` + "\r\n<body>\r\n")
	w.r.run()
	w.endParagraph()
	w.closeTable()
	w.closeLists(0)
	w.add("</body></html>\r\n")
	text, err := w.result()
	return Document{HTML: text, Pictures: w.pictures}, err
}

// htmlWriter makes HTML. What is open is nested in the order of its fields.
type htmlWriter struct {
	output
	r        *reader
	pictures []*Picture

	inTable, inRow, inCell bool
	lists                  []string // their elements
	block                  string   // the element of the paragraph that is open
	empty                  bool     // nothing is in it yet
	link                   int32
	run                    charFormat
	runEnds                string // the tags that end the run, "" if none is open
	marker                 []byte // number or bullet of the paragraph to come
	space                  bool   // the last character was a blank
	styles                 map[styleKey]string
}

func (w *htmlWriter) text(st *state, s []byte) {
	if st.dest == inMarker {
		w.marker = append(w.marker, s[:min(len(s), longestName-len(w.marker))]...)
		return
	}
	if st.char.hidden || st.dest != inBody {
		return
	}
	w.begin(st)
	w.setRun(st.char)
	w.escaped(s)
}

// escaped adds text. Blanks that follow each other would become one, and one at the beginning none.
func (w *htmlWriter) escaped(s []byte) {
	from := 0
	for i, c := range s {
		esc := escape(c)
		switch {
		case c == '\t':
			esc = "&nbsp;&nbsp;&nbsp; "
		case c == ' ' && w.space:
			esc = "&nbsp;"
		case c < ' ':
			esc = " " // HTML has no such characters
		}
		w.space = c == ' ' && !w.space
		if esc != "" {
			w.addBytes(s[from:i])
			w.add(esc)
			from = i + 1
		}
	}
	w.addBytes(s[from:])
	w.empty = false
}

func (w *htmlWriter) word(st *state, t *token) {
	if st.dest != inBody {
		return
	}
	switch t.word {
	case "par", "sect", "page":
		w.begin(st)
		w.endParagraph()
	case "line", "lbr", "nestrow":
		w.begin(st)
		w.lineBreak()
	case "nestcell":
		w.text(st, []byte("\t"))
	case "cell":
		w.endCell(st)
	case "row":
		w.endParagraph()
		w.closeRow()
	}
}

// endCell ends a cell. One whose paragraph did not say that it is in a table is not: that paragraph is open outside of it.
func (w *htmlWriter) endCell(st *state) {
	if w.block != "" && !w.inCell {
		w.text(st, []byte("\t"))
		return
	}
	st.para.inCell = true
	w.begin(st)
	w.endParagraph()
	w.closeLists(0)
	w.add("</td>")
	w.inCell = false
}

func (w *htmlWriter) lineBreak() {
	w.endRun()
	w.add("<br>\r\n")
	w.empty, w.space = false, true
}

// begin opens what the paragraph needs, unless it is open.
func (w *htmlWriter) begin(st *state) {
	if w.block != "" {
		return
	}
	if st.para.inCell {
		w.openCell()
	} else {
		w.closeTable()
	}
	w.block, w.empty, w.space = "p", true, true
	if len(w.marker) > 0 {
		w.openList(int(st.para.level)+1, listElement(w.marker))
		w.block = "li"
	} else {
		w.closeLists(0)
	}
	w.marker = w.marker[:0]
	w.add("<" + w.block + w.paragraphStyle(&st.para) + ">")
}

func (w *htmlWriter) paragraphStyle(p *paraFormat) string {
	style := "margin:0"
	if w.block == "li" {
		style = ""
	} else if p.left > 0 {
		style += fmt.Sprintf(";margin-left:%gpt", float64(p.left)/20)
	}
	if p.first != 0 && w.block != "li" {
		style += fmt.Sprintf(";text-indent:%gpt", float64(p.first)/20)
	}
	if align, ok := map[byte]string{'c': "center", 'r': "right", 'j': "justify"}[p.align]; ok {
		style += ";text-align:" + align
	}
	if style = strings.TrimPrefix(style, ";"); style == "" {
		return ""
	}
	return ` style="` + style + `"`
}

// listElement tells by a paragraph's marker whether its list is numbered.
func listElement(marker []byte) string {
	c, _ := utf8.DecodeRune(marker)
	last, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(string(marker)))
	if c == '(' || c >= '0' && c <= '9' || c < utf8.RuneSelf && isLetter(byte(c)) && (last == '.' || last == ')') {
		return "ol"
	}
	return "ul"
}

// openList makes the lists level deep; the innermost is of the given kind.
func (w *htmlWriter) openList(level int, element string) {
	w.closeLists(level)
	if n := len(w.lists); n == level && w.lists[n-1] != element {
		w.closeLists(n - 1)
	}
	for len(w.lists) < level {
		w.lists = append(w.lists, element)
		w.add("<" + element + ">\r\n")
	}
}

func (w *htmlWriter) closeLists(level int) {
	for len(w.lists) > level {
		w.add("</" + w.lists[len(w.lists)-1] + ">\r\n")
		w.lists = w.lists[:len(w.lists)-1]
	}
}

func (w *htmlWriter) openCell() {
	if !w.inTable {
		w.closeLists(0)
		w.add(`<table border="1" cellspacing="0" cellpadding="3">` + "\r\n")
	}
	if !w.inRow {
		w.add("<tr>")
	}
	if !w.inCell {
		w.add("<td>")
	}
	w.inTable, w.inRow, w.inCell = true, true, true
}

func (w *htmlWriter) closeRow() {
	if w.inCell {
		w.closeLists(0)
		w.add("</td>")
	}
	if w.inRow {
		w.add("</tr>\r\n")
	}
	w.inRow, w.inCell = false, false
}

func (w *htmlWriter) closeTable() {
	if w.inTable {
		w.closeRow()
		w.add("</table>\r\n")
		w.inTable = false
	}
}

func (w *htmlWriter) endParagraph() {
	if w.block == "" {
		return
	}
	w.endRun()
	w.endLink()
	if w.empty {
		w.add("<br>")
	}
	w.add("</" + w.block + ">\r\n")
	w.block = ""
}

func (w *htmlWriter) endRun() {
	w.add(w.runEnds)
	w.runEnds = ""
	w.run = charFormat{}
}

func (w *htmlWriter) endLink() {
	if w.link != 0 {
		w.add("</a>")
	}
	w.link = 0
}

// setRun opens the tags of a format, unless it is that of the text before.
func (w *htmlWriter) setRun(c charFormat) {
	if w.runEnds != "" && c == w.run {
		return
	}
	w.endRun()
	if c.link != w.link {
		w.endLink()
		if c.link != 0 {
			w.add(`<a href="` + html.EscapeString(w.r.links[c.link-1]) + `">`)
		}
		w.link = c.link
	}
	w.run = c
	w.openTag(true, `span style="`+w.letterStyle(&c)+`"`, "span")
	w.openTag(c.bold, "b", "b")
	w.openTag(c.italic, "i", "i")
	w.openTag(c.underline && c.link == 0, "u", "u")
	w.openTag(c.strike, "s", "s")
	w.openTag(c.raised > 0, "sup", "sup")
	w.openTag(c.raised < 0, "sub", "sub")
}

func (w *htmlWriter) openTag(open bool, tag, element string) {
	if open {
		w.add("<" + tag + ">")
		w.runEnds = "</" + element + ">" + w.runEnds
	}
}

// styleKey is what the style of letters depends on.
type styleKey struct {
	size              int16
	font, color, back int32
	linked            bool
}

// mostStyles is how many styles are kept. A document alternates between a few.
const mostStyles = 256

// letterStyle is the style of letters, which is made once.
func (w *htmlWriter) letterStyle(c *charFormat) string {
	key := styleKey{size: c.size, font: c.font, color: c.color, back: c.back, linked: c.link != 0}
	style, ok := w.styles[key]
	if !ok {
		style = w.newStyle(c)
		if len(w.styles) < mostStyles {
			w.styles[key] = style
		}
	}
	return style
}

func (w *htmlWriter) newStyle(c *charFormat) string {
	style := fmt.Sprintf("font-size:%gpt", float64(c.size)/2)
	if name := cssName(w.r.fontNameOf(c.font)); name != "" {
		style += ";font-family:" + name
	}
	if color := w.r.colorOf(c.color); color != "" && c.link == 0 {
		style += ";color:" + color
	}
	if c.back > 0 {
		if color := w.r.colorOf(c.back); color != "" {
			style += ";background-color:" + color
		}
	}
	return style
}

// cssName is a font's name as it may stand in an attribute, "" if it has characters that no font's name has. Those of symbol fonts
// are left out, since their letters have become ordinary characters.
func cssName(name string) string {
	switch name {
	case "Symbol", "Wingdings":
		return ""
	}
	for _, c := range name {
		if c < utf8.RuneSelf && c != ' ' && c != '-' && !isLetter(byte(c)) && (c < '0' || c > '9') {
			return ""
		}
	}
	if strings.Contains(name, " ") {
		return "'" + name + "'"
	}
	return name
}

func (w *htmlWriter) picture(st *state, p *Picture) {
	if st.char.hidden || st.dest != inBody {
		return
	}
	w.begin(st)
	w.setRun(st.char)
	size := ""
	if p.Width > 0 && p.Height > 0 {
		size = fmt.Sprintf(` width="%d" height="%d"`, p.Width/15, p.Height/15) // a pixel of CSS is 15 twips
	}
	w.add(`<img src="cid:` + p.ContentID + `"` + size + ">")
	w.pictures = append(w.pictures, p)
	w.empty, w.space = false, false
}
