package convert

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode"

	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// FuzzImport: any bytes become a message, and no content of a part is lost.
func FuzzImport(f *testing.F) {
	for _, mail := range corpus(f) {
		f.Add(mail)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		mail := tree.ParseBytes(normal(t, data))
		m, err := Import(mail, &ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		checkText(t, m)
		checkLeaves(t, mail, m)
		var out bytes.Buffer
		if err := Export(&out, m, &ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := Import(tree.ParseBytes(out.Bytes()), &ImportOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

// Nothing of the corpus is lost.
func TestNothingIsLost(t *testing.T) {
	for name, mail := range corpus(t) {
		parsed := tree.ParseBytes(normal(t, mail))
		m, err := Import(parsed, &ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			checkText(t, m)
			checkLeaves(t, parsed, m)
		})
	}
}

// checkText looks for strings that no database stores.
func checkText(t *testing.T, m *mapi.Message) {
	t.Helper()
	check := func(props mapi.Props) {
		for _, v := range props {
			if v.Tag.Type() == mapi.PtUnicode && (strings.ToValidUTF8(v.Str(), "") != v.Str() || strings.Contains(v.Str(), "\x00")) {
				t.Errorf("%#x is %q", v.Tag, v.Data)
			}
		}
	}
	check(m.Props)
	for _, r := range m.Recipients {
		check(r)
	}
	for _, a := range m.Attachments {
		check(a.Props)
		if a.Message != nil {
			checkText(t, a.Message)
		}
	}
}

// kept is what a message has of the mail, with those embedded in it.
type kept struct {
	texts  strings.Builder // all letters of the bodies
	files  [][]byte
	opaque bool // something has taken parts as a whole, or has another form of them: S/MIME, TNEF
}

func (k *kept) message(t *testing.T, m *mapi.Message) {
	class := strings.ToUpper(m.Props.Str(mapi.PrMessageClass))
	k.opaque = k.opaque || strings.HasPrefix(class, strings.ToUpper(classEncrypted)) || m.Props.Has(mapi.PrRTFCompressed.ID())
	k.texts.WriteString(letters(m.Props.Str(mapi.PrBody)) + "\x00")
	k.files = append(k.files, m.Props.Bytes(mapi.PrHTML))
	for _, a := range m.Attachments {
		if a.Message != nil {
			k.message(t, a.Message)
			continue
		}
		r, err := a.Content.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		k.files = append(k.files, data)
	}
}

// letters are those of a text, without what format=flowed, quotation and ends of lines change.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '>' || r == 0 || r == 0xFEFF {
			return -1
		}
		return r
	}, s)
}

// checkLeaves reports the leaves of a mail whose content is nowhere in its message.
func checkLeaves(t *testing.T, mail *tree.Message, m *mapi.Message) {
	t.Helper()
	k := &kept{}
	k.message(t, m)
	if k.opaque {
		return
	}
	im := &importer{mail: mail, options: &ImportOptions{}, directory: nobody{}}
	var walk func(p *tree.Part, parent string)
	walk = func(p *tree.Part, parent string) {
		in := p.Subtype
		if in == "related" && parent == "alternative" {
			in = parent // its root is one of the forms
		}
		for _, c := range p.Parts {
			walk(c, in)
		}
		if p.Message != nil {
			walk(p.Message, "")
		}
		if p.IsLeaf() && !readByPrograms(p, parent) && !k.has(t, im, p) {
			t.Errorf("a part %s/%s is lost: %.200q", p.Type, p.Subtype, first(mail.Content(p)))
		}
	}
	for p := range mail.Root.All() {
		if h, err := mail.Fields(p); err != nil || p.IsLeaf() && tnefLeaf(im, p, h) {
			return // its bodies are there in place of those of the mail
		}
	}
	walk(mail.Root, "")
}

func tnefLeaf(im *importer, p *tree.Part, h *header.Fields) bool {
	typ, subtype := p.Effective()
	t, _ := header.ParseMediaType(h.Get("Content-Type"))
	return isTNEF(typ, subtype, im.fileName(t, h))
}

// readByPrograms are parts that become properties, or of which there is another form.
func readByPrograms(p *tree.Part, parent string) bool {
	typ, subtype := p.Effective()
	switch {
	case typ == "message" && (isStatus(subtype) || subtype == "disposition-notification"):
		return true
	case typ == "text" && (parent == "alternative" || subtype == "calendar"):
		return true
	case parent == "appledouble" && subtype == "applefile", isTNEF(typ, subtype, "winmail.dat"):
		return true
	}
	return false
}

func first(r io.Reader) []byte {
	data, _ := io.ReadAll(io.LimitReader(r, 200)) // for a message of the test
	return data
}

func (k *kept) has(t *testing.T, im *importer, p *tree.Part) bool {
	content, err := io.ReadAll(im.mail.Content(p))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(im.mail.RawBody(p))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range k.files {
		if bytes.Contains(file, content) || bytes.Contains(file, raw) {
			return true
		}
	}
	h, err := im.mail.Fields(p)
	if err != nil {
		t.Fatal(err)
	}
	mt, _ := header.ParseMediaType(h.Get("Content-Type"))
	text, _, known, err := im.decode(p, mt)
	if err != nil || !known {
		return false
	}
	if strings.Contains(k.texts.String(), letters(text)) {
		return true
	}
	if page, known, err := im.decodePage(p, mt); err == nil && known && p.Subtype == "html" {
		text = string(page.raw)
	}
	page := letters(string(html.SetCharset([]byte(text), "utf-8"))) // a page that became UTF-8 names it
	for _, file := range k.files {
		if strings.Contains(letters(string(file)), page) {
			return true
		}
	}
	return false
}
