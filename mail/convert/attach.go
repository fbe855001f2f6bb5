package convert

import (
	"path"
	"strings"

	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// attachRendered in PR_ATTACH_FLAGS says that the page shows the attachment.
const attachRendered uint32 = 4

// attach makes a part an attachment.
func (b *body) attach(p *tree.Part, t header.MediaType, h *header.Fields, at place) error {
	typ, subtype := p.Effective()
	mimeType := typ + "/" + subtype
	var c mapi.Content
	var err error
	switch {
	case meantByParameters(mimeType):
		c = raw{mail: b.im.mail, from: p.Body, to: p.End, prefix: typeField(h)}
	case !tree.KnownEncoding(p.Encoding):
		c = raw{mail: b.im.mail, from: p.Body, to: p.End}
	default:
		c, err = b.im.content(p)
	}
	if err != nil {
		return err
	}
	name := b.im.fileName(t, h)
	if name == "" {
		name = nameByType(mimeType, b.im.text(h, "Content-Description"))
	}
	a := newAttachment(name, mimeType)
	a.Content = c
	cid, location := header.ContentID(h.Get("Content-ID")), clean(strings.TrimSpace(h.Get("Content-Location")))
	if cid != "" {
		a.Props.Set(mapi.String(mapi.PrAttachContentID, clean(cid)))
	}
	if location != "" {
		a.Props.Set(mapi.String(mapi.PrAttachContentLocation, location))
	}
	if at.related || cid != "" {
		b.related = append(b.related, inline{a, cid, location})
	}
	b.m.Attachments = append(b.m.Attachments, a)
	return nil
}

// meantByParameters reports whether the content of a type means nothing without the parameters of its Content-Type: which piece of
// which mail it is, or where the content really is (RFC 2046 5.2.2, 5.2.3). The attachment has that field in front of its content.
func meantByParameters(mimeType string) bool {
	return mimeType == "message/partial" || mimeType == "message/external-body"
}

// typeField is the field Content-Type as it is written, with an empty line behind it.
func typeField(h *header.Fields) []byte {
	var field []byte
	for f := range h.Named("Content-Type") {
		field = append(field, f.Raw...)
		break
	}
	return append(field, "\r\n"...)
}

// newAttachment is a file, visible, without content.
func newAttachment(name, mimeType string) *mapi.Attachment {
	a := &mapi.Attachment{Props: mapi.Props{
		mapi.Long(mapi.PrAttachMethod, mapi.AttachByValue), mapi.Long(mapi.PrRenderingPosition, 0),
		mapi.String(mapi.PrAttachMimeTag, mimeType), mapi.Long(mapi.PrAttachFlags, 0), mapi.Bool(mapi.PrAttachmentHidden, false),
	}}
	if name != "" {
		a.Props.Set(mapi.String(mapi.PrAttachLongFilename, name))
	}
	return a
}

// fileName is the name that a part gives to its content, without folders.
func (im *importer) fileName(t header.MediaType, h *header.Fields) string {
	d, _ := header.ParseDisposition(h.Get("Content-Disposition"))
	name := d.Get("filename")
	if name == "" {
		name = t.Get("name")
	}
	return cleanFileName(name)
}

// maxFileName bounds a name, in bytes; file systems take no longer ones.
const maxFileName = 255

func cleanFileName(name string) string {
	name = clean(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if name == "." || name == ".." {
		return ""
	}
	if len(name) > maxFileName {
		ext := path.Ext(name)
		if len(ext) > 16 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxFileName-len(ext)], "") + ext
	}
	return name
}

// nameByType names a file that has no name, by its description and its type.
func nameByType(mimeType, description string) string {
	if name := cleanFileName(description); name != "" && path.Ext(name) != "" {
		return name
	}
	ext := map[string]string{
		"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/csv": ".csv",
		"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "application/pdf": ".pdf", "message/rfc822": ".eml",
		"message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "application/pgp-signature": ".asc",
		"application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/ms-tnef": ".dat",
	}[mimeType]
	if ext == "" {
		ext = ".bin"
	}
	return "attachment" + ext
}

// embedded makes a message in the mail an attachment that is a message.
func (b *body) embedded(p *tree.Part) error {
	m, err := b.im.message(p.Message, false)
	if err != nil {
		return err
	}
	_, h, err := b.im.mediaType(p)
	if err != nil {
		return err
	}
	a := &mapi.Attachment{Message: m, Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, mapi.AttachEmbedded)}}
	name := m.Props.Str(mapi.PrSubject)
	if name == "" {
		t, _ := header.ParseMediaType(h.Get("Content-Type"))
		name = b.im.fileName(t, h)
	}
	a.Props.Set(mapi.String(mapi.PrDisplayName, name))
	b.m.Attachments = append(b.m.Attachments, a)
	return nil
}

// appleDouble takes the file itself and leaves out the resource fork, which means nothing outside of old Macintoshes (RFC 1740).
func (b *body) appleDouble(p *tree.Part, at place) error {
	for _, child := range p.Parts {
		if child.Type == "application" && child.Subtype == "applefile" && len(p.Parts) > 1 {
			continue
		}
		if err := b.part(child, at); err != nil {
			return err
		}
	}
	return nil
}
