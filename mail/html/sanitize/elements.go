package sanitize

import (
	"slices"
	"strings"
)

// elements are those that may be in a result, without style, which is there only as we write it.
var elements = set(`a abbr acronym address area article aside b bdi big blockquote br caption center cite code col colgroup dd del details
	dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map mark menu nav nobr ol p pre q rp
	rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`)

// void elements have no contents and no end.
var void = set(`area br col hr img wbr`)

// formatting elements are opened again by parsers behind the end of a block that they were open in (HTML, 13.2.4.3).
var formatting = set(`a b big code em font i nobr s small strike strong tt u`)

// tableParts are the elements of a table; cells are those of them that formatting elements do not leave.
var (
	tableParts = set(`caption col colgroup table tbody td tfoot th thead tr`)
	cells      = set(`caption td th`)
)

// endsParagraph are the elements before which an open p ends (HTML, 13.2.6.4.7).
var endsParagraph = set(`address article aside blockquote center details dir div dl dd dt figcaption figure footer h1 h2 h3 h4 h5 h6 header
	hr li main menu nav ol p pre section summary table ul`)

// dropped are the elements whose contents nobody is to see.
var dropped = set(`svg math template select datalist`)

// leavesForeign are the elements at which parsers leave svg and math (HTML, 13.2.6.5).
var leavesForeign = set(`b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr
	ol p pre ruby s small span strong strike sub sup table tt u ul var`)

// rawText are the elements in which there is text alone, and which are not shown.
var rawText = set(`script iframe noembed noframes title`)

// attributeRule says what a value must be.
type attributeRule int

const (
	text      attributeRule = iota + 1 // anything
	word                               // letters, digits and few signs
	length                             // a number, with % if wanted
	colour                             // a name or number of a colour
	name                               // gets the prefix
	names                              // words that do not begin with the prefix
	picture                            // the address of a picture
	style                              // declarations of CSS
	link                               // the address of a link
	direction                          // of text
	reference                          // # and a name
	role                               // of a table
	present                            // none: the attribute is there or not
)

// attributes are those that may be in a mail's page, whatever the element, since each is harmless with the value that its rule makes of it.
// What begins with data- is ours and comes from no mail.
var attributes = map[string]attributeRule{
	"align": word, "alt": text, "background": picture, "bgcolor": colour, "border": length, "bordercolor": colour, "cellpadding": length,
	"cellspacing": length, "class": names, "clear": word, "color": colour, "colspan": length, "coords": word, "datetime": word, "dir": direction,
	"face": word, "frame": word, "height": length, "hidden": present, "href": link, "hspace": length, "id": name, "lang": word, "name": name, "noshade": present,
	"nowrap": present, "open": present, "role": role, "rowspan": length, "rules": word, "scope": word, "shape": word, "size": word, "span": length,
	"src": picture, "start": word, "style": style, "title": text, "type": word, "usemap": reference, "valign": word, "value": word,
	"vspace": length, "width": length,
}

// ofBody are attributes of the element body that have a meaning there alone.
var ofBody = map[string]attributeRule{"text": colour, "link": colour}

// ours are the attributes that this package adds.
var ours = set(`data-link data-mailto rel tabindex target`)

// ofElement are the rules of attributes that only some elements may have.
var ofElement = map[string][]string{
	"src":        {"img"},
	"href":       {"a", "area"},
	"background": {"table", "tbody", "td", "tfoot", "th", "thead", "tr"},
	"name":       {"a", "map"},
	"usemap":     {"img"},
	"open":       {"details"},
}

// ruleOf finds the rule of an attribute, 0 if the element may not have it.
func ruleOf(element, key string) attributeRule {
	if only, ok := ofElement[key]; ok && !slices.Contains(only, element) {
		return 0
	}
	return attributes[key]
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
