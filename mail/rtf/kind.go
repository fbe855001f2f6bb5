package rtf

// Kind is what a document is.
type Kind uint8

// Kinds of documents (MS-OXRTFEX 2.2.3.1).
const (
	Genuine Kind = iota // RTF that was written as such
	HTML                // RTF that encapsulates HTML
	Text                // RTF that encapsulates plain text
)

// recognised is the number of tokens among which a document tells its kind.
const recognised = 10

// KindOf tells what a document is by its beginning.
func KindOf(doc []byte) Kind {
	l := lexer{doc: string(doc[:min(len(doc), recognised*(longestWord+16))])}
	for n := range recognised {
		t := l.next()
		switch {
		case t.kind == tokenOpen && n == 0:
		case t.kind != tokenWord:
			return Genuine
		case t.word == "fromhtml" && (!t.has || t.param == 1):
			return HTML
		case t.word == "fromtext":
			return Text
		}
	}
	return Genuine
}

// output is a text that does not grow beyond a limit.
type output struct {
	buf    []byte
	limit  int
	tooBig bool
}

func (o *output) add(s string) {
	if len(o.buf)+len(s) > o.limit {
		o.tooBig = true
		return
	}
	o.buf = append(o.buf, s...)
}

func (o *output) addBytes(b []byte) {
	if len(o.buf)+len(b) > o.limit {
		o.tooBig = true
		return
	}
	o.buf = append(o.buf, b...)
}

func (o *output) full() bool { return o.tooBig }

func (o *output) result() ([]byte, error) {
	if o.tooBig {
		return nil, ErrTooBig
	}
	return o.buf, nil
}
