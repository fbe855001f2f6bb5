package rtf

// destination is what the text of a group is for.
type destination uint8

const (
	inBody      destination = iota
	inSkipped               // nothing
	inUpr                   // nothing, but a group in it has the same in Unicode
	inFonts                 // the font table
	inColors                // the colour table
	inHTMLTag               // encapsulated HTML
	inFieldInst             // what a field is
	inPicture               // a picture
	inMarker                // number or bullet of a paragraph in a list
)

// destinations are the control words that begin one. All others that stand behind \* begin one that is skipped.
var destinations = map[string]destination{
	"fonttbl": inFonts, "colortbl": inColors, "htmltag": inHTMLTag, "fldinst": inFieldInst, "pict": inPicture,
	"listtext": inMarker, "pntext": inMarker, "upr": inUpr,
	"ud": inBody, "shppict": inBody, "nesttableprops": inBody, "fldrslt": inBody, "result": inBody,
	"mhtmltag": inSkipped, "nonshppict": inSkipped, "nonesttables": inSkipped, "stylesheet": inSkipped, "info": inSkipped,
	"header": inSkipped, "headerl": inSkipped, "headerr": inSkipped, "headerf": inSkipped,
	"footer": inSkipped, "footerl": inSkipped, "footerr": inSkipped, "footerf": inSkipped,
	"footnote": inSkipped, "annotation": inSkipped, "xe": inSkipped, "tc": inSkipped, "rxe": inSkipped,
	"objdata": inSkipped, "objclass": inSkipped, "objname": inSkipped, "objalias": inSkipped, "objsect": inSkipped,
	"generator": inSkipped, "template": inSkipped, "private": inSkipped, "comment": inSkipped, "falt": inSkipped,
	"revtbl": inSkipped, "listtable": inSkipped, "listoverridetable": inSkipped, "pn": inSkipped, "do": inSkipped,
	"filetbl": inSkipped, "fontemb": inSkipped, "panose": inSkipped,
}

// charFormat is how letters look. Numbers are indices of tables, sizes half points.
type charFormat struct {
	bold, italic, underline, strike, hidden bool
	raised                                  int8 // 1 superscript, -1 subscript
	size                                    int16
	font, color, back                       int32
	link                                    int32 // of reader.links, plus one
}

// paraFormat is how a paragraph looks. Lengths are twips, a twentieth of a point.
type paraFormat struct {
	align  byte // 'l', 'c', 'r', 'j'
	inCell bool
	level  int8
	left   int32
	first  int32
}

// state is what a group begins with and what comes back at its end.
type state struct {
	dest    destination
	htmlrtf bool // what is here was not in the encapsulated HTML
	uc      int16
	char    charFormat
	para    paraFormat
}

// word applies the control words that change a state; it reports whether w was one.
func (st *state) word(w *token) bool {
	on := !w.has || w.param != 0
	switch w.word {
	case "htmlrtf":
		st.htmlrtf = on
	case "uc":
		st.uc = int16(min(max(w.param, 0), 100))
	default:
		return st.char.word(w, on) || st.para.word(w)
	}
	return true
}

func (c *charFormat) word(w *token, on bool) bool {
	switch w.word {
	case "b":
		c.bold = on
	case "i":
		c.italic = on
	case "ul", "uld", "uldash", "uldashd", "uldashdd", "uldb", "ulth", "ulw", "ulwave", "ulthd", "ulhwave", "ululdbwave":
		c.underline = on
	case "ulnone":
		c.underline = false
	case "strike", "striked":
		c.strike = on
	case "v":
		c.hidden = on
	case "super":
		c.raised = toggle(on, 1)
	case "sub":
		c.raised = toggle(on, -1)
	case "nosupersub":
		c.raised = 0
	case "fs":
		c.size = int16(min(max(w.param, 0), 1600))
	case "cf":
		c.color = int32(min(max(w.param, 0), mostEntries))
	case "cb", "highlight", "chcbpat":
		c.back = int32(min(max(w.param, 0), mostEntries))
	case "f":
		c.font = int32(min(max(w.param, -1), 1<<20))
	default:
		return false
	}
	return true
}

func toggle(on bool, v int8) int8 {
	if on {
		return v
	}
	return 0
}

func (p *paraFormat) word(w *token) bool {
	switch w.word {
	case "ql", "qc", "qr", "qj":
		p.align = w.word[1]
	case "intbl":
		p.inCell = true
	case "ilvl":
		p.level = int8(min(max(w.param, 0), 8))
	case "li", "lin":
		p.left = int32(min(max(w.param, 0), 20000))
	case "fi":
		p.first = int32(min(max(w.param, -20000), 20000))
	default:
		return false
	}
	return true
}
