package api

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zarafa/agents/webaccess/files"
	"zarafa/agents/webaccess/session"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mapi"
)

// Bounds of what the reader gets.
const (
	maxMessages = 20
	maxText     = 256 << 10
	maxPart     = 16 // depth of messages in each other
)

func (a *API) messagesGet(ctx context.Context, s *session.Session, args MessagesGet) (r Messages, err error) {
	if len(args.IDs) > maxMessages {
		return r, tooLarge("at most %d messages are read at a time", maxMessages)
	}
	r.Failed = make(Failures)
	for _, id := range args.IDs {
		l, err := a.Load(ctx, s, MessageRef{ID: id, Part: args.Part})
		if err != nil {
			r.Failed[id] = ProblemOf(err)
			continue
		}
		m := a.message(s, l)
		if m.External, err = external(ctx, s, m.From.Address); err != nil {
			return r, err
		}
		r.List = append(r.List, m)
	}
	return r, nil
}

// Loaded is a message, or one within a message.
type Loaded struct {
	Ref     MessageRef
	Message *mapi.Message
	// Top is the message that it is in, itself if it is in none.
	Top *mapi.Message
}

// Load reads a message by one call. Contents of its attachments may be opened as long as ctx lives.
func (a *API) Load(ctx context.Context, s *session.Session, ref MessageRef) (*Loaded, error) {
	id, err := messageID(ref.ID)
	if err != nil {
		return nil, err
	}
	m, err := server(s).LoadMessage(ctx, id)
	if err != nil {
		return nil, err
	}
	l := &Loaded{Ref: ref, Message: m, Top: m}
	if ref.Part == "" {
		return l, nil
	}
	file, err := l.Attachment(ref.Part)
	if err != nil {
		return nil, err
	}
	if file.Message == nil {
		return nil, errNoPart
	}
	l.Message = file.Message
	return l, nil
}

var errNoPart = &Problem{Code: NotFound, Message: "the message has no such part"}

// Attachment finds an attachment of the whole message by its path.
func (l *Loaded) Attachment(path string) (*mapi.Attachment, error) {
	steps := strings.Split(path, ".")
	if len(steps) > maxPart {
		return nil, errNoPart
	}
	m := l.Top
	for i, step := range steps {
		n, err := strconv.Atoi(step)
		if err != nil || n < 1 || n > len(m.Attachments) {
			return nil, errNoPart
		}
		a := m.Attachments[n-1]
		if i == len(steps)-1 {
			return a, nil
		}
		if a.Message == nil {
			return nil, errNoPart
		}
		m = a.Message
	}
	return nil, errNoPart
}

// message is a message as the reader gets it.
func (a *API) message(s *session.Session, l *Loaded) Message {
	m, p := l.Message, l.Message.Props
	flags, verb := l.Top.Props.Uint32(mapi.PrMessageFlags), p.Uint32(mapi.PrLastVerbExecuted)
	out := Message{
		ID: l.Ref.ID, Part: l.Ref.Part, Folder: idOf(l.Top.Props.Bytes(mapi.PrParentEntryID)), State: stateOf(l.Top.Props.Bytes(mapi.PrChangeKey)),
		Class: p.Str(mapi.PrMessageClass), Subject: p.Str(mapi.PrSubject), Received: timeIn(p, mapi.PrMessageDeliveryTime), Sent: timeIn(p, mapi.PrClientSubmitTime),
		Size: int(l.Top.Props.Uint32(mapi.PrMessageSize)), Read: flags&mapi.MsgRead != 0, Draft: flags&mapi.MsgUnsent != 0, Queued: queued(l.Top.Props),
		Answered: verb == verbReply || verb == verbReplyAll, Forwarded: verb == verbForward, Flag: flagState(p), Due: timeIn(p, taskDue()),
		Importance: importanceOf(p), Topic: p.Str(mapi.PrConversationTopic), Recipients: recipientsOf(m), Categories: categoriesOf(m),
	}
	out.From, out.Sender, out.ReplyTo = sendersOf(m)
	if v, ok := p.Get(mapi.PrReadReceiptRequested); ok {
		out.ReceiptWanted = v.Bool() && !out.Draft
	}
	out.Unsubscribe = unsubscribe(p.Str(mapi.PrTransportMessageHeaders))
	plain, page := convert.Texts(m)
	out.Body = a.body(l, plain, page)
	out.Files = a.files(l, page)
	return out
}

// body is what the reader shows. Without a cleaner it is text.
func (a *API) body(l *Loaded, plain, page string) Body {
	b := Body{Format: FormatText}
	if page != "" && a.settings.Clean != nil {
		c := a.settings.Clean([]byte(page), CleanOptions{Inline: a.inline(l)})
		b.Format, b.Frame = FormatHTML, frameOf(l.Ref)
		b.Blocked, b.Plain, b.Links, b.Light = c.Blocked, c.Plain, c.Links, c.Colours && !c.DarkMode
	}
	if plain == "" && page != "" {
		plain = html.Text([]byte(page))
	}
	b.Text, b.Cut = cut(plain, maxText)
	return b
}

// cut shortens a text to some bytes, between two characters.
func cut(text string, most int) (string, bool) {
	if len(text) <= most {
		return text, false
	}
	for most > 0 && text[most]&0xC0 == 0x80 {
		most--
	}
	return text[:most], true
}

// addressOf is the address of something of a message, relative to the base path.
func addressOf(ref MessageRef, what string) string {
	address := "mail/" + string(ref.ID) + "/" + what
	if ref.Part != "" {
		address += "?part=" + url.QueryEscape(ref.Part)
	}
	return address
}

func frameOf(ref MessageRef) string { return addressOf(ref, "body") }

// inline finds the addresses of pictures that a page shows.
func (a *API) inline(l *Loaded) func(contentID, location string) (string, bool) {
	return func(contentID, location string) (string, bool) {
		for i, f := range l.Message.Attachments {
			if named(f, contentID, location) {
				// relative to the frame's own address, mail/ID/body
				return "files/" + l.Ref.path(i) + "?show", true
			}
		}
		return "", false
	}
}

func named(f *mapi.Attachment, contentID, location string) bool {
	if contentID != "" {
		return strings.EqualFold(strings.Trim(f.Props.Str(mapi.PrAttachContentID), "<>"), contentID)
	}
	return location != "" && f.Props.Str(mapi.PrAttachContentLocation) == location
}

// path is the path of the attachment with a number from 0.
func (r MessageRef) path(i int) string {
	if r.Part == "" {
		return strconv.Itoa(i + 1)
	}
	return r.Part + "." + strconv.Itoa(i+1)
}

// files are the attachments, without pictures that the page shows.
func (a *API) files(l *Loaded, page string) (list []Attachment) {
	var shown html.References
	if page != "" && a.settings.Clean != nil {
		shown = html.Find([]byte(page))
	}
	for i, f := range l.Message.Attachments {
		id := strings.Trim(f.Props.Str(mapi.PrAttachContentID), "<>")
		if f.Message == nil && (id != "" && shown.HasID(id) || shown.HasLocation(f.Props.Str(mapi.PrAttachContentLocation))) {
			continue
		}
		list = append(list, a.file(l, i, f))
	}
	return list
}

func (a *API) file(l *Loaded, i int, f *mapi.Attachment) Attachment {
	path := l.Ref.path(i)
	out := Attachment{Path: path, Type: strings.ToLower(f.Props.Str(mapi.PrAttachMimeTag)), Message: f.Message != nil, Address: "mail/" + string(l.Ref.ID) + "/files/" + path}
	if f.Message != nil {
		out.Type = "message/rfc822"
		out.Size = int64(f.Props.Uint32(mapi.PrAttachSize))
	} else if f.Content != nil {
		out.Size = f.Content.Size()
	}
	sent := attachmentName(f)
	warning := files.Check(sent, nil)
	out.Name, out.Deceptive = files.Name(sent), warning == files.Disguised || warning == files.Reordered
	out.ContentID = strings.Trim(f.Props.Str(mapi.PrAttachContentID), "<>")
	if shows(out.Type) {
		out.Show = out.Address + "?show"
	}
	return out
}

func recipientsOf(m *mapi.Message) (list []Recipient) {
	for _, r := range m.Recipients {
		kind, ok := map[uint32]RecipientKind{mapi.RecipientTo: To, mapi.RecipientCc: Cc, mapi.RecipientBcc: Bcc}[r.Uint32(mapi.PrRecipientType)&0xFF]
		if !ok {
			continue
		}
		w := whoOf(r)
		list = append(list, Recipient{Kind: kind, Name: w.Name, Address: w.Address})
	}
	return list
}

// whoOf is somebody by the properties of a recipient.
func whoOf(props mapi.Props) Who {
	a := convert.Address(props, nil)
	w := Who{Name: a.Name, Address: a.Addr()}
	if w.Address == "" {
		w.Address = addressInKey(props.Bytes(mapi.PrSearchKey))
	}
	return w
}

// sendersOf are who a message is from, who has sent it for him, and who gets answers.
func sendersOf(m *mapi.Message) (from Who, sender *Who, replyTo []Who) {
	if p := convert.Sender(m); p != nil {
		from = whoOf(p)
	}
	p := m.Props
	if from.Address == "" {
		from.Address = addressInKey(p.Bytes(mapi.PrSentRepresentingSearchKey))
	}
	by := Who{Name: p.Str(mapi.PrSenderName), Address: p.Str(mapi.PrSenderSMTPAddress)}
	if by.Address == "" && strings.EqualFold(p.Str(mapi.PrSenderAddrtype), "SMTP") {
		by.Address = p.Str(mapi.PrSenderEmailAddress)
	}
	if by.Address == "" {
		by.Address = addressInKey(p.Bytes(mapi.PrSenderSearchKey))
	}
	if by.Address != "" && !strings.EqualFold(by.Address, from.Address) {
		sender = &by
	}
	h := header.Parse([]byte(p.Str(mapi.PrTransportMessageHeaders)))
	for _, who := range header.ParseAddresses(h.Get("Reply-To"), nil) {
		if address := who.Addr(); address != "" && !strings.EqualFold(address, from.Address) {
			replyTo = append(replyTo, Who{Name: who.Name, Address: address})
		}
	}
	return from, sender, replyTo
}

func categoriesOf(m *mapi.Message) (list []string) {
	v, _ := m.GetNamed(convert.Keywords(), mapi.PtUnicode|mapi.MVFlag)
	for _, k := range v.Values() {
		list = append(list, k.Str())
	}
	return list
}

// external reports whether an address is not in the address book.
func external(ctx context.Context, s *session.Session, address string) (bool, error) {
	if address == "" {
		return false, nil
	}
	found, err := s.Client.ResolveNames(ctx, address)
	if err != nil {
		return false, err
	}
	return len(found) == 1 && found[0].EntryID == nil, nil
}

// unsubscribe is where a list is left (RFC 2369 3.2): by https, else by mail.
func unsubscribe(head string) (found string) {
	h := header.Parse([]byte(head))
	for _, part := range strings.Split(h.Get("List-Unsubscribe"), ",") {
		part = strings.TrimSpace(part)
		address, ok := strings.CutPrefix(part, "<")
		address, closed := strings.CutSuffix(address, ">")
		u, err := url.Parse(address)
		if !ok || !closed || err != nil || len(address) > 2048 {
			continue
		}
		switch {
		case u.Scheme == "https" && u.Host != "" && u.User == nil:
			return address
		case u.Scheme == "mailto" && found == "":
			found = address
		}
	}
	return found
}

func (a *API) messagesHeaders(ctx context.Context, s *session.Session, ref MessageRef) (MessageHeaders, error) {
	l, err := a.Load(ctx, s, ref)
	if err != nil {
		return MessageHeaders{}, err
	}
	return MessageHeaders{Text: l.Message.Props.Str(mapi.PrTransportMessageHeaders)}, nil
}

// shows reports whether files of a media type may be shown in the browser, if their first bytes agree.
func shows(kind string) bool {
	return slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"}, kind)
}
