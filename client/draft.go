package client

import (
	"context"

	"zarafa/mapi"
)

// Message is a short form of what tools and tests create; [Message.MAPI] makes the message of it.
type Message struct {
	Props       mapi.Props
	Recipients  []Recipient
	Attachments []Attachment
	Associated  bool // goes into the folder's associated contents
}

// Recipient is who gets a message.
type Recipient struct {
	Type    uint32 // mapi.RecipientTo, RecipientCc or RecipientBcc
	Name    string
	Address string
	// AddressType is SMTP if empty; ZARAFA for users of this server, whose Address is the login name.
	AddressType string
	EntryID     []byte // address-book or one-off entry id; made from Name and Address if nil
	Props       mapi.Props
}

// Attachment is a file or a message in a message.
type Attachment struct {
	Name     string
	MimeType string
	Data     []byte
	Message  *Message // in place of Data
	Props    mapi.Props
}

// CreateMessage creates a message in a folder and returns its entry id.
func (s *Session) CreateMessage(ctx context.Context, folder mapi.EntryID, m *Message) (mapi.EntryID, error) {
	return s.SaveMessage(ctx, folder, m.MAPI(), SaveOptions{Associated: m.Associated})
}

// MAPI is the message in full.
func (m *Message) MAPI() *mapi.Message {
	out := &mapi.Message{Props: append(mapi.Props{}, m.Props...)}
	for i := range m.Recipients {
		out.Recipients = append(out.Recipients, m.Recipients[i].props())
	}
	for i := range m.Attachments {
		out.Attachments = append(out.Attachments, m.Attachments[i].mapi())
	}
	return out
}

func (r *Recipient) props() mapi.Props {
	addressType := r.AddressType
	if addressType == "" {
		addressType = smtp
	}
	name := r.Name
	if name == "" {
		name = r.Address
	}
	props := mapi.Props{
		mapi.Long(mapi.PrRecipientType, r.Type),
		mapi.String(mapi.PrDisplayName, name),
		mapi.String(mapi.PrAddrtype, addressType),
		mapi.String(mapi.PrEmailAddress, r.Address),
	}
	if r.EntryID != nil {
		props = append(props, mapi.Binary(mapi.PrEntryID, r.EntryID))
	}
	for _, p := range r.Props {
		props.Set(p)
	}
	return props
}

func (a *Attachment) mapi() *mapi.Attachment {
	out := new(mapi.Attachment)
	if a.Message != nil {
		out.Message = a.Message.MAPI()
	} else {
		out.Content = mapi.Bytes(a.Data)
	}
	if a.Name != "" {
		out.Props = append(out.Props, mapi.String(mapi.PrAttachLongFilename, a.Name))
	}
	if a.MimeType != "" {
		out.Props = append(out.Props, mapi.String(mapi.PrAttachMimeTag, a.MimeType))
	}
	for _, p := range a.Props {
		out.Props.Set(p)
	}
	return out
}
