package imap

import "strings"

// pattern is a pattern of LIST: "*" is anything, "%" anything without a "/" (RFC 9051 6.3.9).
type pattern struct{ text string }

// newPattern puts a reference in front of a pattern.
func newPattern(reference, text string) pattern {
	// Names with INBOX in another case are the inbox's.
	full := reference + text
	if first, _, _ := strings.Cut(full, "/"); strings.EqualFold(first, "INBOX") {
		full = "INBOX" + full[len("INBOX"):]
	}
	return pattern{squeeze(full)}
}

// squeeze makes one wildcard of several in a row, so that matching costs no more than it must.
func squeeze(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		c := text[i]
		if c != '*' && c != '%' {
			b.WriteByte(c)
			i++
			continue
		}
		star := false
		for i < len(text) && (text[i] == '*' || text[i] == '%') {
			star = star || text[i] == '*'
			i++
		}
		if star {
			b.WriteByte('*')
		} else {
			b.WriteByte('%')
		}
	}
	return b.String()
}

// match reports whether a name fits. It takes the product of the lengths at most. INBOX fits in any case, as "inb*" (RFC 9051 5.1).
func (p pattern) match(name string) bool {
	if name == "INBOX" {
		p.text = strings.ToUpper(p.text)
	}
	// reached[j] says that what was looked at of the pattern fits name[:j].
	reached := make([]bool, len(name)+1)
	next := make([]bool, len(name)+1)
	reached[0] = true
	for i := range len(p.text) {
		clear(next)
		switch c := p.text[i]; c {
		case '*', '%':
			on := false
			for j := range reached {
				if j > 0 && c == '%' && name[j-1] == '/' {
					on = false
				}
				on = on || reached[j]
				next[j] = on
			}
		default:
			for j := range len(name) {
				next[j+1] = reached[j] && name[j] == c
			}
		}
		reached, next = next, reached
	}
	return reached[len(name)]
}
