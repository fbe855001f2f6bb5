package sanitize

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// cleaner takes the second step. What it makes is in made: each attribute with its value, and the styles, that the result may contain.
type cleaner struct {
	policy    Policy
	base      *url.URL
	made      map[string]bool
	result    Result
	bodyNames map[string]bool // its id and classes, with # and . in front
	ruleCount int
	nodes     int
	failed    Reason
}

// parsePage makes the tree of a page that is to stand in a body.
func parsePage(page []byte) ([]*xhtml.Node, error) {
	return xhtml.ParseFragmentWithOptions(bytes.NewReader(page), &xhtml.Node{Type: xhtml.ElementNode, Data: "body", DataAtom: atom.Body},
		xhtml.ParseOptionEnableScripting(false))
}

// clean makes the result of a page.
func (c *cleaner) clean(s source) (string, Reason) {
	nodes, err := parsePage(s.html)
	if err != nil {
		return "", TooDeep // the one error of the parser
	}
	root := &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div}
	c.root(root, s.body)
	if sheets := c.sheets(s); sheets != "" {
		c.made["style "+sheets] = true
		element := &xhtml.Node{Type: xhtml.ElementNode, Data: "style", DataAtom: atom.Style}
		element.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: sheets})
		root.AppendChild(element)
	}
	for _, n := range nodes {
		if c.node(n, 2) {
			root.AppendChild(n)
		}
		if c.failed != None {
			return "", c.failed
		}
	}
	return render(root)
}

func render(n *xhtml.Node) (string, Reason) {
	var out strings.Builder
	if err := xhtml.Render(&out, n); err != nil {
		return "", Unstable
	}
	return out.String(), None
}

// sheets are the page's style sheets, in the order in which they count.
func (c *cleaner) sheets(s source) string {
	var out strings.Builder
	if colour := attr(s.body, "link"); isColour(colour) {
		out.WriteString("." + c.policy.Prefix + "root a:link{color:" + cssColour(colour) + "}")
	}
	for _, sheet := range s.sheets {
		out.WriteString(c.sheet(sheet))
	}
	return out.String()
}

// root gives our element what the page's body had.
func (c *cleaner) root(n *xhtml.Node, body []attribute) {
	class := c.policy.Prefix + "root"
	c.bodyNames = map[string]bool{"#" + attr(body, "id"): true}
	var styles []string
	for _, a := range body {
		switch a.Key {
		case "class":
			words := c.words(a.Val)
			class += " " + words
			for w := range strings.FieldsSeq(words) {
				c.bodyNames["."+w] = true
			}
		case "text":
			styles = append(styles, "color:"+cssColour(a.Val))
		case "bgcolor":
			styles = append(styles, "background-color:"+cssColour(a.Val))
		case "background":
			styles = append(styles, `background-image:url("`+strings.NewReplacer(`"`, "%22", `\`, "/", "\n", "").Replace(a.Val)+`")`)
		}
	}
	c.add(n, "class", strings.TrimSpace(class))
	styles = append(styles, attr(body, "style")) // stronger than attributes
	attrs := []attribute{{Key: "style", Val: strings.Join(styles, ";")}}
	for _, key := range []string{"id", "dir", "lang"} {
		if value := attr(body, key); value != "" {
			attrs = append(attrs, attribute{Key: key, Val: value})
		}
	}
	n.Attr = append(n.Attr, c.attributes("div", attrs)...)
}

// node cleans a node and what is in it; it reports whether the node may stay.
func (c *cleaner) node(n *xhtml.Node, depth int) bool {
	c.nodes++
	switch {
	case c.failed != None:
		return false
	case depth > MaxDepth:
		c.failed = TooDeep
		return false
	case c.nodes > MaxNodes:
		c.failed = TooManyNodes
		return false
	case n.Type == xhtml.TextNode:
		return true
	case n.Type != xhtml.ElementNode || n.Namespace != "" || !elements[n.Data]:
		return false
	}
	original := n.Attr
	n.Attr = c.attributes(n.Data, original)
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		if !c.node(child, depth+1) {
			n.RemoveChild(child)
		}
		child = next
	}
	switch n.Data {
	case "img":
		c.image(n, original)
	case "a", "area":
		c.link(n, attr(original, "href"))
	}
	return true
}

// image gives a picture its address, or the mark of one that is blocked.
func (c *cleaner) image(n *xhtml.Node, original []attribute) {
	source := attr(original, "src")
	if source == "" {
		return
	}
	blocked := c.result.Blocked
	if address, ok := c.picture(source); ok {
		c.add(n, "src", address)
		return
	}
	if c.result.Blocked > blocked {
		c.addClass(n, c.policy.Prefix+"blocked")
	}
}

func (c *cleaner) addClass(n *xhtml.Node, class string) {
	i := slices.IndexFunc(n.Attr, func(a attribute) bool { return a.Key == "class" })
	if i < 0 {
		i = len(n.Attr)
		n.Attr = append(n.Attr, attribute{Key: "class"})
	}
	n.Attr[i].Val = strings.TrimSpace(n.Attr[i].Val + " " + class)
	c.made["class="+n.Attr[i].Val] = true
}

// mostPictures bounds the pictures of a page, each place counted; further ones are left out.
const mostPictures = 5_000

// picture finds where a picture is loaded from, if it may be loaded.
func (c *cleaner) picture(address string) (string, bool) {
	if c.result.Blocked+c.result.Remote+c.result.Inline >= mostPictures {
		return "", false
	}
	address = trim(address)
	kind, rest := scheme(address)
	if kind == "cid" {
		id := rest
		if decoded, err := url.PathUnescape(rest); err == nil {
			id = decoded
		}
		return c.part(Reference{ContentID: strings.Trim(id, "<>")})
	}
	u, _, ok := absolute(address, c.base)
	if address != "" && len(address) <= longestAddress && (kind == "" || ok) {
		location := address
		if kind == "" && ok {
			location = u.String()
		}
		if ours, ok := c.part(Reference{Location: location}); ok {
			return ours, true
		}
	}
	if !ok || u.Scheme == "ftp" {
		return "", false
	}
	u.Fragment, u.RawFragment = "", ""
	if c.policy.Remote != nil {
		if ours, ok := c.policy.Remote(written(u)); ok && isOurs(ours) {
			c.result.Remote++
			return ours, true
		}
	}
	c.result.Blocked++
	return "", false
}

func (c *cleaner) part(r Reference) (string, bool) {
	if c.policy.Inline == nil {
		return "", false
	}
	address, ok := c.policy.Inline(r)
	if !ok || !isOurs(address) {
		return "", false
	}
	c.result.Inline++
	return address, true
}

// link gives a link its address, and a place in the list.
func (c *cleaner) link(n *xhtml.Node, address string) {
	address = trim(address)
	switch kind, rest := scheme(address); {
	case strings.HasPrefix(address, "#"):
		if isName(address[1:]) {
			c.add(n, "href", "#"+c.policy.Prefix+address[1:])
		}
	case kind == "mailto" || kind == "tel":
		c.addressLink(n, kind, rest)
	default:
		u, f, ok := absolute(address, c.base)
		if !ok {
			return
		}
		l := newLink(u, f, textOf(n))
		c.number(n, l)
		c.add(n, "href", l.Address)
		c.outside(n)
	}
}

// addressLink deals with links to people.
func (c *cleaner) addressLink(n *xhtml.Node, kind, rest string) {
	if len(rest) > longestAddress {
		return
	}
	l := Link{Kind: kind, Address: kind + ":" + escapeRest(escapePercent(rest))}
	l.setText(textOf(n))
	if kind == "tel" {
		c.number(n, l)
		c.add(n, "href", l.Address)
		return
	}
	l.Address = mailto(rest)
	if shown := strings.ToLower(l.Text); strings.Contains(shown, "@") && !strings.Contains(shown, " ") {
		to, _, _ := strings.Cut(l.Address[len("mailto:"):], "?")
		if decoded, err := url.PathUnescape(to); err == nil {
			l.Mismatch = !strings.EqualFold(strings.TrimPrefix(shown, "mailto:"), decoded)
		}
	}
	c.number(n, l)
	c.add(n, "data-mailto", l.Address)
	if c.policy.Compose != nil {
		if ours := c.policy.Compose(l.Address); isOurs(ours) {
			c.add(n, "href", ours)
			c.outside(n)
			return
		}
	}
	c.add(n, "role", "link")
	c.add(n, "tabindex", "0")
}

// mailto writes a mailto address with the fields alone that a message's form has (RFC 6068, 4): none that adds an attachment or a header.
func mailto(rest string) string {
	to, query, _ := strings.Cut(rest, "?")
	out := "mailto:" + escapeRest(escapePercent(to))
	sign := "?"
	for field := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(field, "=")
		if slices.Contains([]string{"to", "cc", "bcc", "subject", "body"}, strings.ToLower(key)) {
			out += sign + strings.ToLower(key) + "=" + escapeRest(escapePercent(value))
			sign = "&"
		}
	}
	return out
}

func (c *cleaner) number(n *xhtml.Node, l Link) {
	c.add(n, "data-link", strconv.Itoa(len(c.result.Links)))
	c.result.Links = append(c.result.Links, l)
}

// outside makes a link open in a window of its own, which knows nothing of the one it came from.
func (c *cleaner) outside(n *xhtml.Node) {
	c.add(n, "target", "_blank")
	c.add(n, "rel", "noopener noreferrer nofollow")
}

func (c *cleaner) add(n *xhtml.Node, key, value string) {
	c.made[key+"="+value] = true
	n.Attr = append(n.Attr, attribute{Key: key, Val: value})
}

// textOf is the text of an element, or of the pictures in it, up to a length.
func textOf(n *xhtml.Node) string {
	var out, alt strings.Builder
	for d := range n.Descendants() {
		switch {
		case out.Len() > 4*longestLinkText:
			return out.String()
		case d.Type == xhtml.TextNode:
			out.WriteString(d.Data)
		case d.Type == xhtml.ElementNode && d.Data == "img" && alt.Len() < longestLinkText:
			alt.WriteString(attr(d.Attr, "alt") + " ")
		}
	}
	if strings.TrimSpace(out.String()) == "" {
		return alt.String()
	}
	return out.String()
}
