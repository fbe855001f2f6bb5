package sanitize

import (
	"bytes"
	"slices"

	xhtml "golang.org/x/net/html"
)

type attribute = xhtml.Attribute

const (
	// mostWork bounds what formatting elements that stay open make a parser add: each that is open at the end of a block, with its attributes,
	// may be there once more behind it. A unit costs the parser about 100 bytes.
	mostWork = 1_000_000

	// mostOpen is below the depth at which the parser gives up.
	mostOpen = 500

	longestAttribute = 64 << 10 // what is longer is left out
)

// preparer filters the tokens of a page. It follows which elements are open as a parser would, or more of them, so that the work that the
// page makes for a parser is known before.
type preparer struct {
	source
	tokens *xhtml.Tokenizer
	out    bytes.Buffer
	open   []element
	count  map[string]int // of the open elements with a name
	weight int            // of the open formatting elements
	work   int
	nodes  int

	raw     string // the element whose text is the next token
	media   string // of the element style that is raw
	skip    string // the element whose contents are dropped
	skipped int    // elements of that name that are open in it
}

type element struct {
	name   string
	weight int // of a formatting element: itself and its attributes; else 0
}

// prepare takes the first step: elements that are not allowed go, and so do attributes.
func prepare(page []byte) (source, Reason) {
	p := newPreparer(page)
	reason := p.run()
	return p.source, reason
}

func newPreparer(page []byte) *preparer {
	p := &preparer{tokens: xhtml.NewTokenizer(bytes.NewReader(page)), count: map[string]int{}}
	p.out.Grow(len(page))
	return p
}

func (p *preparer) run() Reason {
	for {
		kind := p.tokens.Next()
		if kind == xhtml.ErrorToken {
			p.html = p.out.Bytes()
			return None
		}
		p.token(kind)
		switch {
		case p.nodes > MaxNodes:
			return TooManyNodes
		case len(p.open) > mostOpen:
			return TooDeep
		case p.work > mostWork:
			return TooComplex
		}
	}
}

func (p *preparer) token(kind xhtml.TokenType) {
	raw := p.raw
	p.raw = ""
	switch kind {
	case xhtml.TextToken:
		p.text(raw)
	case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
		p.start()
	case xhtml.EndTagToken:
		p.end()
	case xhtml.DoctypeToken:
		p.doctype = true
	}
}

func (p *preparer) text(raw string) {
	data := p.tokens.Token().Data
	switch {
	case raw == "style" && p.skip == "":
		p.sheets = append(p.sheets, styleSheet{p.media, data})
	case raw == "style", rawText[raw], p.skip != "":
	default:
		p.nodes++
		p.out.WriteString(xhtml.EscapeString(data))
	}
}

func (p *preparer) start() {
	t := p.tokens.Token()
	switch {
	case t.Data == "noscript":
		p.tokens.NextIsNotRawText() // no script runs, so what is in it is seen
		return
	case t.Data == "style":
		p.media = attr(t.Attr, "media")
		fallthrough
	case rawText[t.Data]:
		p.raw = t.Data
		return
	}
	if p.skip != "" && !p.leaves(t.Data) {
		if t.Data == p.skip && t.Type == xhtml.StartTagToken {
			p.skipped++
		}
		return
	}
	switch name := modern(t.Data); {
	case dropped[name]:
		if t.Type == xhtml.StartTagToken || name != "svg" && name != "math" {
			p.skip, p.skipped = name, 1
		}
	case name == "body" || name == "html":
		p.body = pick(append(p.body, t.Attr...), isOfBody) // each tag adds what is not there yet
	case name == "base" && p.base == nil:
		p.base, _, _ = absolute(attr(t.Attr, "href"), nil)
	case elements[name]:
		p.element(name, allowed(name, t.Attr))
	}
}

// modern is the name of an element that is the same as one with an old name.
func modern(name string) string {
	switch name {
	case "xmp", "plaintext", "listing":
		return "pre"
	case "image":
		return "img"
	}
	return name
}

// leaves reports whether an element ends the contents that are dropped.
func (p *preparer) leaves(name string) bool {
	if (p.skip == "svg" || p.skip == "math") && leavesForeign[name] {
		p.skip = ""
		return true
	}
	return false
}

// element passes an element on that begins here.
func (p *preparer) element(name string, attrs []attribute) {
	p.nodes++
	p.endImplied(name)
	if tableParts[name] {
		p.work += p.weight // formatting elements within a table and outside its cells are put in front of it, each time anew
	}
	p.write(name, attrs)
	if void[name] {
		return
	}
	e := element{name: name}
	if formatting[name] {
		e.weight = 1 + len(attrs)
		p.weight += e.weight
	}
	p.open = append(p.open, e)
	p.count[name]++
}

func (p *preparer) write(name string, attrs []attribute) {
	p.out.WriteString("<" + name)
	for _, a := range attrs {
		p.out.WriteString(" " + a.Key + `="` + xhtml.EscapeString(a.Val) + `"`)
	}
	p.out.WriteByte('>')
}

// What ends where another element begins, and the elements beyond which it does not.
var (
	ofBlocks     = set("table td th caption")
	ofList       = set("ul ol menu dir table td th caption")
	ofTable      = set("table")
	paragraphs   = []string{"p"}
	items        = []string{"li"}
	terms        = []string{"dd", "dt"}
	cellsAbove   = []string{"td", "th", "caption"}
	rowsAbove    = []string{"tr", "caption"}
	sectionAbove = []string{"tbody", "thead", "tfoot", "tr", "caption"}
)

// endImplied closes what ends where an element begins, as parsers do.
func (p *preparer) endImplied(name string) {
	switch name {
	case "a", "nobr":
		p.endFormatting(name)
	case "li":
		p.endBlock(items, ofList, false)
	case "dd", "dt":
		p.endBlock(terms, ofList, false)
	case "td", "th":
		p.endBlock(cellsAbove, ofTable, false)
	case "tr":
		p.endBlock(rowsAbove, ofTable, false)
	case "tbody", "thead", "tfoot":
		p.endBlock(sectionAbove, ofTable, false)
	}
	if endsParagraph[name] {
		p.endBlock(paragraphs, ofBlocks, false)
	}
}

func (p *preparer) end() {
	name := modern(p.tokens.Token().Data)
	switch {
	case p.skip != "":
		if name == p.skip {
			if p.skipped--; p.skipped <= 0 {
				p.skip = ""
			}
		}
	case formatting[name]:
		p.endFormatting(name)
	case name == "br":
		p.element("br", nil)
	case tableParts[name]:
		p.endBlock([]string{name}, ofTable, true)
	case elements[name] && !void[name]:
		p.endBlock([]string{name}, ofBlocks, true)
	}
}

// endFormatting ends a formatting element, which may cross others.
func (p *preparer) endFormatting(name string) {
	if p.count[name] == 0 {
		return
	}
	for i := len(p.open) - 1; i >= 0 && !cells[p.open[i].name]; i-- {
		if p.open[i].name == name {
			p.work += p.weight
			p.weight -= p.open[i].weight
			p.count[name]--
			p.open = append(p.open[:i], p.open[i+1:]...)
			p.out.WriteString("</" + name + ">")
			return
		}
	}
}

// endBlock ends an element with one of the given names, up to a barrier, and what is open in it. Formatting elements in it stay open,
// unless it is a part of a table. An end that is implied is not written.
func (p *preparer) endBlock(names []string, barriers map[string]bool, write bool) {
	at := p.find(names, barriers)
	if at < 0 {
		return
	}
	part := tableParts[names[0]]
	p.work += p.weight
	for i := len(p.open) - 1; i >= at; i-- {
		e := p.open[i]
		if e.weight > 0 && !part {
			continue
		}
		p.weight -= e.weight
		p.count[e.name]--
		if write || e.weight > 0 {
			p.out.WriteString("</" + e.name + ">")
		}
	}
	kept := p.open[:at]
	for _, e := range p.open[at:] {
		if e.weight > 0 && !part {
			kept = append(kept, e)
		}
	}
	p.open = kept
}

// find looks for the innermost element with a name, or the outermost with one of several, up to a barrier; -1 if there is none.
func (p *preparer) find(names []string, barriers map[string]bool) int {
	at := -1
	if !slices.ContainsFunc(names, func(n string) bool { return p.count[n] > 0 }) {
		return at
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		name := p.open[i].name
		if slices.Contains(names, name) {
			if at = i; len(names) == 1 {
				return at
			}
		} else if barriers[name] {
			return at
		}
	}
	return at
}

// allowed are those of an element's attributes that it may have, each once.
func allowed(element string, attrs []attribute) []attribute {
	return pick(attrs, func(key string) bool { return ruleOf(element, key) != 0 })
}

// isOfBody reports whether an attribute of html and body goes to the element in which the page is shown.
func isOfBody(key string) bool {
	switch key {
	case "background", "bgcolor", "class", "dir", "id", "lang", "style":
		return true
	}
	return ofBody[key] != 0
}

// pick are the wanted attributes, each once.
func pick(attrs []attribute, wanted func(key string) bool) []attribute {
	var picked []attribute
	for _, a := range attrs {
		if a.Namespace == "" && wanted(a.Key) && len(a.Val) <= longestAttribute && !hasAttr(picked, a.Key) {
			picked = append(picked, a)
		}
	}
	return picked
}

func hasAttr(attrs []attribute, key string) bool {
	return slices.ContainsFunc(attrs, func(a attribute) bool { return a.Key == key })
}

// attr is the value of an attribute, "" if there is none.
func attr(attrs []attribute, key string) string {
	for _, a := range attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
