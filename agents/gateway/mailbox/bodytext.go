package mailbox

import (
	"io"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/mail/charset"
	"zarafa/mail/html"
	"zarafa/mail/tree"
)

// inBody reports whether a mail has a text, which is in lower case, in one of its texts or in the header of a part.
func inBody(mail mailstore.Content, text string) (bool, error) {
	t, err := tree.Parse(mail, mail.Size())
	if err != nil {
		return false, err
	}
	for p := range t.Root.All() {
		if p != t.Root {
			h, err := t.HeaderBytes(p)
			if err != nil {
				return false, err
			}
			if strings.Contains(strings.ToLower(string(h)), text) {
				return true, nil
			}
		}
		if typ, subtype := p.Effective(); !p.IsLeaf() || typ != "text" {
			continue
		} else if s, err := textOf(t, p, subtype); err != nil || strings.Contains(strings.ToLower(s), text) {
			return err == nil, err
		}
	}
	return false, nil
}

// textOf is the text of a part in UTF-8; of a page what a mail program shows of it, and its source.
func textOf(t *tree.Message, p *tree.Part, subtype string) (string, error) {
	raw, err := io.ReadAll(t.Content(p))
	if err != nil {
		return "", err
	}
	fields, err := t.Fields(p)
	if err != nil {
		return "", err
	}
	mediaType, _ := fields.ContentType()
	cs, ok := charset.Lookup(mediaType.Get("charset"))
	if !ok {
		cs = charset.Guess(raw, nil)
	}
	text, _ := cs.Decode(raw)
	if subtype == "html" {
		text += "\n" + html.Text([]byte(text))
	}
	return text, nil
}
