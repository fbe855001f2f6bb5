package sanitize

import (
	"slices"
	"strings"
	"testing"

	"github.com/microcosm-cc/bluemonday"
	xhtml "golang.org/x/net/html"
)

// secondOpinion is the policy of another sanitizer for user-generated contents, which decides on its own about each attribute and address. Told
// in addition are the attributes of old HTML, which no browser acts on. Styles, of which it has no opinion, are not asked about.
func secondOpinion() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.AllowURLSchemes("http", "https", "ftp", "tel")
	p.AllowRelativeURLs(true)
	p.AllowElements("style", "font", "center", "nobr", "acronym", "big", "strike", "tt", "header", "footer", "main", "nav", "ins", "del", "q", "map", "area", "hr")
	p.AllowAttrs("class", "title", "align", "valign", "bgcolor", "color", "face", "size", "width", "height", "border", "cellpadding", "cellspacing",
		"lang", "hspace", "vspace", "role", "dir", "id", "type", "name", "coords", "shape", "clear", "datetime", "open", "hidden").Globally()
	p.AllowDataAttributes()
	p.AllowAttrs("href").OnElements("area")
	p.AllowAttrs("background").OnElements("table", "tbody", "td", "tfoot", "th", "thead", "tr")
	return p
}

// TestSecondOpinion: no attribute with an address, and no element, is in a result that the other sanitizer would take out.
func TestSecondOpinion(t *testing.T) {
	p := secondOpinion()
	asked := 0
	for _, a := range attacks(t) {
		for _, policy := range []Policy{blocking, proxying} {
			r := HTML([]byte(a.page), policy)
			theirs := inventory(t, p.Sanitize(r.HTML))
			for thing, n := range inventory(t, r.HTML) {
				asked++
				if theirs[thing] < n {
					t.Errorf("%s, %s: of %s only we keep %s", a.kind, a.name, a.page, thing)
				}
			}
		}
	}
	if asked < 300 {
		t.Errorf("only %d things were asked about", asked)
	}
}

// inventory counts the elements of a page, and their attributes with an address.
func inventory(t *testing.T, page string) map[string]int {
	t.Helper()
	doc, err := xhtml.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	things := map[string]int{}
	for n := range doc.Descendants() {
		if n.Type != xhtml.ElementNode {
			continue
		}
		// An element that would have no attribute but style is left out by it, as useless.
		if slices.ContainsFunc(n.Attr, func(a xhtml.Attribute) bool { return a.Key != "style" }) {
			things["element "+n.Data]++
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "href", "src", "background":
				things[n.Data+" "+a.Key+"="+a.Val]++
			}
		}
	}
	return things
}
