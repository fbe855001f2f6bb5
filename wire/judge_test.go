package wire

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

// encoding/xml is the judge: it reads every recorded request and writes it in another shape that means
// the same; the decoder must read both alike.
func TestRewrittenRequests(t *testing.T) {
	d := NewDecoder(ServerLimits())
	var judged, refused int
	for i, e := range traces(t) {
		text, err := rewrite(e.Request, i)
		if err != nil {
			refused++ // e.g. references to control characters
			continue
		}
		judged++
		d.Reset([]byte(text))
		req, err := DecodeRequest(d)
		if err != nil {
			t.Fatalf("%s %d %s: %v\n%s", e.file, e.N, e.Op, err, text)
		}
		if got := string(AppendRequest(nil, req)); got != e.Request {
			t.Fatalf("%s %d %s:%s", e.file, e.N, e.Op, difference(got, e.Request))
		}
	}
	if judged < 4000 || refused > 50 {
		t.Errorf("%d requests judged, %d refused", judged, refused)
	}
}

// rewrite changes prefixes, quotes, blanks inside tags and the way characters are written.
func rewrite(text string, shape int) (string, error) {
	prefixes := map[string]string{envelope11: "soap", "http://schemas.xmlsoap.org/soap/encoding/": "enc",
		"http://www.w3.org/2004/08/xop/include": "inc", "urn:zarafa": "z"}
	name := func(n xml.Name) string {
		if p, ok := prefixes[n.Space]; ok {
			return p + ":" + n.Local
		}
		return n.Local
	}
	var b strings.Builder
	b.WriteString("\uFEFF<?xml version='1.0'?>\n<!-- another shape -->")
	root := true
	for dec := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := dec.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			b.WriteString("<" + name(token.Name))
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" {
					fmt.Fprintf(&b, "\n %s = '%s'", name(a.Name), a.Value)
				}
			}
			for uri, p := range prefixes {
				if root {
					fmt.Fprintf(&b, " xmlns:%s='%s'", p, uri)
				}
			}
			root = false
			b.WriteString(" >")
		case xml.EndElement:
			b.WriteString("</" + name(token.Name) + "\t>")
		case xml.CharData:
			if len(strings.TrimSpace(string(token))) == 0 {
				b.Write(token) // CDATA sections have no place around the root
				continue
			}
			writeText(&b, string(token), shape)
		}
	}
}

// writeText writes text in one of several ways.
func writeText(b *strings.Builder, text string, shape int) {
	switch shape % 4 {
	case 0:
		b.WriteString("<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>")
	case 1:
		for _, r := range text {
			fmt.Fprintf(b, "&#x%x;", r)
		}
	case 2:
		for i, r := range text {
			if i > 0 {
				b.WriteString("<?x?>")
			}
			fmt.Fprintf(b, "&#%d;", r)
		}
	case 3:
		b.WriteString("<!---->")
		if err := xml.EscapeText(b, []byte(text)); err != nil {
			panic(err)
		}
		b.WriteString("<!-- > -->")
	}
}

// What the encoder writes is what encoding/xml reads, where XML allows the characters at all.
func TestTextsAreReadAlike(t *testing.T) {
	for _, text := range []string{"", " ", "a&b<c>d\"e'f", "tab\tline\nreturn\r", "]]>", "\u0085\u2028\U0001F600", "&amp;", "  x  "} {
		encoded := appendText(nil, "<t>", "</t>", "<t/>", text)
		var got string
		if err := xml.Unmarshal(encoded, &got); err != nil || got != text {
			t.Errorf("%q as %s: got %q, %v", text, encoded, got, err)
		}
	}
}
