package sanitize

import (
	"slices"
	"strings"

	xhtml "golang.org/x/net/html"
)

// mostRounds is how often a result is parsed until it must be stable. Nearly all pages need one; what parsers nest differently the second time
// (links in tables within links) needs two.
const mostRounds = 4

// stable takes the last step: it parses what is to be shown until it does not change, and looks at each round whether anything is in it that
// the cleaner did not put there.
func (c *cleaner) stable(page string) (string, Reason) {
	for range mostRounds {
		nodes, err := parsePage([]byte(page))
		if err != nil || len(nodes) != 1 || !c.known(nodes[0], c.policy.Prefix+"root") {
			return "", Unstable
		}
		again, reason := render(nodes[0])
		if reason != None || again == page {
			return again, reason
		}
		page = again
	}
	return "", Unstable
}

// known reports whether everything in a tree, whose root has the class, was made by the cleaner.
func (c *cleaner) known(root *xhtml.Node, class string) bool {
	if root.Data != "div" || !slices.Contains(strings.Fields(attr(root.Attr, "class")), class) || !c.knownElement(root) {
		return false
	}
	for n := range root.Descendants() {
		switch {
		case n.Type == xhtml.TextNode && n.Parent.Data == "style":
			if !c.made["style "+n.Data] {
				return false
			}
		case n.Type == xhtml.TextNode:
		case n.Type == xhtml.ElementNode && n.Data == "style" && len(n.Attr) == 0 && n.Parent == root:
		case n.Type == xhtml.ElementNode && c.knownElement(n):
		default:
			return false
		}
	}
	return true
}

func (c *cleaner) knownElement(n *xhtml.Node) bool {
	if n.Namespace != "" || !elements[n.Data] {
		return false
	}
	for _, a := range n.Attr {
		if a.Namespace != "" || attributes[a.Key] == 0 && !ours[a.Key] || !c.made[a.Key+"="+a.Val] {
			return false
		}
	}
	return true
}
