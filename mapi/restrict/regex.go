package restrict

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxPattern bounds a regular expression's text, so that its compiled form stays small.
const maxPattern = 1024

var errPattern = errors.New("restrict: not a basic regular expression that can be matched in linear time")

// compileBasicRegexp compiles a POSIX basic regular expression, ignoring case, with ^ and $ at line
// boundaries and a dot that does not match a newline. References to groups (\1) are refused.
func compileBasicRegexp(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > maxPattern || !utf8.ValidString(pattern) {
		return nil, errPattern
	}
	t := translator{in: pattern}
	if err := t.run(); err != nil {
		return nil, err
	}
	return regexp.Compile("(?im:" + t.out.String() + ")")
}

// translator writes a basic regular expression in Go's syntax.
type translator struct {
	in    string
	out   strings.Builder
	start bool // nothing precedes in this branch: a star is literal, a circumflex an anchor
	star  bool // a star precedes
	depth int
}

func (t *translator) run() error {
	t.start = true
	for len(t.in) > 0 {
		r, size := utf8.DecodeRuneInString(t.in)
		rest := t.in[size:]
		start, star := t.start, t.star
		t.start, t.star = false, false
		switch r {
		case '\\':
			if err := t.escape(rest); err != nil {
				return err
			}
			continue
		case '[':
			if err := t.bracket(); err != nil {
				return err
			}
			continue
		case '.':
			t.out.WriteByte('.')
		case '*':
			switch {
			case start:
				t.out.WriteString(`\*`)
			case !star: // a** is the same as a*
				t.out.WriteByte('*')
			}
			t.star = !start
		case '^':
			if start {
				t.out.WriteByte('^')
				t.start = true // a star after an anchor is literal too
			} else {
				t.out.WriteString(`\^`)
			}
		case '$':
			if rest == "" || strings.HasPrefix(rest, `\)`) || strings.HasPrefix(rest, `\|`) {
				t.out.WriteByte('$')
			} else {
				t.out.WriteString(`\$`)
			}
		default:
			t.out.WriteString(regexp.QuoteMeta(string(r)))
		}
		t.in = rest
	}
	if t.depth != 0 {
		return errPattern
	}
	return nil
}

// escape translates what follows a backslash.
func (t *translator) escape(rest string) error {
	if rest == "" {
		return errPattern
	}
	r, size := utf8.DecodeRuneInString(rest)
	t.in = rest[size:]
	switch r {
	case '(':
		t.depth++
		t.out.WriteString("(?:")
		t.start = true
	case ')':
		if t.depth--; t.depth < 0 {
			return errPattern
		}
		t.out.WriteByte(')')
	case '|':
		t.out.WriteByte('|')
		t.start = true
	case '+', '?':
		t.out.WriteRune(r)
	case '{':
		return t.interval()
	case 'w', 'W', 's', 'S', 'b', 'B':
		t.out.WriteString(`\` + string(r))
	case '<', '>':
		t.out.WriteString(`\b`)
	default:
		if '1' <= r && r <= '9' {
			return errPattern
		}
		t.out.WriteString(regexp.QuoteMeta(string(r)))
	}
	return nil
}

// interval translates \{m,n\}.
func (t *translator) interval() error {
	body, rest, ok := strings.Cut(t.in, `\}`)
	if !ok || body == "" || strings.Trim(body, "0123456789,") != "" || strings.Count(body, ",") > 1 {
		return errPattern
	}
	if body[0] == ',' {
		body = "0" + body
	}
	t.out.WriteString("{" + body + "}")
	t.in = rest
	return nil
}

// bracket translates a bracket expression: backslashes are ordinary in it, and a ] that comes first.
func (t *translator) bracket() error {
	s := t.in[1:]
	out := "["
	if strings.HasPrefix(s, "^") {
		out, s = "[^", s[1:]
	}
	first := true
	for {
		switch {
		case s == "":
			return errPattern
		case s[0] == ']' && !first:
			t.out.WriteString(out + "]")
			t.in = s[1:]
			return nil
		case strings.HasPrefix(s, "[:"):
			class, rest, ok := strings.Cut(s, ":]")
			if !ok {
				return errPattern
			}
			out, s = out+class+":]", rest
		case strings.HasPrefix(s, "[.") || strings.HasPrefix(s, "[="):
			return errPattern
		default:
			r, size := utf8.DecodeRuneInString(s)
			if strings.ContainsRune(`\[]^&~`, r) {
				out += `\`
			}
			out, s = out+string(r), s[size:]
		}
		first = false
	}
}
