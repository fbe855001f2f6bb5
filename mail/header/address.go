package header

import (
	"slices"
	"strings"

	"zarafa/mail/charset"
)

// Kind says what an entry of a list of addresses is.
type Kind byte

const (
	Mailbox    Kind = iota
	GroupStart      // Name is the group's
	GroupEnd
)

// Address is an entry of a list of addresses: a mailbox, or the beginning or end of a group (RFC 5322 3.4).
type Address struct {
	Kind Kind
	// Name is the display name, decoded; if there is none, the comment behind the address, as it was before RFC 822.
	Name string
	// RawName is the same as it is written, without quotes: with its encoded words.
	RawName string
	// Local is the part before the @ without quotes; Domain that behind it. Without an @ all is Local. Both are empty for <>.
	Local, Domain string
	// Route is the source route in front (RFC 5322 4.4), as "@a.example,@b.example", without its colon. Nobody goes by it any more; ENVELOPE shows it.
	Route string
}

// Addr is local part and domain, the local part in quotes if it needs them.
func (a Address) Addr() string {
	if a.Domain == "" {
		return quoteLocal(a.Local)
	}
	return quoteLocal(a.Local) + "@" + a.Domain
}

// Mailboxes are those of a list, without the groups that they may be in. The list itself comes back if it has none.
func Mailboxes(list []Address) []Address {
	if !slices.ContainsFunc(list, func(a Address) bool { return a.Kind != Mailbox }) {
		return list
	}
	out := make([]Address, 0, len(list))
	for _, a := range list {
		if a.Kind == Mailbox {
			out = append(out, a)
		}
	}
	return out
}

// ParseAddresses takes a list of addresses apart: From, To and their like. It never fails, and takes besides what RFC 5322 admits: semicolons between
// addresses, names with commas, dots and @ without quotes, addresses with words around them, bare user names, missing commas and brackets,
// 8-bit characters (in UTF-8, else in the fallback, else in windows-1252), encoded words in quotes and in unknown character sets.
func ParseAddresses(value string, fallback *charset.Charset) []Address {
	if value == "" {
		return nil
	}
	p := addressParser{tokens: lexAddresses(value), fallback: fallback}
	for p.at < len(p.tokens) {
		p.item()
	}
	if p.inGroup {
		p.out = append(p.out, Address{Kind: GroupEnd})
	}
	return p.out
}

type addressParser struct {
	tokens   []token
	at       int
	out      []Address
	inGroup  bool
	fallback *charset.Charset
	held     []token // a bare word and the comma behind it, which may be the family name of what follows
}

// item takes one entry up to the separator behind it.
func (p *addressParser) item() {
	start := p.at
	for p.at < len(p.tokens) {
		t := p.tokens[p.at]
		words := p.tokens[start:p.at:p.at]
		p.at++
		switch {
		case t.kind == ',' || t.kind == ';':
			p.separator(words, t)
			return
		case t.kind == ':' && !p.inGroup && startsGroup(words):
			p.flushHeld()
			p.inGroup = true
			name := rawText(words)
			p.out = append(p.out, Address{Kind: GroupStart, Name: p.decode(name), RawName: name})
			return
		case t.kind == '<':
			if held := p.takeHeld(); len(held) > 0 {
				words = append(held, words...)
			}
			p.angle(words)
			return
		}
	}
	p.flushHeld()
	p.bare(p.tokens[start:])
}

// separator ends an entry without brackets.
func (p *addressParser) separator(words []token, t token) {
	if t.kind == ',' && maybeFamilyName(words) && p.nameFollows() {
		p.held = append(append(p.held, words...), t)
		return
	}
	p.flushHeld()
	p.bare(words)
	if t.kind == ';' && p.inGroup {
		p.inGroup = false
		p.out = append(p.out, Address{Kind: GroupEnd})
	}
}

// maybeFamilyName reports whether words without an address may be the first half of "Doe, John <john@example.com>", rather than the name of a local user.
func maybeFamilyName(words []token) bool {
	if len(words) == 0 {
		return false
	}
	for _, w := range words {
		if w.kind == '@' || strings.Contains(w.text, "@") {
			return false
		}
	}
	return len(words) > 1 || words[0].kind == '"' || strings.ToLower(words[0].text) != words[0].text || !printable(words[0].text)
}

// nameFollows reports whether the next entry has a bracket, and a name without @ in front of it. It looks at few tokens, so that lists stay linear.
func (p *addressParser) nameFollows() bool {
	const few = 12
	for i, t := range p.tokens[p.at:min(len(p.tokens), p.at+few)] {
		switch t.kind {
		case '<':
			return i > 0
		case ',', ';', ':', '@':
			return false
		}
	}
	return false
}

func (p *addressParser) takeHeld() []token {
	h := p.held
	p.held = nil
	return h
}

// flushHeld gives what was held the meaning that it has alone.
func (p *addressParser) flushHeld() {
	var words []token
	for _, t := range p.takeHeld() {
		if t.kind == ',' {
			p.bare(words)
			words = nil
			continue
		}
		words = append(words, t)
	}
	p.bare(words)
}

// startsGroup reports whether a colon behind words makes them the name of a group.
func startsGroup(words []token) bool {
	if len(words) == 0 {
		return false
	}
	for _, w := range words {
		if w.kind == '@' {
			return false
		}
	}
	return len(words) > 1 || !strings.EqualFold(words[0].text, "mailto") && !strings.EqualFold(words[0].text, "smtp")
}

// angle takes an address in brackets, whose opening one was just read, and what stands behind it.
func (p *addressParser) angle(name []token) {
	for p.at < len(p.tokens) && p.tokens[p.at].kind == '<' { // <<user@example.com>>
		p.at++
	}
	start, inside := p.at, p.tokens[p.at:]
	for p.at < len(p.tokens) {
		t := p.tokens[p.at]
		inside = p.tokens[start:p.at:p.at]
		if t.kind == '>' {
			for p.at < len(p.tokens) && p.tokens[p.at].kind == '>' {
				p.at++
			}
			break
		}
		if t.kind == '<' || (t.kind == ',' || t.kind == ';') && !isRoute(inside) {
			break // nobody closed it
		}
		p.at++
		inside = p.tokens[start:p.at:p.at]
	}
	behind := p.behind()
	if rawText(name) == "" {
		name = behind
	}
	local, domain := addrSpec(inside)
	raw := trimApostrophes(rawText(name))
	if raw == "" {
		raw = comments(inside)
	}
	n := len(p.out)
	p.add(raw, local, domain)
	if len(p.out) > n {
		p.out[n].Route = route(inside)
	}
}

// route is the source route in front of an address.
func route(inside []token) string {
	if len(inside) == 0 || inside[0].kind != '@' {
		return ""
	}
	var b strings.Builder
	for _, t := range inside {
		switch t.kind {
		case ':':
			return b.String()
		case '@', ',':
			b.WriteByte(t.kind)
		case 0:
			b.WriteString(t.text)
		}
	}
	return ""
}

// isRoute reports whether what was read in brackets is the beginning of a source route (RFC 5322 4.4), which has commas.
func isRoute(inside []token) bool {
	if len(inside) == 0 || inside[0].kind != '@' {
		return false
	}
	for _, t := range inside {
		if t.kind == ':' {
			return false
		}
	}
	return true
}

// behind takes what stands between a bracket and the next separator. If another bracket follows, a comma is missing and it is the next one's.
func (p *addressParser) behind() []token {
	start := p.at
	for p.at < len(p.tokens) {
		switch t := p.tokens[p.at]; t.kind {
		case '<':
			p.at = start
			return nil
		case ',', ';':
			words := p.tokens[start:p.at]
			p.at++
			if t.kind == ';' && p.inGroup {
				p.at-- // the separator ends the group
			}
			return words
		}
		p.at++
	}
	return p.tokens[start:]
}

// bare makes an address of words without brackets: of those around an @, else of all of them. The other words are its name, or the comments.
func (p *addressParser) bare(words []token) {
	if len(words) == 0 {
		return
	}
	all := words
	words = withoutKind(words, '(')
	first, last := 0, len(words)
	if at := indexKind(words, '@'); at >= 0 {
		first, last = around(words, at)
		if at >= 2 && words[at-1].kind != 0 && words[0].kind == 0 && strings.EqualFold(words[0].text, "mailto") {
			first = at - 1
		}
	}
	local, domain := addrSpec(words[first:last])
	raw := ""
	if first > 0 || last < len(words) {
		raw = trimApostrophes(rawText(slices.Concat(words[:first], words[last:])))
	}
	if raw == "" || raw == "mailto:" {
		raw = comments(all)
	}
	if local == "" && domain == "" {
		if raw == "" {
			return
		}
		local, raw = raw, ""
	}
	p.add(raw, local, domain)
}

func withoutKind(words []token, kind byte) []token {
	if indexKind(words, kind) < 0 {
		return words
	}
	out := make([]token, 0, len(words))
	for _, w := range words {
		if w.kind != kind {
			out = append(out, w)
		}
	}
	return out
}

func indexKind(words []token, kind byte) int {
	for i, w := range words {
		if w.kind == kind {
			return i
		}
	}
	return -1
}

// around finds the words that belong to the address whose @ is given: those that touch it, or the nearest ones.
func around(words []token, at int) (first, last int) {
	first = max(at-1, 0)
	touches := func(i int) bool { return !words[i].blank || words[i].text == "." || words[i-1].text == "." }
	for first > 0 && touches(first) && words[first-1].kind != ':' {
		first--
	}
	last = min(at+2, len(words))
	for last < len(words) && touches(last) {
		last++
	}
	return first, last
}

func (p *addressParser) add(raw, local, domain string) {
	if raw == "" && local == "" && domain == "" {
		return
	}
	p.out = append(p.out, Address{Name: p.decode(raw), RawName: raw, Local: p.decode(local), Domain: p.decode(domain)})
}

func (p *addressParser) decode(s string) string { return strings.TrimSpace(DecodeText(s, p.fallback)) }

// addrSpec takes the words of an address apart at its last @. A source route in front is dropped.
func addrSpec(words []token) (local, domain string) {
	for i, w := range words {
		if w.kind == ':' && i > 0 {
			words = words[i+1:]
			break
		}
	}
	at := -1
	for i, w := range words {
		if w.kind == '@' {
			at = i
		}
	}
	if at < 0 {
		return trimApostrophe(joined(words)), ""
	}
	local, domain = joined(words[:at]), joined(words[at+1:])
	if strings.HasPrefix(local, "'") && strings.HasSuffix(domain, "'") {
		local, domain = local[1:], domain[:len(domain)-1]
	}
	return local, domain
}

func trimApostrophe(s string) string {
	if len(s) > 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return s[1 : len(s)-1]
	}
	return s
}

// trimApostrophes takes off what Outlook puts around the names that it has from addresses.
func trimApostrophes(s string) string { return strings.TrimSpace(trimApostrophe(s)) }
