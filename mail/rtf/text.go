package rtf

import (
	"bytes"
	"strings"
)

// ToText is the text of a document of any kind but [HTML], in UTF-8, with lines that end in CR LF and at most limit bytes. Cells of
// tables are separated by tabs, addresses of links follow their text in angle brackets, unless they are the text.
func ToText(doc []byte, limit int) ([]byte, error) {
	t := &textWriter{output: output{limit: limit}}
	t.r = newReader(doc, t)
	t.r.run()
	t.endLink()
	return t.result()
}

type textWriter struct {
	output
	r        *reader
	link     int32
	linkFrom int // where its text begins
}

func (t *textWriter) text(st *state, s []byte) {
	if st.char.hidden || st.dest != inBody && st.dest != inMarker {
		return
	}
	if st.char.link != t.link {
		t.endLink()
		t.link, t.linkFrom = st.char.link, len(t.buf)
	}
	t.addBytes(s)
}

// endLink writes where a link leads, unless its text has said so.
func (t *textWriter) endLink() {
	if t.link == 0 {
		return
	}
	url := t.r.links[t.link-1]
	said := strings.TrimSpace(string(t.buf[t.linkFrom:]))
	t.link = 0
	if said == url || "mailto:"+said == url || "http://"+said == strings.TrimSuffix(url, "/") {
		return
	}
	t.buf = bytes.TrimRight(t.buf, " ")
	t.add(" <" + url + ">")
}

func (t *textWriter) word(st *state, w *token) {
	switch w.word {
	case "par", "line", "page", "sect", "column", "row", "nestrow":
		if st.dest == inBody {
			t.endLink()
			t.buf = bytes.TrimSuffix(t.buf, []byte("\t"))
			t.add("\r\n")
		}
	case "cell", "nestcell":
		t.endLink()
		t.add("\t")
	}
}

func (t *textWriter) picture(*state, *Picture) {}
