package header

import "strings"

// token is a word or sign of a list of addresses. Its kind is the sign; '"' for a quoted string, '(' for a comment, '[' for a domain literal,
// and 0 for any other word.
type token struct {
	kind  byte
	text  string // without quotes and parentheses; of a domain literal all
	blank bool   // there is white space in front of it
}

// lexer makes tokens. A quote or parenthesis that nobody closes is a letter, as are all behind it, which keeps this linear.
type lexer struct {
	s                string
	at               int
	noQuote, noParen bool
}

func lexAddresses(value string) []token {
	l := lexer{s: value}
	tokens := make([]token, 0, 8+len(value)/16)
	for {
		start := l.at
		for l.at < len(l.s) && isSpace(l.s[l.at]) {
			l.at++
		}
		if l.at == len(l.s) {
			return tokens
		}
		t := l.token()
		t.blank = l.at > start && start < len(l.s) && isSpace(l.s[start])
		tokens = append(tokens, t)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0 }

func (l *lexer) token() token {
	switch c := l.s[l.at]; c {
	case ',', ';', ':', '<', '>', '@':
		l.at++
		return token{kind: c, text: l.s[l.at-1 : l.at]}
	case '"':
		if text, ok := l.quoted(); ok {
			return token{kind: '"', text: text}
		}
	case '(':
		if text, ok := l.comment(); ok {
			return token{kind: '(', text: text}
		}
	case '[':
		if end := l.literal(); end > 0 {
			text := l.s[l.at:end]
			l.at = end
			return token{kind: '[', text: text}
		}
	}
	return l.word()
}

// word takes letters up to the next sign. An encoded word is one, whatever is in it.
func (l *lexer) word() token {
	start := l.at
	for l.at < len(l.s) {
		c := l.s[l.at]
		if c == '=' && strings.HasPrefix(l.s[l.at:], "=?") {
			if w, ok := parseWord(l.s[l.at:]); ok {
				l.at += len(w.source)
				continue
			}
		}
		if isSpace(c) || strings.IndexByte(",;:<>@", c) >= 0 {
			break
		}
		if l.at > start && (c == '"' && !l.noQuote || c == '(' && !l.noParen) {
			break
		}
		l.at++
	}
	return token{text: l.s[start:l.at]}
}

// quoted takes a quoted string (RFC 5322 3.2.4).
func (l *lexer) quoted() (string, bool) {
	if l.noQuote {
		return "", false
	}
	var out []byte
	for i := l.at + 1; i < len(l.s); i++ {
		switch c := l.s[i]; {
		case c == '"':
			l.at = i + 1
			return string(out), true
		case c == '\\' && i+1 < len(l.s):
			i++
			out = append(out, l.s[i])
		default:
			out = append(out, c)
		}
	}
	l.noQuote = true
	return "", false
}

// comment takes a comment with those in it.
func (l *lexer) comment() (string, bool) {
	if l.noParen {
		return "", false
	}
	depth := 0
	var out []byte
	for i := l.at; i < len(l.s); i++ {
		c := l.s[i]
		switch {
		case c == '\\' && i+1 < len(l.s):
			i++
			c = l.s[i]
		case c == '(':
			depth++
			if depth == 1 {
				continue
			}
		case c == ')':
			if depth--; depth == 0 {
				l.at = i + 1
				return strings.TrimSpace(string(out)), true
			}
		}
		out = append(out, c)
	}
	l.noParen = true
	return "", false
}

// literal finds the end of a domain literal (RFC 5322 3.4.1); 0: it is none.
func (l *lexer) literal() int {
	const longest = 64
	end := strings.IndexByte(l.s[l.at:min(len(l.s), l.at+longest)], ']')
	if end < 0 || l.at == 0 || l.s[l.at-1] != '@' {
		return 0
	}
	return l.at + end + 1
}

// rawText is what words say, with a blank where there was one; comments are left out.
func rawText(words []token) string {
	if len(words) == 1 && words[0].kind != '(' {
		return words[0].text
	}
	var out strings.Builder
	for _, w := range words {
		if w.kind == '(' {
			continue
		}
		if w.blank && out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(w.text)
	}
	return out.String()
}

// comments are the comments among words.
func comments(words []token) string {
	var out []string
	for _, w := range words {
		if w.kind == '(' && w.text != "" {
			out = append(out, w.text)
		}
	}
	return strings.Join(out, " ")
}

// joined is rawText without blanks around dots: user . name @ example . com.
func joined(words []token) string {
	if len(words) == 1 && words[0].kind != '(' {
		return words[0].text
	}
	var out strings.Builder
	last := byte('.')
	for _, w := range words {
		if w.kind == '(' || w.text == "" {
			continue
		}
		if w.blank && last != '.' && w.text[0] != '.' {
			out.WriteByte(' ')
		}
		out.WriteString(w.text)
		last = w.text[len(w.text)-1]
	}
	return out.String()
}
