package sanitize

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	xhtml "golang.org/x/net/html"

	"zarafa/internal/testseed"
)

// What may be in a result, written down a second time, so that a slip in the product's lists shows.
var (
	safeElements = strings.Fields(`html head body style a abbr acronym address area article aside b bdi big blockquote br caption center cite
		code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map
		mark menu nav nobr ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt
		u ul var wbr`)
	safeAttributes = strings.Fields(`align alt bgcolor border bordercolor cellpadding cellspacing class clear color colspan coords data-link
		data-mailto datetime dir face frame height hidden hspace lang noshade nowrap open rel role rowspan rules scope shape size span start tabindex target title
		type valign value vspace width`)
	safeLink    = regexp.MustCompile(`^(https?|ftp)://[A-Za-z0-9\[][!-~]*$`)
	safePicture = regexp.MustCompile(`^/(part/|proxy\?u=)[A-Za-z0-9%+._~-]*$`)
	safeURL     = regexp.MustCompile(`url\("/(part/|proxy\?u=)[A-Za-z0-9%+._~-]*"\)`)
	unsafeCSS   = regexp.MustCompile(`(?i)[\\<>&]|/\*|@[^m]|@m[^e]|expression|javascript|[^!]import|behavior|binding|(?:^|[;{ ])position:(?:[^rs]|s[^t]|st[^a])|` +
		`url\s*\(|var\(|attr\(|image\(|content:|--[a-z]|filter|animation|cursor`)
)

// checkSafe finds what must not be in a result, whatever the page was. The result was made with the policies of this test.
func checkSafe(t testing.TB, page string, r Result, prefix string) {
	t.Helper()
	if !strings.HasPrefix(r.HTML, `<div class="`+prefix+`root`) {
		t.Fatalf("of %q came %q, which has no root", page, r.HTML)
	}
	for _, scripting := range []bool{true, false} { // parsers read noscript in two ways
		doc, err := xhtml.ParseWithOptions(strings.NewReader(r.HTML), xhtml.ParseOptionEnableScripting(scripting))
		if err != nil {
			t.Fatalf("of %q came %q: %v", page, r.HTML, err)
		}
		n := 0
		for node := range doc.Descendants() {
			n++
			if bad := unsafe(node, prefix); bad != "" {
				t.Fatalf("of %q came %q, with %s", page, r.HTML, bad)
			}
		}
		if n > MaxNodes+10 {
			t.Fatalf("%d nodes came of %q", n, page)
		}
	}
	nodes, err := parsePage([]byte(r.HTML))
	if err != nil || len(nodes) != 1 {
		t.Fatalf("of %q came %q: %d nodes, %v", page, r.HTML, len(nodes), err)
	}
	if again, _ := render(nodes[0]); again != r.HTML && r.Reason == None {
		t.Fatalf("of %q came %q, and of that %q", page, r.HTML, again)
	}
}

// unsafe says what is wrong with a node of a result, "" if nothing is.
func unsafe(n *xhtml.Node, prefix string) string {
	switch n.Type {
	case xhtml.TextNode:
		if n.Parent.Data == "style" {
			return unsafeSheet(n.Data, prefix)
		}
		return ""
	case xhtml.ElementNode:
	default:
		return "a node that is no element"
	}
	if n.Namespace != "" || !slices.Contains(safeElements, n.Data) {
		return "element " + n.Namespace + " " + n.Data
	}
	for _, a := range n.Attr {
		if !safeAttribute(n, a, prefix) {
			return "attribute " + n.Data + " " + a.Key + "=" + a.Val
		}
	}
	return ""
}

func safeAttribute(n *xhtml.Node, a xhtml.Attribute, prefix string) bool {
	switch a.Key {
	case "href":
		if rest, ok := strings.CutPrefix(a.Val, "#"); ok {
			return strings.HasPrefix(rest, prefix)
		}
		if strings.HasPrefix(a.Val, "tel:") {
			return true
		}
		outside := attr(n.Attr, "target") == "_blank" && strings.Contains(attr(n.Attr, "rel"), "noopener noreferrer")
		return outside && (safeLink.MatchString(a.Val) || attr(n.Attr, "data-mailto") != "" && strings.HasPrefix(a.Val, "/compose?to="))
	case "src", "background":
		return safePicture.MatchString(a.Val)
	case "id", "name":
		return strings.HasPrefix(a.Val, prefix)
	case "usemap":
		return strings.HasPrefix(a.Val, "#"+prefix)
	case "style":
		return !unsafeCSS.MatchString(safeURL.ReplaceAllString(a.Val, "")) && !strings.ContainsAny(a.Val, "{}")
	}
	return slices.Contains(safeAttributes, a.Key)
}

// unsafeSheet says what is wrong with a style sheet. Each selector must begin with the root's class.
func unsafeSheet(css, prefix string) string {
	css = safeURL.ReplaceAllString(css, "")
	for rule := range strings.SplitAfterSeq(css, "}") {
		selectors, declarations, ok := strings.Cut(rule, "{")
		for ok && strings.HasPrefix(selectors, "@media ") {
			selectors, declarations, ok = strings.Cut(declarations, "{")
		}
		if !ok {
			if strings.Trim(rule, "}") != "" {
				return "rule " + rule
			}
			continue
		}
		for s := range strings.SplitSeq(selectors, ",") {
			after, ok := strings.CutPrefix(s, "."+prefix+"root")
			if !ok || after != "" && !strings.ContainsAny(after[:1], " .:#[") || strings.ContainsAny(strings.TrimSpace(after + "x")[:1], "+~") {
				return "selector " + s
			}
		}
		if unsafeCSS.MatchString(declarations) {
			return "declarations " + declarations
		}
	}
	return ""
}

// checkBoth checks a page under both policies.
func checkBoth(t testing.TB, page string) {
	t.Helper()
	checkSafe(t, page, HTML([]byte(page), blocking), DefaultPrefix)
	checkSafe(t, page, HTML([]byte(page), proxying), "q7-")
}

// TestNothingElse: whatever a page has, nothing is left but what is allowed.
func TestNothingElse(t *testing.T) {
	for _, a := range attacks(t) {
		checkBoth(t, a.page)
	}
}

// TestSplicedAttacks: pieces of attacks, put together at random, are attacks that nobody has thought of.
func TestSplicedAttacks(t *testing.T) {
	rnd := testseed.New(t)
	all := attacks(t)
	pieces := []string{"<", ">", "\"", "'", "`", "/", "=", "&", "&lt;", "\x00", "\\", "{", "}", "(", ")", ";", ":", "-->", "<!--", "]]>", "<table>",
		"<td>", "<p>", "<b>", "<a href=x>", "</a>", "<svg>", "<math>", "<mtext>", "<style>", "</style>", "<title>", "<textarea>", "<select>",
		"<template>", "<noscript>", "</noscript>", "<caption>", "<form>", "<li>", "<pre>\n", "<font color=red>", "style=\"", "url(", "@media x{"}
	piece := func() string {
		if rnd.IntN(3) == 0 {
			return pieces[rnd.IntN(len(pieces))]
		}
		page := all[rnd.IntN(len(all))].page
		from := rnd.IntN(len(page))
		return page[from : from+rnd.IntN(min(len(page)-from, 120))]
	}
	rounds := 1500
	if testseed.Fresh() {
		rounds = 50_000
	}
	for range rounds {
		var page strings.Builder
		for range 1 + rnd.IntN(8) {
			page.WriteString(piece())
		}
		checkBoth(t, page.String())
	}
}

func FuzzHTML(f *testing.F) {
	for _, a := range attacks(f) {
		f.Add(a.page)
	}
	f.Fuzz(func(t *testing.T, page string) { checkBoth(t, page) })
}
