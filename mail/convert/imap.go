package convert

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"zarafa/mail/structure"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// IMAPVersion is that of what is kept for IMAP. Where a message has another one, or none, a gateway computes it anew from the mail.
const IMAPVersion = 2

func imapSet() mapi.GUID {
	return mapi.GUID{0x08, 0xF1, 0xF5, 0x00, 0x3F, 0x8E, 0xC7, 0x46, 0xAF, 0x72, 0x5E, 0x20, 0x1C, 0x23, 0x49, 0xE7}
}

// EnvelopeName is the name of the string that is IMAP's ENVELOPE without its outer parentheses.
func EnvelopeName() mapi.PropName { return mapi.PropName{Set: imapSet(), ID: 1} }

// IMAPVersionName is the name of the PT_LONG that says which version of this package has written what is kept for IMAP.
func IMAPVersionName() mapi.PropName { return mapi.PropName{Set: imapSet(), ID: 2} }

// HeaderUnlikeName is the name of a PT_LONG that is 1 where PR_TRANSPORT_MESSAGE_HEADERS is not the header of the mail that is kept for IMAP: the
// mail was made of the message later on, and the header is that of the one that once arrived, or the header has bytes that are no text.
func HeaderUnlikeName() mapi.PropName { return mapi.PropName{Set: imapSet(), ID: 3} }

// IMAP is what a message keeps of the mail that it was, so that IMAP can give back each byte and answer for its structure without reading
// it: PR_EC_IMAP_EMAIL, its size, BODY and BODYSTRUCTURE, and by name ENVELOPE and the version. The mail must have CRLF at the end of lines.
// Errors are those of the mail's reader, or a mail that is too large for PR_EC_IMAP_EMAIL_SIZE.
func IMAP(mail *tree.Message) (props mapi.Props, named []mapi.NamedValue, err error) {
	if mail.Size > math.MaxInt32 {
		return nil, nil, fmt.Errorf("a mail of %d bytes: %w", mail.Size, mapi.TooBig)
	}
	s := structure.New(mail)
	body, err := s.Body()
	if err != nil {
		return nil, nil, err
	}
	full, err := s.BodyStructure()
	if err != nil {
		return nil, nil, err
	}
	envelope, err := s.Envelope()
	if err != nil {
		return nil, nil, err
	}
	data := make([]byte, mail.Size)
	if _, err := io.ReadFull(mail.Section(0, mail.Size), data); err != nil {
		return nil, nil, err
	}
	props = mapi.Props{
		mapi.Binary(mapi.PrECIMAPEmail, data), mapi.Long(mapi.PrECIMAPEmailSize, uint32(mail.Size)),
		mapi.String(mapi.PrECIMAPBody, body), mapi.String(mapi.PrECIMAPBodystructure, full),
	}
	named = []mapi.NamedValue{
		{Name: EnvelopeName(), Value: mapi.String(mapi.MakeTag(0, mapi.PtUnicode), envelope[1:len(envelope)-1])},
		{Name: IMAPVersionName(), Value: mapi.Long(mapi.MakeTag(0, mapi.PtLong), IMAPVersion)},
	}
	return props, named, nil
}

// SetIMAP gives a message what [IMAP] makes of its mail.
func SetIMAP(m *mapi.Message, mail *tree.Message) error {
	props, named, err := IMAP(mail)
	if err != nil {
		return err
	}
	for _, v := range props {
		m.Props.Set(v)
	}
	for _, n := range named {
		m.SetNamed(n.Name, n.Value)
	}
	header, err := mail.HeaderBytes(mail.Root)
	if err != nil {
		return err
	}
	if text, found := m.Props.Get(mapi.PrTransportMessageHeaders); found {
		if kept, ok := KeptHeader(text.Data); ok && !bytes.Equal(kept, header) { // bytes that are no text became others
			m.SetNamed(HeaderUnlikeName(), mapi.Long(mapi.MakeTag(0, mapi.PtLong), 1))
		}
	}
	return nil
}

// DropIMAP takes from a message what it keeps for IMAP. Whoever changes its subject, recipients, bodies or attachments must, or IMAP would
// show another mail than everybody else sees.
func DropIMAP(m *mapi.Message) {
	for _, tag := range []mapi.PropTag{mapi.PrECIMAPEmail, mapi.PrECIMAPEmailSize, mapi.PrECIMAPBody, mapi.PrECIMAPBodystructure} {
		m.Props.Delete(tag.ID())
	}
	var keep []mapi.NamedValue
	for _, n := range m.Named {
		if n.Name.Set != imapSet() {
			keep = append(keep, n)
		}
	}
	m.Named = keep
}

// CurrentIMAP reports whether a message has what [IMAP] makes of its mail now.
func CurrentIMAP(m *mapi.Message) bool {
	v, ok := m.GetNamed(IMAPVersionName(), mapi.PtLong)
	_, envelope := m.GetNamed(EnvelopeName(), mapi.PtUnicode)
	return ok && v.Uint32() == IMAPVersion && envelope && m.Props.Has(mapi.PrECIMAPEmail.ID()) && m.Props.Has(mapi.PrECIMAPEmailSize.ID()) &&
		m.Props.Has(mapi.PrECIMAPBody.ID()) && m.Props.Has(mapi.PrECIMAPBodystructure.ID())
}

// KeptHeader gives the header of a mail, with its empty line, from PR_TRANSPORT_MESSAGE_HEADERS as [Import] makes it. ok is false where the
// text may be other bytes than those that arrived, so that only the mail itself tells. It is right unless HeaderUnlikeName says otherwise.
func KeptHeader(text []byte) (header []byte, ok bool) {
	if len(text) == 0 || len(text) >= maxHeaders-len("\r\n\r\n") {
		return nil, false
	}
	for _, c := range text {
		if c >= 0x80 {
			return nil, false
		}
	}
	text = bytes.TrimRight(text, "\r\n")
	return append(append(make([]byte, 0, len(text)+4), text...), "\r\n\r\n"...), true
}
