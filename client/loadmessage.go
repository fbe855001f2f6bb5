package client

import (
	"context"
	"errors"
	"io"

	"zarafa/mapi"
	"zarafa/wire/msgstream"
)

// What of a message's attachments is kept in memory when it is loaded: contents up to keptContent, all together up to
// keptContents. The others are read from the server when they are opened.
const (
	keptContent  = 256 << 10
	keptContents = 4 << 20
)

// loadedColumns are properties that LoadMessage adds to those of the stream, which has what is stored only.
func loadedColumns() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrStoreEntryID, mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrMessageFlags,
		mapi.PrMessageSize, mapi.PrHasAttach, mapi.PrECIMAPID,
	}
}

// LoadMessage reads a whole message by one call. Named properties have their names. Large contents of attachments stay on the server
// until they are opened, by a call each; they can be as long as ctx lives, and an error tells if the message has changed meanwhile. A
// message that does not exist or may not be read is NOT_FOUND; so is a deleted one, which [Session.LoadDeleted] finds.
func (s *Session) LoadMessage(ctx context.Context, id mapi.EntryID) (*mapi.Message, error) {
	return s.loadMessage(ctx, id, 0)
}

// LoadDeleted reads a message that was deleted and can be restored.
func (s *Session) LoadDeleted(ctx context.Context, id mapi.EntryID) (*mapi.Message, error) {
	return s.loadMessage(ctx, id, mapi.FlagDeleted)
}

func (s *Session) loadMessage(ctx context.Context, id mapi.EntryID, flags uint32) (m *mapi.Message, err error) {
	err = s.export(ctx, exportOf(id, flags, loadedColumns()), 0, func(e *Exported) (err error) {
		m, err = readMessage(e.Stream, (&lazyContents{session: s, ctx: ctx, id: id, flags: flags}).content)
		if err == nil {
			m.Props = withColumns(m.Props, e.Columns)
		}
		return err
	})
	if err == nil && m == nil {
		err = mapi.Errorf(mapi.NotFound, "loading a message", "there is no message %x, or it may not be read", []byte(id))
	}
	return m, err
}

// exportOf is the export of one message.
func exportOf(id mapi.EntryID, flags uint32, columns []mapi.PropTag) export {
	return export{keys: [][]byte{id}, key: mapi.PrEntryID, flags: flags, columns: columns}
}

// withColumns adds cells of a table row that have a value.
func withColumns(props, columns mapi.Props) mapi.Props {
	for _, c := range columns {
		if !c.IsError() {
			props.Set(c)
		}
	}
	return props
}

// Message reads the whole message into memory, whatever its size.
func (e *Exported) Message() (*mapi.Message, error) { return readMessage(e.Stream, inMemory) }

// MessageTo reads the message into memory, but for the contents of attachments: keep is handed each of them while it arrives, with
// its size, and returns what stands for it. What keep leaves unread is skipped.
func (e *Exported) MessageTo(keep func(size int64, r io.Reader) (mapi.Content, error)) (*mapi.Message, error) {
	return readMessage(e.Stream, func(e *msgstream.Event, _ mapi.Props) (mapi.Content, error) { return keep(e.Size, e.Data) })
}

// contents makes the content of the attachment that has just been read.
type contents func(e *msgstream.Event, props mapi.Props) (mapi.Content, error)

// inMemory keeps all contents.
func inMemory(e *msgstream.Event, _ mapi.Props) (mapi.Content, error) {
	return readAll(make([]byte, 0, min(e.Size, keptContent)), e)
}

// lazyContents decides which contents stay on the server.
type lazyContents struct {
	session *Session
	ctx     context.Context // of the contents: as long as it lives they can be opened
	id      mapi.EntryID
	flags   uint32
	kept    int64 // bytes in memory
	count   int   // attachments so far, also those of embedded messages
}

// content is the contents of a message that is loaded.
func (l *lazyContents) content(e *msgstream.Event, props mapi.Props) (mapi.Content, error) {
	l.count++
	if e.Size > keptContent || l.kept+e.Size > keptContents {
		return &remoteContent{lazyContents: *l, size: e.Size, key: props.Bytes(mapi.PrRecordKey)}, nil
	}
	l.kept += e.Size
	return inMemory(e, props)
}

// readAll reads a content into memory, which grows with what arrives and not with what is announced.
func readAll(data []byte, e *msgstream.Event) (mapi.Content, error) {
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := e.Data.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return mapi.Bytes(data), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// readMessage makes a message of a stream.
func readMessage(r *msgstream.Reader, content contents) (*mapi.Message, error) {
	var top *mapi.Message
	var open []*mapi.Message // the messages that are not complete, outermost first
	var last *mapi.Attachment
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return top, nil
		}
		if err != nil {
			return nil, err
		}
		switch e.Kind {
		case msgstream.EndMessage:
			open = open[:len(open)-1]
		case msgstream.Message:
			m := new(mapi.Message)
			m.Props, m.Named = splitNamed(e.Props)
			if top == nil {
				top = m
			} else {
				last.Message, last.Content = m, nil
			}
			open = append(open, m)
		case msgstream.Recipient:
			m := open[len(open)-1]
			m.Recipients = append(m.Recipients, recipientOf(&e))
		case msgstream.Attachment:
			last = new(mapi.Attachment)
			last.Props, last.Named = splitNamed(e.Props)
			if last.Content, err = content(&e, last.Props); err != nil {
				return nil, err
			}
			m := open[len(open)-1]
			m.Attachments = append(m.Attachments, last)
		}
	}
}

// splitNamed copies properties out of a stream, those with names apart; of a tag that occurs twice the first counts. Streams have strings
// in their 8-bit flavour.
func splitNamed(list []msgstream.Property) (props mapi.Props, named []mapi.NamedValue) {
	props = make(mapi.Props, 0, len(list))
	seen := make(map[uint16]bool, len(list))
	for i := range list {
		p := list[i].Clone()
		if seen[p.Tag.ID()] {
			continue
		}
		seen[p.Tag.ID()] = true
		t := p.Tag.Type()
		if t.Base() == mapi.PtString8 {
			t = t&mapi.MVFlag | mapi.PtUnicode
		}
		if list[i].Name == nil {
			props = append(props, retagged(p, p.Tag.WithType(t)))
			continue
		}
		named = append(named, mapi.NamedValue{Name: nameIn(list[i].Name), Value: retagged(p, mapi.MakeTag(0, t))})
	}
	return props, named
}

// retagged is a value under another tag, which the elements of a multi-valued one share.
func retagged(p mapi.PropValue, tag mapi.PropTag) mapi.PropValue {
	p.Tag = tag
	values := p.Values()
	for i := range values {
		values[i].Tag = tag.WithType(tag.Type().Base())
	}
	return p
}

func nameIn(n *msgstream.Name) mapi.PropName {
	if n.Kind == msgstream.NameString {
		return mapi.PropName{Set: n.GUID, Name: string([]byte(n.Text))}
	}
	return mapi.PropName{Set: n.GUID, ID: n.ID}
}

// recipientOf is a row of the recipient table. Its entry id is kept under another tag (objects.md section 3.4).
func recipientOf(e *msgstream.Event) mapi.Props {
	props, _ := splitNamed(e.Props)
	if i := props.Index(mapi.PrECContactEntryID.ID()); i >= 0 && !props.Has(mapi.PrEntryID.ID()) {
		props[i].Tag = mapi.PrEntryID
	}
	if !props.Has(mapi.PrObjectType.ID()) {
		props = append(props, mapi.Long(mapi.PrObjectType, uint32(e.Type)))
	}
	return props
}
