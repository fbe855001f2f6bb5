package replay

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// node is one element of a message. Text is only kept for elements without children. first and end are the byte offsets of the
// element's content in its source, so that a leaf can be replaced in place.
type node struct {
	name       string // local name
	arrayType  string // SOAP-ENC:arrayType, "" if absent
	href       string
	text       string
	kids       []*node
	first, end int
}

// maxDepth bounds the nesting of elements; the deepest recorded message has about twenty levels.
const maxDepth = 512

// parseEnvelope returns the one child of the SOAP body. The parser is tolerant: references to control characters and characters that
// XML 1.0 forbids pass (wire.md section 4), prefixes are dropped.
func parseEnvelope(src []byte) (*node, error) {
	root, err := parseXML(src)
	if err != nil {
		return nil, err
	}
	body := root.child("Body")
	if body == nil || len(body.kids) == 0 {
		return nil, errors.New("no SOAP body with a child")
	}
	return body.kids[0], nil
}

func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// value is the text of the named child, "" if it is absent.
func (n *node) value(name string) string {
	if k := n.child(name); k != nil {
		return k.text
	}
	return ""
}

// xmlParser walks a document once; open holds the path of elements not closed yet.
type xmlParser struct {
	src  []byte
	pos  int
	open []*node
	root *node
}

func parseXML(src []byte) (*node, error) {
	p := &xmlParser{src: src}
	for p.pos < len(src) && p.root == nil || len(p.open) > 0 {
		if p.pos >= len(src) {
			return nil, fmt.Errorf("document ends inside <%s>", p.open[len(p.open)-1].name)
		}
		if err := p.step(); err != nil {
			return nil, fmt.Errorf("at byte %d: %w", p.pos, err)
		}
	}
	if p.root == nil {
		return nil, errors.New("no element")
	}
	return p.root, nil
}

// step consumes one piece of markup or the text before it.
func (p *xmlParser) step() error {
	rest := p.src[p.pos:]
	switch {
	case rest[0] != '<':
		return p.characters(rest)
	case bytes.HasPrefix(rest, []byte("<?")):
		return p.skipPast("?>")
	case bytes.HasPrefix(rest, []byte("<!--")):
		return p.skipPast("-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return p.cdata(rest)
	case bytes.HasPrefix(rest, []byte("<!")):
		return errors.New("document type declarations are refused")
	case bytes.HasPrefix(rest, []byte("</")):
		return p.endTag()
	}
	return p.startTag(rest)
}

func (p *xmlParser) skipPast(mark string) error {
	i := bytes.Index(p.src[p.pos:], []byte(mark))
	if i < 0 {
		return fmt.Errorf("no %q", mark)
	}
	p.pos += i + len(mark)
	return nil
}

func (p *xmlParser) characters(rest []byte) error {
	i := bytes.IndexByte(rest, '<')
	if i < 0 {
		i = len(rest)
	}
	p.pos += i
	if len(p.open) == 0 {
		return nil
	}
	text, err := unescape(rest[:i])
	if err != nil {
		return err
	}
	p.open[len(p.open)-1].text += text
	return nil
}

func (p *xmlParser) cdata(rest []byte) error {
	start := p.pos + len("<![CDATA[")
	if err := p.skipPast("]]>"); err != nil {
		return err
	}
	if len(p.open) > 0 {
		p.open[len(p.open)-1].text += string(p.src[start : p.pos-len("]]>")])
	}
	return nil
}

func (p *xmlParser) startTag(rest []byte) error {
	i := bytes.IndexByte(rest, '>')
	if i < 0 {
		return errors.New("unfinished tag")
	}
	tag, empty := rest[1:i], false
	if bytes.HasSuffix(tag, []byte("/")) {
		tag, empty = tag[:len(tag)-1], true
	}
	name, attrs, _ := strings.Cut(string(tag), " ")
	n := &node{name: local(strings.TrimSpace(name)), first: p.pos + i + 1}
	n.end = n.first
	if err := n.setAttributes(attrs); err != nil {
		return err
	}
	if len(p.open) > 0 {
		parent := p.open[len(p.open)-1]
		parent.kids = append(parent.kids, n)
	} else {
		p.root = n
	}
	p.pos += i + 1
	if empty {
		n.first = -1 // nothing to replace in place
		return nil
	}
	if len(p.open) >= maxDepth {
		return errors.New("too deep")
	}
	p.open = append(p.open, n)
	return nil
}

func (p *xmlParser) endTag() error {
	if len(p.open) == 0 {
		return errors.New("end tag without start tag")
	}
	n := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	n.end = p.pos
	if len(n.kids) > 0 {
		n.text = ""
	}
	return p.skipPast(">")
}

func (n *node) setAttributes(attrs string) error {
	for attrs = strings.TrimSpace(attrs); attrs != ""; attrs = strings.TrimSpace(attrs) {
		name, rest, ok := strings.Cut(attrs, "=")
		if !ok || len(rest) < 2 || (rest[0] != '"' && rest[0] != '\'') {
			return fmt.Errorf("bad attribute %q", attrs)
		}
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return fmt.Errorf("unfinished attribute %q", name)
		}
		switch local(strings.TrimSpace(name)) {
		case "arrayType":
			n.arrayType = rest[1 : end+1]
		case "href":
			n.href = rest[1 : end+1]
		}
		attrs = rest[end+2:]
	}
	return nil
}

func local(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func unescape(b []byte) (string, error) {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b), nil
	}
	var out strings.Builder
	for len(b) > 0 {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			out.Write(b)
			break
		}
		out.Write(b[:i])
		end := bytes.IndexByte(b[i:], ';')
		if end < 0 {
			return "", errors.New("unfinished reference")
		}
		s, err := reference(string(b[i+1 : i+end]))
		if err != nil {
			return "", err
		}
		out.WriteString(s)
		b = b[i+end+1:]
	}
	return out.String(), nil
}

func reference(name string) (string, error) {
	switch name {
	case "lt":
		return "<", nil
	case "gt":
		return ">", nil
	case "amp":
		return "&", nil
	case "quot":
		return `"`, nil
	case "apos":
		return "'", nil
	}
	if !strings.HasPrefix(name, "#") {
		return "", fmt.Errorf("unknown entity %q", name)
	}
	digits, base := name[1:], 10
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	c, err := strconv.ParseUint(digits, base, 32)
	if err != nil || c > 0x10FFFF {
		return "", fmt.Errorf("bad reference %q", name)
	}
	return string(rune(c)), nil
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;").Replace(s)
}
