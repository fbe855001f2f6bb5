package client

import (
	"context"
	"fmt"
	"io"

	"zarafa/mapi"
	"zarafa/wire"
)

// inlineLimit is up to which size of all attachments a message is saved as an object, for which they are in memory. Others
// are saved as a stream.
const inlineLimit = 512 << 10

// SaveOptions say how a new message is saved.
type SaveOptions struct {
	ID         mapi.EntryID // made by [mapi.NewEntryID] for the folder's store; nil makes one
	Associated bool         // goes into the folder's associated contents
	// NewMail tells clients that new mail has arrived (wire.md section 10). It is part of the call that saves if the server can do
	// that, and a call of its own if not.
	NewMail bool
}

// SaveMessage saves a new message with all that is in it, and returns its entry id. It is one call, and one more if the
// message has named properties that [Names] do not know yet. Large contents are never in memory as a whole.
//
// What clients compute is added where it is missing: search keys, PR_DISPLAY_TO and the like, of recipients one-off entry ids,
// of attachments record key and method. A full store is STORE_FULL. If there is an entry id beside an error, the message is saved and
// only its announcement failed.
func (s *Session) SaveMessage(ctx context.Context, folder mapi.EntryID, m *mapi.Message, o SaveOptions) (mapi.EntryID, error) {
	saved, err := s.saveAnnounced(ctx, folder, m, o, 0)
	return saved.EntryID, err
}

// Saved is what a message has become that was saved.
type Saved struct {
	EntryID mapi.EntryID
	UID     uint32 // PR_EC_IMAP_ID, the message's UID in IMAP
	Number  uint32 // its modification number
}

// SaveNumbered is [Session.SaveMessage] for gateways: the answer has the numbers of the message (RFC 4315 APPENDUID), without another call.
// They are 0 if the server does not tell them, see [Session.Gateway].
func (s *Session) SaveNumbered(ctx context.Context, folder mapi.EntryID, m *mapi.Message, o SaveOptions) (Saved, error) {
	if !s.Gateway() {
		return s.saveAnnounced(ctx, folder, m, o, 0)
	}
	return s.saveAnnounced(ctx, folder, m, o, mapi.SaveTellNumber)
}

// saveAnnounced saves a new message and announces it.
func (s *Session) saveAnnounced(ctx context.Context, folder mapi.EntryID, m *mapi.Message, o SaveOptions, flags uint32) (Saved, error) {
	if o.ID == nil {
		o.ID = mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
	}
	announce := o.NewMail
	if o.NewMail && s.has(mapi.CapDelivery) {
		flags |= mapi.SaveNewMail
		announce = false
	}
	saved, err := s.saveNew(ctx, folder, m, o, flags)
	if err != nil {
		return Saved{}, err
	}
	if !announce {
		return saved, nil
	}
	return saved, s.announce(ctx, folder, o.ID, m.Props)
}

// saveNew saves a new message in the way that its size asks for.
func (s *Session) saveNew(ctx context.Context, folder mapi.EntryID, m *mapi.Message, o SaveOptions, flags uint32) (Saved, error) {
	if s.has(mapi.CapEnhancedICS) && !fits(m, new(int64)) {
		return s.importMessage(ctx, Import{Folder: folder, ID: o.ID, New: true, Associated: o.Associated}, m, flags)
	}
	c, err := s.changeOf(ctx, m)
	if err != nil {
		return Saved{}, err
	}
	if o.Associated {
		flags |= mapi.OpenAssociated
	}
	object, err := s.saveObject(ctx, folder, o.ID, &c, flags)
	if err != nil {
		return Saved{}, err
	}
	return Saved{EntryID: o.ID, UID: object.Props.Uint32(mapi.PrECIMAPID), Number: object.Props.Uint32(mapi.PrModificationNumber)}, nil
}

// announce tells clients of new mail. The message is saved whatever becomes of that.
func (s *Session) announce(ctx context.Context, folder, id mapi.EntryID, props mapi.Props) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.NotifyRequest{SessionID: session, Notification: wire.Notification{
			EventType: mapi.EventNewMail, NewMail: &wire.NotificationNewMail{
				EntryID: id, ParentID: folder, MessageClass: wire.Text(props.Str(mapi.PrMessageClass)), MessageFlags: props.Uint32(mapi.PrMessageFlags),
			},
		}}
	}, new(wire.NotifyResponse), nil)
}

// ReplaceMessage puts m into the place of a message that exists, of which only its identity stays: entry id, place, IMAP
// id. It is one call.
func (s *Session) ReplaceMessage(ctx context.Context, id mapi.EntryID, m *mapi.Message) error {
	return s.ImportMessage(ctx, Import{ID: id}, m)
}

// fits reports whether the contents in a message are known to be small; sum is their size.
func fits(m *mapi.Message, sum *int64) bool {
	for _, a := range m.Attachments {
		if a.Content != nil {
			n := a.Content.Size()
			if n < 0 {
				return false
			}
			*sum += n
		}
		if *sum > inlineLimit || a.Message != nil && !fits(a.Message, sum) {
			return false
		}
	}
	return true
}

// changeOf makes the change that creates a message. It asks once for the ids of all names in it.
func (s *Session) changeOf(ctx context.Context, m *mapi.Message) (Change, error) {
	b := objectBuilder{ids: make(map[mapi.PropName]uint16)}
	if err := s.nameAll(ctx, b.ids, namesIn(m, nil)); err != nil {
		return Change{}, err
	}
	return b.message(m)
}

// nameAll puts the ids of names into a map.
func (s *Session) nameAll(ctx context.Context, ids map[mapi.PropName]uint16, names []mapi.PropName) error {
	got, err := s.PropIDs(ctx, true, names...)
	if err != nil {
		return err
	}
	for i, name := range names {
		ids[name] = got[i]
	}
	return nil
}

// namesIn adds the names of all named properties of a message and of what is in it.
func namesIn(m *mapi.Message, list []mapi.PropName) []mapi.PropName {
	for i := range m.Named {
		list = append(list, m.Named[i].Name)
	}
	for _, a := range m.Attachments {
		for i := range a.Named {
			list = append(list, a.Named[i].Name)
		}
		if a.Message != nil {
			list = namesIn(a.Message, list)
		}
	}
	return list
}

// objectBuilder makes changes of messages.
type objectBuilder struct {
	ids map[mapi.PropName]uint16
}

func (b *objectBuilder) message(m *mapi.Message) (Change, error) {
	c := Change{Type: mapi.TypeMessage, Set: b.named(completeMessage(m), m.Named)}
	for i, r := range m.Recipients {
		c.Children = append(c.Children, recipientChange(r, uint32(i)))
	}
	for _, a := range m.Attachments {
		child, err := b.attachment(a)
		if err != nil {
			return c, err
		}
		c.Children = append(c.Children, child)
	}
	return c, nil
}

func recipientChange(r mapi.Props, row uint32) Change {
	kind, props := completeRecipient(r, row)
	return Change{Type: kind, Set: props}
}

func (b *objectBuilder) attachment(a *mapi.Attachment) (Change, error) {
	c := Change{Type: mapi.TypeAttach, Set: b.named(completeAttachment(a), a.Named)}
	if a.Message != nil {
		embedded, err := b.message(a.Message)
		if err != nil {
			return c, err
		}
		c.Children = []Change{embedded}
	}
	if a.Content != nil {
		data, err := readContent(a.Content)
		if err != nil {
			return c, err
		}
		c.Set = append(c.Set, mapi.Binary(mapi.PrAttachDataBin, data))
	}
	return c, nil
}

// named adds named properties with the ids that the server gave them.
func (b *objectBuilder) named(props mapi.Props, list []mapi.NamedValue) []mapi.PropValue {
	for i := range list {
		if v := list[i].Value; storable(&v) {
			v.Tag = mapi.MakeTag(b.ids[list[i].Name], v.Tag.Type())
			props = append(props, v)
		}
	}
	return props
}

// readContent reads a content into memory. One that is there already is not copied.
func readContent(c mapi.Content) ([]byte, error) {
	if b, ok := c.(mapi.Bytes); ok {
		return nonNil(b), nil
	}
	r, err := c.Open()
	if err != nil {
		return nil, fmt.Errorf("opening the content of an attachment: %w", err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the content of an attachment: %w", err)
	}
	return data, nil
}
