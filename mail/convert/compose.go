package convert

import (
	"strings"

	"zarafa/mail/header"
	"zarafa/mapi"
)

// SetSender makes somebody the sender of a message, in both roles. The directory may be nil.
func SetSender(m *mapi.Message, d Directory, who header.Address) {
	if d == nil {
		d = nobody{}
	}
	p := personOf(d, who)
	p.set(&m.Props, represented())
	p.set(&m.Props, sender())
}

// AddRecipient adds a recipient to a message, and his name to those that are displayed. The directory may be nil.
func AddRecipient(m *mapi.Message, d Directory, kind uint32, who header.Address) {
	if d == nil {
		d = nobody{}
	}
	p := personOf(d, who)
	m.Recipients = append(m.Recipients, p.row(kind))
	for _, v := range displayed(m.Recipients) {
		m.Props.Set(v)
	}
}

// Embed makes a message an attachment of another one.
func Embed(m, inside *mapi.Message) {
	m.Attachments = append(m.Attachments, &mapi.Attachment{Message: inside, Props: mapi.Props{
		mapi.Long(mapi.PrAttachMethod, mapi.AttachEmbedded), mapi.String(mapi.PrDisplayName, inside.Props.Str(mapi.PrSubject)),
	}})
}

// Attach adds a file to a message.
func Attach(m *mapi.Message, name, mimeType string, content mapi.Content) {
	a := newAttachment(name, mimeType)
	a.Content = content
	m.Attachments = append(m.Attachments, a)
}

// SetText makes a text the only body of a message.
func SetText(m *mapi.Message, text string) {
	m.Props.Delete(mapi.PrHTML.ID())
	m.Props.Delete(mapi.PrRTFCompressed.ID())
	m.Props.Set(mapi.String(mapi.PrBody, clean(crlf(text))))
	m.Props.Set(mapi.Long(mapi.PrInternetCpid, utf8Page))
}

// SetSubject sets the subject with the properties that are parts of it.
func SetSubject(m *mapi.Message, subject string) {
	subject = clean(strings.Join(strings.FieldsFunc(subject, func(r rune) bool { return r == '\r' || r == '\n' }), " "))
	prefix, topic := splitSubject(subject)
	m.Props.Set(mapi.String(mapi.PrSubject, subject))
	m.Props.Set(mapi.String(mapi.PrSubjectPrefix, prefix))
	m.Props.Set(mapi.String(mapi.PrConversationTopic, topic))
}

// Texts are the bodies that a message shows: its own, or what is in its rich text. The HTML is in UTF-8.
func Texts(m *mapi.Message) (plain, page string) {
	t := textsOf(m)
	if p := pageOfTexts(t); p != nil {
		page = p.content
	}
	return t.plain, page
}

// Address is somebody's name and address of the Internet, by the properties of a recipient; addresses may be nil, see [ExportOptions].
func Address(who mapi.Props, addresses func(mapi.Props) (string, bool)) header.Address {
	ex := &exporter{options: &ExportOptions{Addresses: addresses}}
	list := header.ParseAddresses(ex.address(who), nil)
	a := header.Address{}
	if len(list) > 0 {
		a = list[0]
	}
	a.Name = who.Str(mapi.PrDisplayName)
	return a
}

// Sender is who a message says it is from, by the properties of a recipient; nil is nobody.
func Sender(m *mapi.Message) mapi.Props {
	if from := represented().of(m); from != nil {
		return from
	}
	return sender().of(m)
}
