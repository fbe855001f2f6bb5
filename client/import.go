package client

import (
	"bytes"
	"context"
	"fmt"

	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/msgstream"
	"zarafa/wire/soaphttp"
)

// streamPart is the name of the part that an import's stream travels in.
const streamPart = "id1"

// Import says where a whole message belongs that a client uploads (wire.md section 11).
type Import struct {
	Folder     mapi.EntryID // of a new message
	ID         mapi.EntryID // for the new message, made with [mapi.NewEntryID], or of the one that is replaced
	New        bool
	Sync       uint32 // number of the synchronisation that uploads it; it is not told of its own changes
	Associated bool
	Conflicts  []mapi.EntryID // the other versions of the message, its PR_CONFLICT_ITEMS
}

// ImportMessage uploads a message as a stream: a new one, or in the place of one that exists, of which nothing but its identity
// stays. The stream is put together in memory.
func (s *Session) ImportMessage(ctx context.Context, im Import, m *Message) error {
	var stream bytes.Buffer
	w := msgstream.NewWriter(&stream)
	if err := m.writeStream(w); err != nil {
		return fmt.Errorf("making the stream of a message: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("making the stream of a message: %w", err)
	}
	var flags uint32
	if im.Associated {
		flags = mapi.OpenAssociated
	}
	var conflicts *mapi.PropValue
	if im.Conflicts != nil {
		values := make([]mapi.PropValue, len(im.Conflicts))
		for i, id := range im.Conflicts {
			values[i].Data = id
		}
		list := mapi.Multi(mapi.PrConflictItems, values...)
		conflicts = &list
	}
	return s.do(ctx, func(session uint64) wire.Request {
		return &wire.ImportMessageFromStreamRequest{
			SessionID: session, Flags: flags, SyncID: im.Sync, ParentEntryID: nonNil(im.Folder), EntryID: im.ID, IsNew: im.New,
			ConflictItems: conflicts, StreamData: wire.XOP{Href: "cid:" + streamPart},
		}
	}, new(wire.ImportMessageFromStreamResponse), &stream, func(*soaphttp.Response) error { return nil })
}

// writeStream writes the message and what is in it.
func (m *Message) writeStream(w *msgstream.Writer) error {
	c := m.change()
	if err := w.Message(0, streamable(c.Set), len(c.Children)); err != nil {
		return err
	}
	for i := range c.Children {
		child := &c.Children[i]
		if child.Type != mapi.TypeAttach {
			if err := w.Recipient(child.Type, 0, streamable(child.Set)); err != nil {
				return err
			}
			continue
		}
		props := mapi.Props(child.Set)
		data := props.Bytes(mapi.PrAttachDataBin)
		props.Delete(mapi.PrAttachDataBin.ID())
		if err := w.Attachment(0, streamable(props), int64(len(data)), bytes.NewReader(data)); err != nil {
			return err
		}
		if embedded := m.Attachments[i-len(m.Recipients)].Message; embedded != nil {
			if err := embedded.writeStream(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// streamable are the properties that have a form in a stream.
func streamable(props mapi.Props) []msgstream.Property {
	list := make([]msgstream.Property, 0, len(props))
	for _, p := range props {
		if msgstream.Streamable(p.Tag) {
			list = append(list, msgstream.Property{PropValue: p})
		}
	}
	return list
}

// Uploads makes the changes that a client has made in its copy of a folder. The synchronisation whose number it has is
// not told of them.
type Uploads struct {
	Session *Session
	Sync    uint32
}

// Delete is [Session.DeleteMessages].
func (u Uploads) Delete(ctx context.Context, hard bool, ids ...mapi.EntryID) error {
	return u.Session.deleteMessages(ctx, u.Sync, hard, ids)
}

// SetRead is [Session.SetRead].
func (u Uploads) SetRead(ctx context.Context, read bool, ids ...mapi.EntryID) error {
	return u.Session.setRead(ctx, u.Sync, read, ids)
}

// Move is [Session.MoveMessages].
func (u Uploads) Move(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) error {
	return u.Session.copyMessages(ctx, u.Sync, dest, mapi.CopyMove, ids)
}

// CreateFolder is [Session.CreateFolder]; key is the source key that the client gave the folder, nil lets the server make one.
func (u Uploads) CreateFolder(ctx context.Context, parent mapi.EntryID, f NewFolder, key []byte) (mapi.EntryID, error) {
	return u.Session.createFolder(ctx, u.Sync, parent, f, key)
}
