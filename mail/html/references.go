package html

import (
	"bytes"
	"net/url"
	"strings"

	xhtml "golang.org/x/net/html"
)

// mostReferences is how many parts a page may name; a mail has fewer.
const mostReferences = 10_000

// References are what a page loads to be shown: what decides which parts of a mail are inline.
type References struct {
	ids, locations map[string]bool
}

// HasID reports whether the page names the part with a Content-ID, which is given without its angle brackets.
func (r References) HasID(id string) bool { return r.ids[strings.ToLower(id)] }

// HasLocation reports whether the page names the part with a Content-Location.
func (r References) HasLocation(location string) bool { return location != "" && r.locations[location] }

// Find collects the parts that a page names: in the attributes that load something, in its styles, and in the elements with which Office draws.
// Links are not among them.
func Find(page []byte) References {
	r := References{ids: map[string]bool{}, locations: map[string]bool{}}
	tokens := xhtml.NewTokenizer(bytes.NewReader(page))
	style := false
	for {
		switch tokens.Next() {
		case xhtml.ErrorToken:
			return r
		case xhtml.TextToken:
			if style {
				r.styles(string(tokens.Text()))
			}
		case xhtml.CommentToken: // Office's elements stand in conditional comments
			r.comment(tokens.Text())
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, more := tokens.TagName()
			style = string(name) == "style"
			r.attributes(tokens, string(name), more)
		case xhtml.EndTagToken:
			style = false
		}
	}
}

func (r References) attributes(tokens *xhtml.Tokenizer, element string, more bool) {
	for more {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		switch string(key) {
		case "src", "background", "poster", "data", "lowsrc", "dynsrc", "xlink:href":
			r.add(string(value))
		case "href":
			if element == "link" || element == "image" {
				r.add(string(value))
			}
		case "srcset":
			for candidate := range strings.SplitSeq(string(value), ",") {
				if f := strings.Fields(candidate); len(f) > 0 {
					r.add(f[0])
				}
			}
		case "style":
			r.styles(string(value))
		}
	}
}

// comment looks into a conditional comment, which has no comments within.
func (r References) comment(text []byte) {
	if !bytes.HasPrefix(text, []byte("[if ")) {
		return
	}
	tokens := xhtml.NewTokenizer(bytes.NewReader(text))
	for {
		switch tokens.Next() {
		case xhtml.ErrorToken:
			return
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, more := tokens.TagName()
			r.attributes(tokens, string(name), more)
		}
	}
}

// styles looks for url(…) in CSS.
func (r References) styles(css string) {
	for {
		i := strings.Index(css, "(")
		if i < 0 {
			return
		}
		before := css[:i]
		css = css[i+1:]
		if !strings.EqualFold(before[max(len(before)-len("url"), 0):], "url") {
			continue
		}
		end := strings.IndexByte(css, ')')
		if end < 0 {
			return
		}
		r.add(strings.Trim(strings.TrimSpace(css[:end]), `"'`))
		css = css[end:]
	}
}

func (r References) add(address string) {
	address = strings.TrimSpace(address)
	if address == "" || len(r.ids)+len(r.locations) >= mostReferences {
		return
	}
	if !hasPrefixFold(address, "cid:") {
		r.locations[address] = true
		return
	}
	id := address[len("cid:"):]
	if decoded, err := url.PathUnescape(id); err == nil {
		id = decoded // RFC 2392
	}
	r.ids[strings.ToLower(strings.Trim(id, "<>"))] = true
}
