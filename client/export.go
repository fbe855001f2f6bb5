package client

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/msgstream"
	"zarafa/wire/soaphttp"
)

// exportBatch is how many messages are asked for at one time, as the reference client does (wire.md section 11).
const exportBatch = 256

// streamBuffer is the buffer that a reader of streams needs.
const streamBuffer = 16 << 10

// Exported is a message that is read as a stream.
type Exported struct {
	Index   int        // in the list of keys asked for
	Columns mapi.Props // the columns asked for
	Stream  *msgstream.Reader
}

// ExportMessages reads whole messages of a folder, by source key. visit gets them one after the other, in the order of keys, while they
// arrive; what it leaves unread of a stream is skipped, and its error ends the export. Messages that are not there (any
// more), or may not be read, are not shown. flags are SyncPlainText and SyncBestBody.
func (s *Session) ExportMessages(ctx context.Context, folder []byte, keys [][]byte, columns []mapi.PropTag, flags uint32, visit func(*Exported) error) error {
	for at := 0; at < len(keys); at += exportBatch {
		if err := s.exportSome(ctx, folder, keys[at:min(at+exportBatch, len(keys))], columns, flags, at, visit); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) exportSome(ctx context.Context, folder []byte, keys [][]byte, columns []mapi.PropTag, flags uint32, at int, visit func(*Exported) error) error {
	pairs := make([]wire.SourceKeyPair, len(keys))
	for i, key := range keys {
		pairs[i] = wire.SourceKeyPair{ParentKey: nonNil(folder), ObjectKey: key}
	}
	var resp wire.ExportMessageChangesAsStreamResponse
	return s.do(ctx, func(session uint64) wire.Request {
		return &wire.ExportMessageChangesAsStreamRequest{
			SessionID: session, Flags: flags, PropTags: columns, SourceKeyPairs: pairs, PropTag: uint32(mapi.PrSourceKey),
		}
	}, &resp, nil, func(answer *soaphttp.Response) error {
		br := s.shared.stream()
		defer s.shared.putStream(br)
		for i := range resp.MsgStreams {
			m := &resp.MsgStreams[i]
			id, part, err := answer.NextPart()
			if err != nil {
				return broken(err)
			}
			if int(m.Step) >= len(keys) || id != m.StreamData.Href {
				return broken(fmt.Errorf("stream %d is called %q where %q was announced", m.Step, id, m.StreamData.Href))
			}
			br.Reset(part)
			if err := visit(&Exported{at + int(m.Step), mapi.CloneProps(m.PropVals), msgstream.NewReader(br, msgstream.Limits{})}); err != nil {
				return err
			}
		}
		if _, _, err := answer.NextPart(); !errors.Is(err, io.EOF) { // reads the end, so that the connection is kept
			return broken(fmt.Errorf("more streams than announced: %w", err))
		}
		return nil
	})
}

// broken is the error of an export that did not arrive as it must.
func broken(err error) error {
	return &mapi.Error{Op: wire.OpExportMessageChangesAsStream.String(), Code: mapi.NetworkError, Err: err}
}

// Message reads the whole message into memory. Attachments have their data as PR_ATTACH_DATA_BIN.
func (e *Exported) Message() (*Object, error) { return readMessage(e.Stream) }

func readMessage(r *msgstream.Reader) (*Object, error) {
	var top *Object
	var open []*Object     // the messages that are not complete, outermost first
	var attachment *Object // the last one
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return top, nil
		}
		if err != nil {
			return nil, err
		}
		if e.Kind == msgstream.EndMessage {
			open = open[:len(open)-1]
			continue
		}
		o := &Object{Type: e.Type, ServerID: e.ID, Props: streamProps(e.Props)}
		switch e.Kind {
		case msgstream.Message:
			if attachment != nil && len(open) > 0 {
				attachment.Children = append(attachment.Children, *o)
				o = &attachment.Children[len(attachment.Children)-1]
			} else {
				top = o
			}
			open = append(open, o)
		default:
			if e.Size > 0 {
				data := bytes.NewBuffer(make([]byte, 0, min(e.Size, streamBuffer)))
				if _, err := io.Copy(data, e.Data); err != nil {
					return nil, err
				}
				o.Props.Set(mapi.Binary(mapi.PrAttachDataBin, data.Bytes()))
			}
			message := open[len(open)-1]
			message.Children = append(message.Children, *o)
			attachment = &message.Children[len(message.Children)-1]
		}
	}
}

// streamProps copies properties out of a stream; of a tag that occurs twice the first counts.
func streamProps(list []msgstream.Property) mapi.Props {
	out := make(mapi.Props, 0, len(list))
	for i := range list {
		if !out.Has(list[i].Tag.ID()) {
			out = append(out, list[i].Clone())
		}
	}
	return out
}

// stream takes a buffered reader for streams.
func (b *Buffers) stream() *bufio.Reader {
	if br, ok := b.streams.Get().(*bufio.Reader); ok {
		return br
	}
	return bufio.NewReaderSize(nil, streamBuffer)
}

func (b *Buffers) putStream(br *bufio.Reader) {
	br.Reset(nil)
	b.streams.Put(br)
}
