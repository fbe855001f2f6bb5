package wire

import (
	"regexp"
	"strings"
	"testing"
)

var (
	anyEndTag    = regexp.MustCompile(`</[^>]*>`)
	anyAttribute = regexp.MustCompile(`[ \t\r\n]+[A-Za-z:-]+="[^"]*"`)
)

// spoil makes texts that are not well formed out of one that is, in each way at each place where that is possible.
func spoil(text string, use func(kind, spoiled string)) {
	replace := func(kind string, at []int, with string) { use(kind, text[:at[0]]+with+text[at[1]:]) }
	for _, at := range anyEndTag.FindAllStringIndex(text, -1) {
		name := text[at[0]+2 : at[1]-1]
		replace("no end tag", at, "")
		replace("end tag twice", at, text[at[0]:at[1]]+text[at[0]:at[1]])
		replace("longer end tag", at, "</"+name+"x>")
		replace("shorter end tag", at, "</"+name[:len(name)-1]+">")
		replace("another end tag", at, "</"+strings.Repeat("x", len(name))+">")
		replace("attribute in an end tag", at, "</"+name+` a="b">`)
		replace("blank in an end tag", at, "</ "+name+">")
		replace("end tag without its end", at, "</"+name)
		use("cut before an end tag", text[:at[0]])
	}
	for _, at := range anyAttribute.FindAllStringIndex(text, -1) {
		if at[0] < strings.Index(text, "?>") {
			continue // the declaration is an instruction, whose content nobody reads
		}
		attribute := text[at[0]:at[1]]
		replace("attribute twice", at, attribute+attribute)
		replace("attribute twice, not side by side", at, attribute+` other="x"`+attribute)
		replace("no blank before an attribute", at, strings.TrimSpace(attribute))
		replace("attribute without quotes", at, strings.ReplaceAll(attribute, `"`, ""))
		replace("markup in an attribute", at, attribute[:len(attribute)-1]+`<"`)
	}
	whole := strings.TrimRight(text, "\r\n")
	for i := max(0, len(whole)-200); i < len(whole); i++ {
		use("cut", whole[:i])
	}
	for _, garbage := range []string{"x", "\x00", "<", "<!", "<?", "<!--", "<!-- ->", "<x/>", "</x>", "]]>", "<![CDATA[x]]>", whole} {
		use("followed by "+garbage[:min(len(garbage), 9)], text+garbage)
	}
	if at := strings.Index(text, "?>"); at >= 0 {
		use("text before the root", text[:at+2]+"x"+text[at+2:])
		use("character data before the root", text[:at+2]+"<![CDATA[x]]>"+text[at+2:])
	}
}

// TestMalformedMessages: no recorded message of any operation is accepted in any spoiled form, on either side.
func TestMalformedMessages(t *testing.T) {
	d, seen, tried := NewDecoder(ClientLimits()), map[string]bool{}, 0
	check := func(what, spoiled string, decode func() error) {
		tried++
		d.Reset([]byte(spoiled))
		if err := decode(); err == nil {
			t.Errorf("%s is accepted: %.1000s", what, spoiled)
		}
	}
	for _, e := range traces(t) {
		op := opOfElement([]byte(e.Op))
		if seen[e.Op] || len(e.Request)+len(e.Response) > 5<<10 || op == 0 {
			continue
		}
		seen[e.Op] = true
		spoil(e.Request, func(kind, spoiled string) {
			check(e.Op+": request, "+kind, spoiled, func() error { _, err := DecodeRequest(d); return err })
		})
		spoil(e.Response, func(kind, spoiled string) {
			check(e.Op+": response, "+kind, spoiled, func() error { return DecodeResponse(d, NewResponse(op)) })
		})
		if t.Failed() {
			return
		}
	}
	if len(seen) < 70 || tried < 50_000 {
		t.Errorf("only %d messages of %d operations were tried", tried, len(seen))
	}
}

// TestMalformedDocuments: the same for what is kept as a document of its own.
func TestMalformedDocuments(t *testing.T) {
	d := NewDecoder(ServerLimits())
	text := string(AppendCollapseState(nil, &CollapseState{}))
	spoil(text, func(kind, spoiled string) {
		d.Reset([]byte(spoiled))
		if _, err := DecodeCollapseState(d); err == nil {
			t.Errorf("%s is accepted: %s", kind, spoiled)
		}
	})
}
