package convert

import (
	"errors"
	"strings"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/tnef"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// maxTNEF bounds a winmail.dat that is read, in bytes. A larger one stays a file.
const maxTNEF = 64 << 20

// isTNEF reports whether a part says that it is a winmail.dat (MS-OXTNEF 1.3.2). Some servers lose its type.
func isTNEF(typ, subtype, name string) bool {
	switch typ + "/" + subtype {
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return true
	case "application/octet-stream":
		return strings.EqualFold(name, "winmail.dat")
	}
	return false
}

// tnef takes winmail.dat, or attaches what is broken, and the second of one message.
func (b *body) tnef(p *tree.Part, t header.MediaType, h *header.Fields, at place) error {
	if b.stream != nil || p.Octets() > maxTNEF || !tree.KnownEncoding(p.Encoding) {
		return b.attach(p, t, h, at)
	}
	data, err := b.im.read(p)
	if err != nil {
		return err
	}
	s, err := tnef.Read(data)
	if errors.Is(err, tnef.ErrNotTNEF) || errors.Is(err, tnef.ErrBroken) || errors.Is(err, tnef.ErrTooComplex) {
		return b.attach(p, t, h, at)
	}
	if err != nil {
		return err
	}
	b.stream = s.Message
	for _, a := range s.Message.Attachments {
		received(a)
	}
	b.m.Attachments = append(b.m.Attachments, s.Message.Attachments...)
	return nil
}

// received gives an attachment of a stream what attachments of mails have.
func received(a *mapi.Attachment) {
	cleanProps(a.Props, a.Named)
	if a.Message != nil {
		cleanProps(a.Message.Props, a.Message.Named)
		for _, row := range a.Message.Recipients {
			cleanProps(row, nil)
		}
		for _, inside := range a.Message.Attachments {
			received(inside)
		}
		t := textsOf(a.Message)
		(&body{m: a.Message, plain: &text{content: t.plain, codePage: utf8Page}, page: pageOfTexts(t)}).setBodies()
		a.Message.Attachments = t.attachments
		complete(a.Message)
		return
	}
	if a.Content == nil {
		a.Content = mapi.Bytes(nil) // a stream may announce a file and not have it
	}
	if name := cleanFileName(fileNameOf(a)); name != "" {
		a.Props.Set(mapi.String(mapi.PrAttachLongFilename, name))
	}
	if !a.Props.Has(mapi.PrAttachMimeTag.ID()) {
		a.Props.Set(mapi.String(mapi.PrAttachMimeTag, mimeTypeOf(a)))
	}
	for _, v := range []mapi.PropValue{
		mapi.Long(mapi.PrAttachMethod, mapi.AttachByValue), mapi.Long(mapi.PrRenderingPosition, 0), mapi.Long(mapi.PrAttachFlags, 0),
		mapi.Bool(mapi.PrAttachmentHidden, false),
	} {
		if !a.Props.Has(v.Tag.ID()) {
			a.Props.Set(v)
		}
	}
}

// complete gives an embedded message of a stream the properties that messages of mails have and streams leave out.
func complete(m *mapi.Message) {
	prefix, topic := splitSubject(m.Props.Str(mapi.PrSubject))
	usual := append(displayed(m.Recipients),
		mapi.Long(mapi.PrMessageFlags, msgFlagUnmodified), mapi.String(mapi.PrSubjectPrefix, prefix), mapi.String(mapi.PrConversationTopic, topic))
	if v, ok := m.Props.Get(mapi.PrImportance); ok {
		usual = append(usual, mapi.Long(mapi.PrPriority, v.Uint32()-1))
	}
	for _, v := range usual {
		if !m.Props.Has(v.Tag.ID()) {
			m.Props.Set(v)
		}
	}
}

// cleanProps makes strings ones that a database stores.
func cleanProps(props mapi.Props, named []mapi.NamedValue) {
	one := func(v *mapi.PropValue) {
		if !v.Tag.Type().IsString() {
			return
		}
		if !v.Tag.Type().Multi() {
			v.Data = []byte(clean(v.Str()))
			return
		}
		for i := range v.Values() {
			v.More.Values[i].Data = []byte(clean(v.More.Values[i].Str()))
		}
	}
	for i := range props {
		one(&props[i])
	}
	for i := range named {
		one(&named[i].Value)
	}
}

// takeStream makes what winmail.dat says that of the message: the class and the bodies, and all that the header did not say. Who sent the
// mail, to whom and when is the header's matter, since an address of another server's directory means nothing here, and a stream could
// name somebody else than the sender that was checked.
func (b *body) takeStream() {
	s := b.stream
	cleanProps(s.Props, s.Named)
	if class := s.Props.Str(mapi.PrMessageClass); foreignClass(class) {
		b.m.Props.Set(mapi.String(mapi.PrMessageClass, class))
	}
	t := textsOf(s)
	if t.plain != "" || t.page != nil {
		b.plain, b.page = nil, pageOfTexts(t)
		if t.plain != "" || t.page == nil {
			code := uint32(utf8Page)
			if v, ok := s.Props.Get(mapi.PrInternetCpid); ok {
				code = v.Uint32()
			}
			b.plain = &text{content: t.plain, codePage: code}
		}
		b.m.Attachments = append(b.m.Attachments, t.attachments[len(s.Attachments):]...) // pictures of rich text
	}
	for _, v := range s.Props {
		if id := v.Tag.ID(); !ownMatter(id) && !b.m.Props.Has(id) {
			b.m.Props.Set(v)
		}
	}
	complete(b.m)
	for _, n := range s.Named {
		if _, there := b.m.GetNamed(n.Name, n.Value.Tag.Type()); !there {
			b.m.SetNamed(n.Name, n.Value)
		}
	}
}

// pageOfTexts is the HTML among bodies, nil if there is none.
func pageOfTexts(t *texts) *text {
	if t.page == nil {
		return nil
	}
	code := t.pageCode
	cs, ok := charset.FromCodePage(code)
	if !ok {
		cs, _ = charset.Lookup("utf-8")
		name, _ := html.Charset(t.page, "")
		if named, known := charset.Lookup(name); known {
			cs = named
		}
		code = pageOf(cs)
	}
	s, _ := cs.Decode(t.page)
	return &text{content: clean(s), raw: t.page, codePage: code}
}

// foreignClass reports whether a class may come from elsewhere: that of an item, not of what programs keep for themselves.
func foreignClass(class string) bool {
	upper := strings.ToUpper(class)
	return len(class) <= 255 && (upper == "IPM" || strings.HasPrefix(upper, "IPM.") || strings.HasPrefix(upper, "REPORT.")) &&
		!strings.HasPrefix(upper, "IPM.CONFIGURATION") && !strings.HasPrefix(upper, "IPM.ZARAFA")
}

// ownMatter reports whether a property is the header's or the server's own (MS-OXTNEF 2.1.3.4 lists those that no stream should have).
func ownMatter(id uint16) bool {
	switch {
	case id >= 0x0E00 && id < 0x1000, id >= 0x3FF8 && id <= 0x3FFB, id >= 0x65E0 && id < 0x6800, id >= 0x6000 && id < 0x65E0, id >= 0x7C00 && id < 0x8000:
		return true
	case id > mapi.NamedBase: // an id that another server gave, without its name
		return true
	}
	for _, tag := range []mapi.PropTag{
		mapi.PrMessageClass, mapi.PrBody, mapi.PrHTML, mapi.PrNativeBody, mapi.PrTransportMessageHeaders, mapi.PrEntryID, mapi.PrSearchKey,
		mapi.PrCreationTime, mapi.PrLastModificationTime, mapi.PrInternetCpid, mapi.PrSubject, mapi.PrSubjectPrefix, mapi.PrConversationTopic,
		mapi.PrSenderEntryID, mapi.PrSenderName, mapi.PrSenderAddrtype, mapi.PrSenderEmailAddress, mapi.PrSenderSearchKey, mapi.PrSenderSMTPAddress,
		mapi.PrSentRepresentingEntryID, mapi.PrSentRepresentingName, mapi.PrSentRepresentingAddrtype, mapi.PrSentRepresentingEmailAddress,
		mapi.PrSentRepresentingSearchKey, mapi.PrSentRepresentingSMTPAddress,
		mapi.PrReceivedByEntryID, mapi.PrReceivedByName, mapi.PrReceivedByAddrtype, mapi.PrReceivedByEmailAddress, mapi.PrReceivedBySearchKey,
		mapi.PrRcvdRepresentingEntryID, mapi.PrRcvdRepresentingName, mapi.PrRcvdRepresentingAddrtype, mapi.PrRcvdRepresentingEmailAddress,
		mapi.PrRcvdRepresentingSearchKey, mapi.PrReplyRecipientEntries, mapi.PrReplyRecipientNames, mapi.PrReadReceiptRequested,
		mapi.PrReadReceiptEntryID, mapi.PrReadReceiptSearchKey, mapi.PrOriginatorDeliveryReportRequested,
		mapi.PrMessageToMe, mapi.PrMessageCcMe, mapi.PrMessageRecipMe, mapi.PrDeferredSendTime,
	} {
		if tag.ID() == id {
			return true
		}
	}
	return false
}
