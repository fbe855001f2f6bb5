package convert

import (
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// secured takes mails that are signed or encrypted by S/MIME (MS-OXCMAIL 2.1.3.1.10): one attachment has what the signature is
// about, byte by byte, since nothing else could be checked later. taken is false for all other mails, those of PGP included, whose
// parts are attachments as any others.
func (b *body) secured(p *tree.Part, t header.MediaType) (taken bool, err error) {
	switch {
	case t.Is("multipart", "signed") && p.IsMultipart() && isPKCS7(t.Get("protocol")):
		return true, b.signed(p)
	case t.Is("application", "pkcs7-mime") || t.Is("application", "x-pkcs7-mime"):
		b.m.Props.Set(mapi.String(mapi.PrMessageClass, classEncrypted))
		a := newAttachment("smime.p7m", "application/pkcs7-mime")
		a.Content, err = b.im.content(p)
		b.m.Attachments = append(b.m.Attachments, a)
		return true, err
	}
	return false, nil
}

func isPKCS7(protocol string) bool {
	return protocol == "application/pkcs7-signature" || protocol == "application/x-pkcs7-signature"
}

// signed shows the text of a signed mail beside the attachment that has all of it.
func (b *body) signed(p *tree.Part) error {
	inside := &body{im: b.im, m: &mapi.Message{}}
	if len(p.Parts) > 0 {
		if err := inside.part(p.Parts[0], place{}); err != nil {
			return err
		}
	}
	b.plain, b.page = inside.plain, inside.page
	b.m.Props.Set(mapi.String(mapi.PrMessageClass, classSigned))
	h, err := b.im.mail.Fields(p)
	if err != nil {
		return err
	}
	a := newAttachment("smime.p7m", "multipart/signed")
	a.Content = raw{mail: b.im.mail, from: p.Body, to: p.End, prefix: typeField(h)}
	b.m.Attachments = append(b.m.Attachments, a)
	return nil
}
