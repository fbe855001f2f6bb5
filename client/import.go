package client

import (
	"context"
	"errors"
	"fmt"
	"io"

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
// stays. The stream is made while it is sent; contents are opened then, and once more if the call has to be repeated. Names travel in
// it. The error is the content's own if one cannot be read.
func (s *Session) ImportMessage(ctx context.Context, im Import, m *mapi.Message) error {
	_, err := s.importMessage(ctx, im, m, 0)
	return err
}

func (s *Session) importMessage(ctx context.Context, im Import, m *mapi.Message, flags uint32) (saved Saved, err error) {
	if im.Associated {
		flags |= mapi.OpenAssociated
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
	var resp wire.ImportMessageFromStreamResponse
	err = s.do(ctx, func(session uint64) wire.Request {
		return &wire.ImportMessageFromStreamRequest{
			SessionID: session, Flags: flags, SyncID: im.Sync, ParentEntryID: nonNil(im.Folder), EntryID: im.ID, IsNew: im.New,
			ConflictItems: conflicts, StreamData: wire.XOP{Href: "cid:" + streamPart},
		}
	}, &resp, func() *source { return streamOf(m) }, func(*soaphttp.Response) error {
		saved = Saved{EntryID: im.ID}
		if resp.Saved != nil {
			saved.UID, saved.Number = resp.Saved.ImapID, resp.Saved.Number
		}
		return nil
	})
	return saved, err
}

// source is a stream to send. An error of what it is made of is kept apart from those of the connection.
type source struct {
	*io.PipeReader
	failed error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.PipeReader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// streamOf makes the stream of a message while it is read. It must be closed.
func streamOf(m *mapi.Message) *source {
	r, w := io.Pipe()
	go func() {
		out := msgstream.NewWriter(w)
		err := writeMessage(out, m)
		if err == nil {
			err = out.Close()
		}
		if err != nil {
			err = fmt.Errorf("making the stream of a message: %w", err)
		}
		w.CloseWithError(err)
	}()
	return &source{PipeReader: r}
}

// writeMessage writes a message and what is in it.
func writeMessage(w *msgstream.Writer, m *mapi.Message) error {
	if err := w.Message(0, streamProps(completeMessage(m), m.Named), len(m.Recipients)+len(m.Attachments)); err != nil {
		return err
	}
	for i, r := range m.Recipients {
		kind, props := completeRecipient(r, uint32(i))
		if err := w.Recipient(kind, 0, streamProps(props, nil)); err != nil {
			return err
		}
	}
	for _, a := range m.Attachments {
		if err := writeAttachment(w, a); err != nil {
			return err
		}
	}
	return nil
}

func writeAttachment(w *msgstream.Writer, a *mapi.Attachment) error {
	props := streamProps(completeAttachment(a), a.Named)
	if a.Message != nil {
		if err := w.Attachment(0, props, 0, nil); err != nil {
			return err
		}
		return writeMessage(w, a.Message)
	}
	if a.Content == nil {
		return w.Attachment(0, props, 0, nil)
	}
	size, err := sizeOf(a.Content)
	if err != nil {
		return err
	}
	r, err := a.Content.Open()
	if err != nil {
		return fmt.Errorf("opening the content of an attachment: %w", err)
	}
	return errors.Join(w.Attachment(0, props, size, r), r.Close())
}

// sizeOf is the size of a content, if need be by reading it: a stream tells it before the content.
func sizeOf(c mapi.Content) (int64, error) {
	if size := c.Size(); size >= 0 {
		return size, nil
	}
	r, err := c.Open()
	if err != nil {
		return 0, fmt.Errorf("opening the content of an attachment: %w", err)
	}
	size, err := io.Copy(io.Discard, r)
	return size, errors.Join(err, r.Close())
}

// streamProps are the properties that have a form in a stream. Named ones get ids that mean nothing: the reader goes by the names.
func streamProps(props mapi.Props, named []mapi.NamedValue) []msgstream.Property {
	list := make([]msgstream.Property, 0, len(props)+len(named))
	for _, p := range props {
		if msgstream.Streamable(p.Tag) {
			list = append(list, msgstream.Property{PropValue: p})
		}
	}
	for i := range named {
		v := named[i].Value
		v.Tag = mapi.MakeTag(uint16(mapi.NamedBase+1+i), v.Tag.Type())
		if msgstream.Streamable(v.Tag) {
			list = append(list, msgstream.Property{PropValue: v, Name: streamName(named[i].Name)})
		}
	}
	return list
}

func streamName(n mapi.PropName) *msgstream.Name {
	if n.Name != "" {
		return &msgstream.Name{GUID: n.Set, Kind: msgstream.NameString, Text: n.Name}
	}
	return &msgstream.Name{GUID: n.Set, Kind: msgstream.NameID, ID: n.ID}
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
