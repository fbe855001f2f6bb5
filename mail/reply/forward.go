package reply

import (
	"strings"

	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mapi"
)

// Forward sends a message on in a new one: its text below a block that says whose it is, with its attachments. recipients are rows of
// the new message. The original stays as it is; the two share attachments.
func (a *Composer) Forward(original *mapi.Message, recipients []mapi.Props) *mapi.Message {
	m := a.forwarding(original, recipients)
	m.Attachments = append(m.Attachments, original.Attachments...)
	block := Block(original)
	plain, page := convert.Texts(original)
	convert.SetText(m, "-----Original message-----\r\n"+block+"\r\n"+plain)
	if page != "" {
		page = string(html.Insert([]byte(page), "<p>-----Original message-----<br>\r\n"+html.FromText(block)+"</p><hr>\r\n"))
		m.Props.Set(mapi.Binary(mapi.PrHTML, html.SetCharset([]byte(page), "utf-8")))
	}
	return m
}

// ForwardAttached sends a message on as an attachment.
func (a *Composer) ForwardAttached(original *mapi.Message, recipients []mapi.Props) *mapi.Message {
	m := a.forwarding(original, recipients)
	convert.SetText(m, "")
	convert.Embed(m, original)
	return m
}

func (a *Composer) forwarding(original *mapi.Message, recipients []mapi.Props) *mapi.Message {
	m := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Bool(mapi.PrAutoForwarded, true)}}
	for _, tag := range []mapi.PropTag{mapi.PrImportance, mapi.PrPriority, mapi.PrSensitivity} {
		if v, ok := original.Props.Get(tag); ok {
			m.Props.Set(v)
		}
	}
	convert.SetSubject(m, "FW: "+original.Props.Str(mapi.PrSubject))
	var names []string
	for _, row := range recipients {
		row = mapi.CloneProps(row)
		if !row.Has(mapi.PrRecipientType.ID()) {
			row.Set(mapi.Long(mapi.PrRecipientType, mapi.RecipientTo))
		}
		m.Recipients = append(m.Recipients, row)
		if row.Uint32(mapi.PrRecipientType) == mapi.RecipientTo {
			names = append(names, row.Str(mapi.PrDisplayName))
		}
	}
	m.Props.Set(mapi.String(mapi.PrDisplayTo, strings.Join(names, "; ")))
	if id := original.Props.Str(mapi.PrInternetMessageID); id != "" {
		m.Props.Set(mapi.String(mapi.PrInternetReferences, strings.TrimSpace(original.Props.Str(mapi.PrInternetReferences)+" "+id)))
	}
	a.mark(m, "forward", "auto-generated")
	return m
}

// Block says who wrote a message to whom, when and about what. Who got a blind copy is nobody's business.
func Block(m *mapi.Message) string {
	var b strings.Builder
	line := func(name, value string) {
		if value = strings.Join(strings.Fields(value), " "); value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	line("From", shown(convert.Sender(m)))
	if v, ok := m.Props.Get(mapi.PrClientSubmitTime); ok {
		line("Sent", header.FormatDate(v.Time().Time()))
	}
	for _, list := range []struct {
		name string
		kind uint32
	}{{"To", mapi.RecipientTo}, {"Cc", mapi.RecipientCc}} {
		var people []string
		for _, r := range m.Recipients {
			if r.Uint32(mapi.PrRecipientType)&0xFF == list.kind {
				people = append(people, shown(r))
			}
		}
		line(list.name, strings.Join(people, "; "))
	}
	line("Subject", m.Props.Str(mapi.PrSubject))
	return b.String()
}

// shown is somebody as people read him.
func shown(who mapi.Props) string {
	a := convert.Address(who, nil)
	address := a.Addr()
	switch {
	case address == "":
		return a.Name
	case a.Name == "", strings.EqualFold(a.Name, address):
		return address
	}
	return a.Name + " <" + address + ">"
}

// Quote puts > in front of each line of a text; quoted lines stay next to each other.
func Quote(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "":
			b.WriteString(">")
		case strings.HasPrefix(line, ">"):
			b.WriteString(">" + line)
		default:
			b.WriteString("> " + line)
		}
		b.WriteString("\r\n")
	}
	return b.String()
}
