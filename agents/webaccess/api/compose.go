package api

import (
	"context"
	"encoding/binary"
	"strings"

	"zarafa/agents/webaccess/session"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/reply"
	"zarafa/mapi"
)

// composer makes the message that a draft begins as.
type composer struct {
	api      *API
	session  *session.Session
	args     DraftCreate
	settings Settings
	about    *Loaded // nil for a new mail
}

func (c *composer) compose(ctx context.Context) (*mapi.Message, error) {
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead), mapi.Long(mapi.PrImportance, 1),
	}}
	recipients, err := c.recipients()
	if err != nil {
		return nil, err
	}
	if m.Recipients, err = recipientRows(ctx, c.session, recipients); err != nil {
		return nil, err
	}
	if len(c.args.Subject) > maxSubject || len(c.args.Text) > maxBody || len(c.args.Heading) > maxSubject {
		return nil, tooLarge("the subject, the text or the heading is too long")
	}
	convert.SetSubject(m, c.subject())
	c.body(m)
	c.files(m)
	if c.about != nil {
		c.relate(m)
	}
	return m, nil
}

// replies reports whether the draft is an answer.
func (c *composer) replies() bool { return c.args.Kind == DraftReply || c.args.Kind == DraftReplyAll }

// recipients are those whom the client names, and those whom an answer goes to.
func (c *composer) recipients() ([]Recipient, error) {
	list := c.args.To
	switch c.args.Kind {
	case DraftNew, DraftForward, DraftForwardAttached:
		return list, nil
	case DraftCopy:
		return append(list, recipientsOf(c.about.Message)...), nil
	case DraftReply, DraftReplyAll:
	default:
		return nil, invalid("there are no drafts of the kind %q", c.args.Kind)
	}
	seen := map[string]bool{strings.ToLower(c.session.User.Email): true, "": true}
	add := func(kind RecipientKind, w Who) {
		if key := strings.ToLower(w.Address); !seen[key] {
			seen[key] = true
			list = append(list, Recipient{Kind: kind, Name: w.Name, Address: w.Address})
		}
	}
	from, _, replyTo := sendersOf(c.about.Message)
	if len(replyTo) == 0 {
		replyTo = []Who{from}
	}
	for _, w := range replyTo {
		add(To, w)
	}
	others := recipientsOf(c.about.Message)
	if mine := len(list) == 0; mine || c.args.Kind == DraftReplyAll { // an answer to a mail of one's own goes to whom that went
		for _, r := range others {
			if r.Kind == To || r.Kind == Cc && c.args.Kind == DraftReplyAll {
				add(r.Kind, Who{Name: r.Name, Address: r.Address})
			}
		}
	}
	return list, nil
}

func (c *composer) subject() string {
	if c.args.Subject != "" || c.about == nil {
		return c.args.Subject
	}
	subject, topic := c.about.Message.Props.Str(mapi.PrSubject), c.about.Message.Props.Str(mapi.PrConversationTopic)
	if topic == "" {
		topic = subject
	}
	switch {
	case c.replies():
		return "Re: " + topic
	case c.args.Kind == DraftCopy:
		return subject
	}
	return "Fwd: " + topic
}

// format is how the draft is written: answers as the message is, unless the client wants something else.
func (c *composer) format(page string) Format {
	switch {
	case c.api.settings.Clean == nil:
		return FormatText
	case c.args.Format != "":
		return c.args.Format
	case c.about != nil && page == "":
		return FormatText
	case c.about != nil:
		return FormatHTML
	}
	return c.settings.Format
}

// signature is the one that the settings want.
func (c *composer) signature() Signature {
	id := c.settings.NewSignature
	if c.about != nil {
		id = c.settings.ReplySignature
	}
	for _, s := range c.settings.Signatures {
		if s.ID == id && id != "" && c.args.Kind != DraftCopy {
			return s
		}
	}
	return Signature{}
}

func (c *composer) body(m *mapi.Message) {
	plain, page := "", ""
	if c.about != nil && c.args.Kind != DraftForwardAttached {
		plain, page = convert.Texts(c.about.Message)
		if plain == "" {
			plain = html.Text([]byte(page))
		}
	}
	sign := c.signature()
	if c.format(page) == FormatText {
		text := c.args.Text
		if sign.Text != "" {
			text += "\r\n\r\n-- \r\n" + sign.Text
		}
		convert.SetText(m, text+c.quotedText(plain))
		return
	}
	mine := "<div>" + html.FromText(c.args.Text) + "<br></div>"
	if sign.HTML != "" {
		mine += `<div class="signature">` + c.api.written(sign.HTML) + "</div>"
	}
	if c.args.Kind == DraftCopy {
		first, quote, _ := splitPage(page)
		setPage(m, c.api.written(first), c.api.forEditor(quote))
		return
	}
	setPage(m, mine, c.quotedPage(plain, page))
}

// heading is the text above a quote.
func (c *composer) heading() string {
	if c.args.Heading != "" {
		return c.args.Heading
	}
	if !c.replies() {
		return "-----Original message-----\r\n" + reply.Block(c.about.Message)
	}
	from, _, _ := sendersOf(c.about.Message)
	name := from.Name
	if name == "" {
		name = from.Address
	}
	if v, ok := c.about.Message.Props.Get(mapi.PrClientSubmitTime); ok {
		return "On " + header.FormatDate(v.Time().Time()) + ", " + name + " wrote:"
	}
	return name + " wrote:"
}

func (c *composer) quotes() bool {
	return c.replies() || c.args.Kind == DraftForward
}

func (c *composer) quotedText(plain string) string {
	switch {
	case c.args.Kind == DraftCopy:
		return plain
	case !c.quotes():
		return ""
	case c.replies():
		plain = reply.Quote(plain)
	}
	return "\r\n\r\n" + c.heading() + "\r\n" + plain
}

func (c *composer) quotedPage(plain, page string) string {
	if !c.quotes() {
		return ""
	}
	inside := c.api.forEditor(page)
	if page == "" {
		inside = html.FromText(plain)
	}
	heading := "<p>" + html.FromText(c.heading()) + "</p>"
	if c.replies() {
		return heading + `<blockquote type="cite">` + inside + "</blockquote>"
	}
	return heading + inside
}

// files attaches what goes on with the message: pictures that it shows to answers, everything to whom it is sent on.
func (c *composer) files(m *mapi.Message) {
	if c.about == nil {
		return
	}
	if c.args.Kind == DraftForwardAttached {
		convert.Embed(m, c.about.Message)
		return
	}
	_, page := convert.Texts(c.about.Message)
	shown := html.Find([]byte(page))
	for _, f := range c.about.Message.Attachments {
		id := strings.Trim(f.Props.Str(mapi.PrAttachContentID), "<>")
		if !c.replies() || c.format(page) == FormatHTML && f.Message == nil && id != "" && shown.HasID(id) {
			m.Attachments = append(m.Attachments, f)
		}
	}
}

// relate notes which message the draft belongs to: for the recipients (RFC 5322 3.6.4), and for marking it once the draft is sent.
func (c *composer) relate(m *mapi.Message) {
	if c.args.Kind == DraftCopy {
		return
	}
	p := c.about.Message.Props
	if id := p.Str(mapi.PrInternetMessageID); id != "" {
		if c.replies() {
			m.Props.Set(mapi.String(mapi.PrInReplyToID, id))
		}
		m.Props.Set(mapi.String(mapi.PrInternetReferences, strings.TrimSpace(p.Str(mapi.PrInternetReferences)+" "+id)))
	}
	if c.about.Ref.Part != "" {
		return
	}
	verb := map[DraftKind]uint32{DraftReply: verbReply, DraftReplyAll: verbReplyAll, DraftForward: verbForward, DraftForwardAttached: verbForward}[c.args.Kind]
	about := binary.LittleEndian.AppendUint32(nil, verb)
	about = append(about, p.Bytes(mapi.PrEntryID)...)
	m.SetNamed(aboutName(), mapi.Binary(mapi.MakeTag(0, mapi.PtBinary), about))
}
