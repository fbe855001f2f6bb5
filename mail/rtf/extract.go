package rtf

// ExtractHTML is the HTML that a document of the kind [HTML] encapsulates (MS-OXRTFEX 2.2.3), in UTF-8 and with at most limit bytes. A
// character set that the HTML names is not that of the result.
func ExtractHTML(doc []byte, limit int) ([]byte, error) {
	e := &extractor{output: output{limit: limit}}
	newReader(doc, e).run()
	return e.result()
}

// extractor collects encapsulated HTML.
type extractor struct{ output }

func (e *extractor) text(st *state, s []byte) {
	switch st.dest {
	case inHTMLTag:
		e.addBytes(s)
	case inBody:
		// What HTML has to escape stands in tags with its escape; whatever else looks like markup was a reader's text.
		from := 0
		for i, c := range s {
			if esc := escape(c); esc != "" {
				e.addBytes(s[from:i])
				e.add(esc)
				from = i + 1
			}
		}
		e.addBytes(s[from:])
	}
}

func (e *extractor) word(st *state, w *token) {
	if st.dest != inHTMLTag && st.dest != inBody {
		return
	}
	switch w.word {
	case "par", "line":
		e.add("\r\n")
	}
}

func (e *extractor) picture(*state, *Picture) {}

// escape is how HTML writes a byte that means something there, "" for all others.
func escape(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return ""
}
