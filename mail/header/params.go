package header

import (
	"slices"
	"strconv"
	"strings"

	"zarafa/mail/charset"
)

// rawParam is a parameter as it is written.
type rawParam struct {
	name     string // in lower case, without marks
	value    string
	piece    int // of a value in pieces; -1: it is whole
	extended bool
}

// maxParams is how many parameters a value may have.
const maxParams = 1000

// parseParams reads what follows a media type.
func parseParams(s string) []Param {
	var raw []rawParam
	p := paramScanner{s: s}
	for len(raw) < maxParams {
		name, value, ok := p.next()
		if !ok {
			break
		}
		raw = append(raw, marks(name, value))
	}
	if len(raw) == 0 {
		return nil
	}
	return assemble(raw)
}

// paramScanner takes parameters one by one. A quote that nobody closes is a letter, as are those behind it.
type paramScanner struct {
	s       string
	at      int
	noQuote bool
}

func (p *paramScanner) next() (name, value string, ok bool) {
	for {
		for p.at < len(p.s) && (isSpace(p.s[p.at]) || p.s[p.at] == ';' || p.s[p.at] == ',') {
			p.at++
		}
		if p.at >= len(p.s) {
			return "", "", false
		}
		start := p.at
		for p.at < len(p.s) && p.s[p.at] != '=' && p.s[p.at] != ';' {
			p.at++
		}
		name = strings.ToLower(strings.TrimSpace(p.s[start:p.at]))
		if p.at == len(p.s) || p.s[p.at] == ';' {
			continue // a word without a value
		}
		p.at++
		if i := strings.LastIndexAny(name, " \t)"); i >= 0 {
			name = name[i+1:] // rubbish in front of it
		}
		return name, p.value(), true
	}
}

// value takes a value, and goes behind the semicolon that ends it.
func (p *paramScanner) value() string {
	for p.at < len(p.s) && isSpace(p.s[p.at]) {
		p.at++
	}
	if p.at < len(p.s) && p.s[p.at] == '"' && !p.noQuote {
		if v, ok := p.quoted(); ok {
			p.skipTo()
			return v
		}
	}
	start := p.at
	p.skipTo()
	v := strings.TrimSpace(p.s[start:p.at])
	if i := strings.LastIndexByte(v, '('); i > 0 && isSpace(v[i-1]) && strings.HasSuffix(v, ")") {
		v = strings.TrimSpace(v[:i]) // a comment
	}
	return strings.TrimPrefix(v, `"`)
}

func (p *paramScanner) skipTo() {
	if i := strings.IndexByte(p.s[p.at:], ';'); i >= 0 {
		p.at += i
	} else {
		p.at = len(p.s)
	}
}

// quoted takes a quoted string. A backslash counts only before a quote and a backslash: others are of paths that nobody quoted.
func (p *paramScanner) quoted() (string, bool) {
	var out []byte
	for i := p.at + 1; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '"':
			p.at = i + 1
			return string(out), true
		case c == '\\' && i+1 < len(p.s) && (p.s[i+1] == '"' || p.s[i+1] == '\\'):
			i++
			out = append(out, p.s[i])
		case c == '\r' || c == '\n' || c == 0:
		default:
			out = append(out, c)
		}
	}
	p.noQuote = true
	return "", false
}

// marks reads the asterisks of RFC 2231 in a name.
func marks(name, value string) rawParam {
	r := rawParam{piece: -1, value: value}
	name, r.extended = strings.CutSuffix(name, "*")
	if base, number, ok := strings.Cut(name, "*"); ok {
		if n, err := strconv.ParseUint(number, 10, 16); err == nil {
			name, r.piece = base, int(n)
		}
	}
	r.name = name
	return r
}

// assemble makes the parameters of what is written, in the order in which their names come first: an extended value counts more than
// one in pieces, and that more than a plain one.
func assemble(raw []rawParam) []Param {
	byName := make(map[string][]rawParam, len(raw))
	names := make([]string, 0, len(raw))
	for _, r := range raw {
		if r.name == "" {
			continue
		}
		if byName[r.name] == nil {
			names = append(names, r.name)
		}
		byName[r.name] = append(byName[r.name], r)
	}
	params := make([]Param, len(names))
	for i, name := range names {
		params[i] = assembleOne(name, byName[name])
	}
	return params
}

func assembleOne(name string, raw []rawParam) Param {
	if i := slices.IndexFunc(raw, func(r rawParam) bool { return r.extended && r.piece < 0 }); i >= 0 {
		return extended(name, raw[i:i+1])
	}
	var pieces []rawParam
	for _, r := range raw {
		if r.piece >= 0 {
			pieces = append(pieces, r)
		}
	}
	if len(pieces) > 0 {
		slices.SortStableFunc(pieces, func(a, b rawParam) int { return a.piece - b.piece })
		pieces = slices.CompactFunc(pieces, func(a, b rawParam) bool { return a.piece == b.piece })
		return extended(name, pieces)
	}
	return Param{Name: name, Value: decodePlain(raw[0].value), Raw: raw[0].value}
}

// decodePlain decodes a value that is not by RFC 2231, though encoded words have no place in it.
func decodePlain(v string) string { return DecodeText(v, nil) }

// extended decodes pieces, of which some or all are extended.
func extended(name string, pieces []rawParam) Param {
	any := slices.ContainsFunc(pieces, func(r rawParam) bool { return r.extended })
	if !any {
		var all strings.Builder
		for _, p := range pieces {
			all.WriteString(p.value)
		}
		return Param{Name: name, Value: decodePlain(all.String()), Raw: all.String()}
	}
	var bytes, raw []byte
	cs, prefix := (*charset.Charset)(nil), ""
	for i, p := range pieces {
		v := p.value
		if p.extended && i == 0 {
			f := strings.SplitN(v, "'", 3)
			if len(f) == 3 {
				if found, ok := charset.Lookup(f[0]); ok {
					cs = found
				}
				prefix, v = f[0]+"'"+f[1]+"'", f[2]
			}
		}
		if p.extended {
			bytes = append(bytes, unpercent(v)...)
			raw = append(raw, v...)
		} else {
			bytes = append(bytes, v...)
			raw = append(raw, percent([]byte(v))...)
		}
	}
	if prefix == "" {
		prefix = "''"
	}
	if cs == nil {
		cs = charset.Guess(bytes, nil)
	}
	text, ok := cs.Decode(bytes)
	if !ok {
		text, _ = charset.Guess(bytes, cs).Decode(bytes)
	}
	return Param{Name: name, Value: oneLine(DecodeText(text, nil)), Raw: prefix + string(raw), Extended: true}
}

// unpercent decodes the octets of RFC 2231; a percent sign that begins none stays.
func unpercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if h, l := unhex(s[i+1]), unhex(s[i+2]); h >= 0 && l >= 0 {
				out = append(out, byte(h<<4|l))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

// attributeChar reports whether a byte stands for itself in an extended value (RFC 2231 7).
func attributeChar(c byte) bool {
	return c > ' ' && c < 0x7F && strings.IndexByte(`()<>@,;:\"/[]?=*'%`, c) < 0
}

func percent(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if attributeChar(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return out
}
