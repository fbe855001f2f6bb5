package convert

import (
	"strings"

	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// maxBody bounds a text that becomes a body, in bytes. A larger one is an attachment: programs show no such bodies, and they would
// have to be in memory.
const maxBody = 16 << 20

// body puts the parts of a mail together: what is its text, and what is attached.
type body struct {
	im *importer
	m  *mapi.Message
	// plain is the text, page the HTML, whichever there are.
	plain, page *text
	// related are attachments that the page may show.
	related []inline
	// meeting is what an invitation says, nil if there is none.
	meeting *mapi.Message
	// stream is what a winmail.dat has, nil if there is none.
	stream *mapi.Message
}

// text is a text in UTF-8.
type text struct {
	content  string
	raw      []byte // of HTML, in its own character set
	codePage uint32
}

// inline is an attachment that was related to a page.
type inline struct {
	attachment    *mapi.Attachment
	cid, location string
}

// place is where a part stands.
type place struct {
	alternative bool // one of several forms of the same
	related     bool // beside a page that may show it
}

// take is for the top of a message.
func (b *body) take(part *tree.Part) error {
	h, err := b.im.mail.Fields(part)
	if err != nil {
		return err
	}
	t, _ := header.ParseMediaType(h.Get("Content-Type"))
	if taken, err := b.secured(part, t); taken || err != nil {
		return err
	}
	return b.part(part, place{})
}

// part takes a part in.
func (b *body) part(p *tree.Part, at place) error {
	switch {
	case p.Message != nil:
		return b.embedded(p)
	case p.IsMultipart():
		return b.multipart(p, at)
	}
	return b.leaf(p, at)
}

func (b *body) multipart(p *tree.Part, at place) error {
	switch p.Subtype {
	case "alternative":
		at.alternative = true
	case "related":
		return b.relatedParts(p, at)
	case "report":
		return b.report(p)
	case "appledouble":
		return b.appleDouble(p, at)
	default:
		at.alternative = false
	}
	for _, child := range p.Parts {
		if err := b.part(child, at); err != nil {
			return err
		}
	}
	return nil
}

// relatedParts takes the root first: it is the one that start names, or the first (RFC 2387).
func (b *body) relatedParts(p *tree.Part, at place) error {
	t, _, err := b.im.mediaType(p)
	if err != nil {
		return err
	}
	root := 0
	if start := header.ContentID(t.Get("start")); start != "" {
		for i, child := range p.Parts {
			h, err := b.im.mail.Fields(child)
			if err != nil {
				return err
			}
			if header.ContentID(h.Get("Content-ID")) == start {
				root = i
				break
			}
		}
	}
	if len(p.Parts) > 0 {
		if err := b.part(p.Parts[root], at); err != nil {
			return err
		}
	}
	for i, child := range p.Parts {
		if i == root {
			continue
		}
		if err := b.part(child, place{related: true}); err != nil {
			return err
		}
	}
	return nil
}

// leaf takes a part with content.
func (b *body) leaf(p *tree.Part, at place) error {
	t, h, err := b.im.mediaType(p)
	if err != nil {
		return err
	}
	typ, subtype := p.Effective()
	disposition, _ := header.ParseDisposition(h.Get("Content-Disposition"))
	attached := disposition.Type == "attachment" || at.related
	switch {
	case typ == "text" && subtype == "plain" && !attached:
		return b.plainText(p, t, h, at)
	case typ == "text" && subtype == "html" && !attached:
		return b.pageText(p, t, h, at)
	case typ == "text" && subtype == "calendar":
		return b.calendar(p, t, h, at, attached)
	case typ == "application" && isTNEF(typ, subtype, b.im.fileName(t, h)):
		return b.tnef(p, t, h, at)
	case typ == "text" && at.alternative && !attached && (b.plain != nil || b.page != nil):
		return nil // another form of what is there
	}
	return b.attach(p, t, h, at)
}

// plainText takes a text: the first is the body, later ones follow it (footers of lists).
func (b *body) plainText(p *tree.Part, t header.MediaType, h *header.Fields, at place) error {
	if p.End-p.Body > maxBody || t.Get("name") != "" && b.plain != nil {
		return b.attach(p, t, h, at)
	}
	s, codePage, known, err := b.im.decode(p, t)
	if err != nil {
		return err
	}
	if !known {
		return b.attach(p, t, h, at)
	}
	if strings.EqualFold(t.Get("format"), "flowed") {
		s = unflow(s, strings.EqualFold(t.Get("delsp"), "yes"))
	}
	switch {
	case b.plain == nil && b.page != nil && !at.alternative:
		return b.attach(p, t, h, at) // behind a page; joining it would need markup
	case b.plain == nil:
		b.plain = &text{content: s, codePage: codePage}
	case at.alternative:
		// a second text form of the same
	case b.page != nil:
		return b.attach(p, t, h, at)
	default:
		b.plain.join(s, codePage)
	}
	return nil
}

func (t *text) join(s string, codePage uint32) {
	if t.content != "" && !strings.HasSuffix(t.content, "\r\n") {
		t.content += "\r\n"
	}
	t.content += s
	if t.codePage != codePage {
		t.codePage = utf8Page
	}
}

// pageText takes HTML: the first is the body, later ones are attachments unless they are to be joined.
func (b *body) pageText(p *tree.Part, t header.MediaType, h *header.Fields, at place) error {
	if p.End-p.Body > maxBody || b.page != nil && (!b.im.options.JoinHTML || at.alternative) || b.plain != nil && b.page == nil && !at.alternative && !b.im.options.JoinHTML {
		return b.attach(p, t, h, at)
	}
	page, known, err := b.im.decodePage(p, t)
	if err != nil {
		return err
	}
	if !known {
		return b.attach(p, t, h, at)
	}
	if len(page.content) == 0 {
		return nil // nothing: a page in its place would hide the text
	}
	if b.page == nil {
		b.page = page
		return nil
	}
	joined := html.SetCharset([]byte(b.page.content+page.content), "utf-8")
	b.page = &text{content: string(joined), raw: joined, codePage: utf8Page}
	return nil
}

// finish sets the bodies and decides which attachments are part of the page.
func (b *body) finish() error {
	if b.stream != nil {
		b.takeStream()
	}
	if b.meeting != nil {
		b.takeMeeting()
	}
	b.setBodies()
	b.showInline()
	return nil
}

func (b *body) setBodies() {
	props := &b.m.Props
	if b.page != nil {
		props.Set(mapi.Binary(mapi.PrHTML, b.page.raw))
		props.Set(mapi.Long(mapi.PrInternetCpid, b.page.codePage))
		if b.plain == nil {
			b.plain = &text{content: html.Text([]byte(b.page.content)), codePage: b.page.codePage}
		}
	}
	if b.plain == nil {
		b.plain = &text{codePage: utf8Page}
	}
	props.Set(mapi.String(mapi.PrBody, clean(b.plain.content)))
	if b.page == nil {
		props.Set(mapi.Long(mapi.PrInternetCpid, b.plain.codePage))
	}
}

// showInline hides the attachments that the page shows by itself.
func (b *body) showInline() {
	if b.page == nil || len(b.related) == 0 {
		return
	}
	refs := html.Find([]byte(b.page.content))
	for _, r := range b.related {
		if r.cid != "" && refs.HasID(r.cid) || r.location != "" && refs.HasLocation(r.location) {
			r.attachment.Props.Set(mapi.Long(mapi.PrAttachFlags, attachRendered))
			r.attachment.Props.Set(mapi.Bool(mapi.PrAttachmentHidden, true))
		}
	}
}
