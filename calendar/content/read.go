package content

import (
	"errors"
	"fmt"
	"strings"
)

// Limits bound what one text may cost. A zero field is the field of [DefaultLimits].
type Limits struct {
	Line       int // bytes of one unfolded line
	Lines      int
	Depth      int // components within components
	Components int
}

// defaultLimits hold a year of a busy calendar, and a photo or a file in a line.
var defaultLimits = Limits{Line: 64 << 20, Lines: 1 << 20, Depth: 8, Components: 1 << 17}

// DefaultLimits are the limits that count where none is given.
func DefaultLimits() Limits { return defaultLimits }

// ErrLimit is wrapped by the errors about a text beyond its limits.
var ErrLimit = errors.New("beyond the limits")

// SyntaxError is a line that is none, or a component without its end.
type SyntaxError struct {
	Line int // from 1, as editors count
	What string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// Parse reads the components of a text, of which there may be several one after the other. The text is kept alive by what is
// returned. Errors are a [SyntaxError] or wrap [ErrLimit].
func Parse(text string, limits Limits) ([]*Component, error) {
	p := newParser(text, limits)
	p.strict = true
	return p.run()
}

// ParseLenient is [Parse] for what came by mail and has nobody to be told: lines that are none are left out, components
// without an end end with the text, and lines outside of components are ignored. It fails only beyond the limits.
func ParseLenient(text string, limits Limits) ([]*Component, error) {
	return newParser(text, limits).run()
}

type parser struct {
	rest   string
	limits Limits
	strict bool

	number     int // of the current line's first line
	next       int // of the line that comes next
	lines      int
	components int
	roots      []*Component
	open       []*Component
}

func newParser(text string, l Limits) *parser {
	d := defaultLimits
	for _, f := range []struct{ have, usual *int }{
		{&l.Line, &d.Line}, {&l.Lines, &d.Lines}, {&l.Depth, &d.Depth}, {&l.Components, &d.Components},
	} {
		if *f.have <= 0 {
			*f.have = *f.usual
		}
	}
	return &parser{rest: strings.TrimPrefix(text, "\uFEFF"), limits: l, next: 1}
}

func (p *parser) run() ([]*Component, error) {
	for p.rest != "" {
		logical, raw, err := p.unfold()
		if err != nil {
			return nil, err
		}
		if strings.Trim(logical, " \t") == "" {
			continue
		}
		if p.lines++; p.lines > p.limits.Lines {
			return nil, fmt.Errorf("line %d: more than %d lines: %w", p.number, p.limits.Lines, ErrLimit)
		}
		line, what := parseLine(logical)
		if line == nil {
			if err := p.complain(what); err != nil {
				return nil, err
			}
			continue
		}
		line.raw = raw
		if err := p.take(line); err != nil {
			return nil, err
		}
	}
	if len(p.open) > 0 {
		p.number = p.next
		if err := p.complain("no END:" + p.open[len(p.open)-1].name); err != nil {
			return nil, err
		}
	}
	return p.roots, nil
}

// complain is an error for those who asked for errors.
func (p *parser) complain(what string) error {
	if p.strict {
		return &SyntaxError{Line: p.number, What: what}
	}
	return nil
}

// take puts a line where it belongs.
func (p *parser) take(l *Line) error {
	switch {
	case l.Is("BEGIN"):
		return p.begin(l)
	case l.Is("END"):
		return p.end(l)
	case len(p.open) == 0:
		return p.complain("a line outside of BEGIN and END")
	}
	p.open[len(p.open)-1].Add(l)
	return nil
}

func (p *parser) begin(l *Line) error {
	if p.components++; p.components > p.limits.Components {
		return fmt.Errorf("line %d: more than %d components: %w", p.number, p.limits.Components, ErrLimit)
	}
	if len(p.open) >= p.limits.Depth {
		return fmt.Errorf("line %d: components deeper than %d: %w", p.number, p.limits.Depth, ErrLimit)
	}
	c := NewComponent(strings.TrimSpace(l.value))
	c.begin = l
	if len(p.open) == 0 {
		p.roots = append(p.roots, c)
	} else {
		p.open[len(p.open)-1].AddComponent(c)
	}
	p.open = append(p.open, c)
	return nil
}

// end closes the innermost component with that name; those within it were forgotten.
func (p *parser) end(l *Line) error {
	name := strings.TrimSpace(l.value)
	for i := len(p.open) - 1; i >= 0; i-- {
		if !p.open[i].Is(name) {
			if err := p.complain("END:" + name + " within " + p.open[i].name); err != nil {
				return err
			}
			continue
		}
		p.open[i].end = l
		p.open = p.open[:i]
		return nil
	}
	return p.complain("END:" + name + " without its BEGIN")
}

// unfold takes the next line with its continuations. raw is how it stands in the text, without the last line's end.
func (p *parser) unfold() (logical, raw string, err error) {
	p.number = p.next
	text := p.rest
	end, after := lineEnd(text)
	p.next++
	logical = text[:end]
	var b strings.Builder
	for after < len(text) && (text[after] == ' ' || text[after] == '\t') {
		if b.Len() == 0 {
			b.WriteString(logical)
		}
		n, skip := lineEnd(text[after:])
		b.WriteString(text[after+1 : after+n])
		end, after = after+n, after+skip
		p.next++
		if b.Len() > p.limits.Line {
			break
		}
	}
	if b.Len() > 0 {
		logical = b.String()
	}
	if len(logical) > p.limits.Line {
		return "", "", fmt.Errorf("line %d: longer than %d bytes: %w", p.number, p.limits.Line, ErrLimit)
	}
	p.rest = text[after:]
	return logical, text[:end], nil
}

// lineEnd finds where the first line ends and where the next one starts. CRLF, LF and CR alone end a line, so that no value
// can hold a line break.
func lineEnd(text string) (end, after int) {
	i := strings.IndexAny(text, "\r\n")
	switch {
	case i < 0:
		return len(text), len(text)
	case text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n':
		return i, i + 2
	}
	return i, i + 1
}

// parseLine reads an unfolded line; without one it says what is wrong.
func parseLine(s string) (l *Line, what string) {
	i := strings.IndexAny(s, ";:")
	if i < 0 {
		return nil, "a line without a colon"
	}
	l = &Line{name: strings.TrimSpace(s[:i])}
	if dot := strings.IndexByte(l.name, '.'); dot >= 0 {
		l.group, l.name = l.name[:dot], l.name[dot+1:]
		if !validName(l.group) {
			return nil, "a group with other characters than letters, digits and -"
		}
	}
	if !validName(l.name) {
		return nil, "a name with other characters than letters, digits and -"
	}
	for i < len(s) && s[i] == ';' {
		var param Param
		param, i = parseParam(s, i+1)
		l.params = append(l.params, param)
	}
	if i >= len(s) {
		return nil, "a line without a colon"
	}
	l.value = s[i+1:]
	return l, ""
}

// parseParam reads a parameter at a place and returns where it ends: at a semicolon, a colon, or the line's end.
func parseParam(s string, i int) (Param, int) {
	n := strings.IndexAny(s[i:], "=;:,")
	var p Param
	if n >= 0 && s[i+n] == '=' {
		p.Name = strings.TrimSpace(s[i : i+n])
		i += n
	} else {
		i-- // the first value follows the semicolon
	}
	for more := true; more; more = i < len(s) && s[i] == ',' {
		var v string
		v, i = paramValue(s, i+1)
		p.Values = append(p.Values, v)
	}
	return p, i
}

// paramValue reads one value of a parameter. A quote that nothing closes is a character like others; there is at most one such
// search in a line, as then no quote follows.
func paramValue(s string, i int) (string, int) {
	quoted := ""
	if i < len(s) && s[i] == '"' {
		if n := strings.IndexByte(s[i+1:], '"'); n >= 0 {
			quoted = s[i+1 : i+1+n]
			i += n + 2
		}
	}
	n := strings.IndexAny(s[i:], ",;:")
	if n < 0 {
		n = len(s) - i
	}
	plain := s[i : i+n]
	if quoted != "" {
		plain = quoted + strings.TrimRight(plain, " \t")
	}
	return caretDecode(plain), i + n
}

// validName is iana-token of RFC 5545 3.1, and the underscore that some programs use.
func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}
