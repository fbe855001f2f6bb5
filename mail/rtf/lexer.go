package rtf

// kind is what a token of RTF is.
type kind uint8

const (
	tokenEnd   kind = iota
	tokenOpen       // {
	tokenClose      // }
	tokenWord       // a control word, such as \par
	tokenSign       // a control symbol, such as \~
	tokenBytes      // text
	tokenByte       // a byte of text by its number (\'xx), or an escaped one
	tokenData       // the bytes of \bin
)

// token is a piece of a document.
type token struct {
	kind  kind
	word  string
	param int
	has   bool   // there is a parameter
	sign  byte   // of tokenSign and tokenByte
	text  string // of tokenBytes and tokenData
}

// longestWord is more than any control word has.
const longestWord = 32

// lexer cuts a document into tokens.
type lexer struct {
	doc string
	pos int
}

func (l *lexer) next() token {
	for l.pos < len(l.doc) {
		switch c := l.doc[l.pos]; c {
		case '{':
			l.pos++
			return token{kind: tokenOpen}
		case '}':
			l.pos++
			return token{kind: tokenClose}
		case '\\':
			l.pos++
			return l.control()
		case '\r', '\n', 0:
			l.pos++
		case '\t':
			l.pos++
			return token{kind: tokenWord, word: "tab"}
		default:
			return l.text()
		}
	}
	return token{kind: tokenEnd}
}

func (l *lexer) text() token {
	from := l.pos
	for l.pos < len(l.doc) {
		switch l.doc[l.pos] {
		case '{', '}', '\\', '\r', '\n', '\t', 0:
			return token{kind: tokenBytes, text: l.doc[from:l.pos]}
		}
		l.pos++
	}
	return token{kind: tokenBytes, text: l.doc[from:]}
}

// control reads what follows a backslash.
func (l *lexer) control() token {
	if l.pos >= len(l.doc) {
		return token{kind: tokenEnd}
	}
	c := l.doc[l.pos]
	if isLetter(c) {
		return l.word()
	}
	l.pos++
	switch c {
	case '\'':
		if l.pos+2 <= len(l.doc) {
			hi, ok1 := nibble(l.doc[l.pos])
			lo, ok2 := nibble(l.doc[l.pos+1])
			if ok1 && ok2 {
				l.pos += 2
				return token{kind: tokenByte, sign: hi<<4 | lo}
			}
		}
		return token{kind: tokenSign, sign: c}
	case '{', '}', '\\':
		return token{kind: tokenByte, sign: c}
	case '\r', '\n':
		if c == '\r' && l.pos < len(l.doc) && l.doc[l.pos] == '\n' {
			l.pos++
		}
		return token{kind: tokenWord, word: "par"}
	case '\t':
		return token{kind: tokenWord, word: "tab"}
	}
	return token{kind: tokenSign, sign: c}
}

func (l *lexer) word() token {
	from := l.pos
	for l.pos < len(l.doc) && isLetter(l.doc[l.pos]) && l.pos-from < longestWord {
		l.pos++
	}
	t := token{kind: tokenWord, word: l.doc[from:l.pos]}
	l.number(&t)
	if l.pos < len(l.doc) && l.doc[l.pos] == ' ' {
		l.pos++
	}
	if t.word == "bin" {
		n := min(max(t.param, 0), len(l.doc)-l.pos)
		t.kind, t.text = tokenData, l.doc[l.pos:l.pos+n]
		l.pos += n
	}
	return t
}

func (l *lexer) number(t *token) {
	i, minus := l.pos, false
	if i < len(l.doc) && l.doc[i] == '-' {
		i, minus = i+1, true
	}
	from := i
	for i < len(l.doc) && l.doc[i] >= '0' && l.doc[i] <= '9' {
		if i-from < 10 { // more digits than any number has are read and not counted
			t.param = t.param*10 + int(l.doc[i]-'0')
		}
		i++
	}
	if i == from {
		return
	}
	if minus {
		t.param = -t.param
	}
	t.has, l.pos = true, i
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func nibble(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
