package client

import (
	"context"
	"strings"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
)

// Message is a message to create.
type Message struct {
	Props       mapi.Props
	Recipients  []Recipient
	Attachments []Attachment
	Associated  bool // goes into the folder's associated contents
}

// Types of recipients (PR_RECIPIENT_TYPE).
const (
	To  uint32 = 1
	Cc  uint32 = 2
	Bcc uint32 = 3
)

// Recipient is who gets a message.
type Recipient struct {
	Type    uint32 // To, Cc or Bcc
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

// PR_ATTACH_METHOD (MS-OXCMSG 2.2.2.9).
const (
	attachByValue         = 1
	attachEmbeddedMessage = 5
)

// CreateMessage creates a message in a folder and returns its entry id.
func (s *Session) CreateMessage(ctx context.Context, folder mapi.EntryID, m *Message) (mapi.EntryID, error) {
	id := mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
	change := m.change()
	_, err := s.SaveObject(ctx, folder, id, &change, m.Associated)
	return id, err
}

func (m *Message) change() Change {
	c := Change{Type: mapi.TypeMessage, Set: append([]mapi.PropValue{}, m.Props...)}
	if !m.Props.Has(mapi.PrSearchKey.ID()) {
		key := mapi.NewGUID()
		c.Set = append(c.Set, mapi.Binary(mapi.PrSearchKey, key[:]))
	}
	for i := range m.Recipients {
		c.Children = append(c.Children, m.Recipients[i].change(uint32(i)))
	}
	for i := range m.Attachments {
		c.Children = append(c.Children, m.Attachments[i].change())
	}
	return c
}

// change makes the row with the given number of the recipient table.
func (r *Recipient) change(row uint32) Change {
	addressType := r.AddressType
	if addressType == "" {
		addressType = "SMTP"
	}
	name := r.Name
	if name == "" {
		name = r.Address
	}
	id := r.EntryID
	if id == nil {
		id = oneOff(name, addressType, r.Address)
	}
	props := mapi.Props{
		mapi.Long(mapi.PrRecipientType, r.Type),
		mapi.Long(mapi.PrObjectType, uint32(mapi.TypeMailUser)),
		mapi.Long(mapi.PrRowid, row),
		mapi.Binary(mapi.PrECContactEntryID, id),
		mapi.String(mapi.PrDisplayName, name),
		mapi.String(mapi.PrAddrtype, addressType),
		mapi.String(mapi.PrEmailAddress, r.Address),
		mapi.Binary(mapi.PrSearchKey, append([]byte(strings.ToUpper(addressType+":"+r.Address)), 0)),
	}
	for _, p := range r.Props {
		props.Set(p)
	}
	return Change{Type: mapi.TypeMailUser, Set: props}
}

func (a *Attachment) change() Change {
	key := mapi.NewGUID()
	props := mapi.Props{mapi.Binary(mapi.PrRecordKey, key[:])}
	c := Change{Type: mapi.TypeAttach}
	if a.Message != nil {
		props = append(props, mapi.Long(mapi.PrAttachMethod, attachEmbeddedMessage))
		c.Children = []Change{a.Message.change()}
	} else {
		props = append(props, mapi.Long(mapi.PrAttachMethod, attachByValue), mapi.Binary(mapi.PrAttachDataBin, nonNil(a.Data)))
	}
	if a.Name != "" {
		props = append(props, mapi.String(mapi.PrAttachLongFilename, a.Name))
	}
	if a.MimeType != "" {
		props = append(props, mapi.String(mapi.PrAttachMimeTag, a.MimeType))
	}
	for _, p := range a.Props {
		props.Set(p)
	}
	c.Set = props
	return c
}

// Flags of submitMessage (objects.md section 7).
const submitFlags = mapi.SubmitMaster | mapi.SubmitDoSentMail

// SubmitMessage puts a message of the session user's store into the queue of outgoing mail, at the given time. sent is the folder
// that it is moved to when it has gone out; nil leaves it where it is.
func (s *Session) SubmitMessage(ctx context.Context, id, sent mapi.EntryID, now time.Time) error {
	at := mapi.FileTimeOf(now)
	props := []mapi.PropValue{
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at), mapi.Long(mapi.PrSubmitFlags, 0),
	}
	if sent != nil {
		props = append(props, mapi.Binary(mapi.PrSentmailEntryID, sent))
	}
	if err := s.SetProps(ctx, id, props...); err != nil {
		return err
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SubmitMessageRequest{SessionID: session, EntryID: id, Flags: submitFlags}
	}, new(wire.SubmitMessageResponse), nil)
}

// DeleteMessages deletes messages; with hard they cannot be restored. Those that do not exist are passed over.
func (s *Session) DeleteMessages(ctx context.Context, hard bool, ids ...mapi.EntryID) error {
	return s.deleteMessages(ctx, 0, hard, ids)
}

func (s *Session) deleteMessages(ctx context.Context, sync uint32, hard bool, ids []mapi.EntryID) error {
	flags := mapi.DelMessages
	if hard {
		flags |= mapi.DelHard
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.DeleteObjectsRequest{SessionID: session, Flags: flags, Messages: plainIDs(ids), SyncID: sync}
	}, new(wire.DeleteObjectsResponse), nil)
}

// CopyMessages copies messages into a folder of the same store. The error carries PARTIAL_COMPLETION if some were not copied.
func (s *Session) CopyMessages(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) error {
	return s.copyMessages(ctx, 0, dest, 0, ids)
}

// MoveMessages moves messages into a folder of the same store; they get new entry ids.
func (s *Session) MoveMessages(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) error {
	return s.copyMessages(ctx, 0, dest, mapi.CopyMove, ids)
}

func (s *Session) copyMessages(ctx context.Context, sync uint32, dest mapi.EntryID, flags uint32, ids []mapi.EntryID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CopyObjectsRequest{SessionID: session, Messages: plainIDs(ids), DestFolderID: dest, Flags: flags, SyncID: sync}
	}, new(wire.CopyObjectsResponse), nil)
}

// Flags of setReadFlags (objects.md section 4).
const (
	suppressReceipt = 0x1
	clearReadFlag   = 0x4
)

// SetRead marks messages as read or unread, without a receipt to the sender.
func (s *Session) SetRead(ctx context.Context, read bool, ids ...mapi.EntryID) error {
	return s.setRead(ctx, 0, read, ids)
}

func (s *Session) setRead(ctx context.Context, sync uint32, read bool, ids []mapi.EntryID) error {
	flags := uint32(suppressReceipt)
	if !read {
		flags = clearReadFlag
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetReadFlagsRequest{SessionID: session, Flags: flags, Messages: plainIDs(ids), SyncID: sync}
	}, new(wire.SetReadFlagsResponse), nil)
}
