package client

import (
	"bufio"
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
		some := export{folder: folder, keys: keys[at:min(at+exportBatch, len(keys))], key: mapi.PrSourceKey, columns: columns, flags: flags}
		if err := s.export(ctx, some, at, visit); err != nil {
			return err
		}
	}
	return nil
}

// export says which messages to read.
type export struct {
	folder  []byte
	keys    [][]byte
	key     mapi.PropTag // what they are: PR_SOURCE_KEY, or PR_ENTRYID
	columns []mapi.PropTag
	flags   uint32
}

// export reads some messages; at is the index of the first.
func (s *Session) export(ctx context.Context, some export, at int, visit func(*Exported) error) error {
	keys := some.keys
	pairs := make([]wire.SourceKeyPair, len(keys))
	for i, key := range keys {
		pairs[i] = wire.SourceKeyPair{ParentKey: nonNil(some.folder), ObjectKey: key}
	}
	var resp wire.ExportMessageChangesAsStreamResponse
	return s.do(ctx, func(session uint64) wire.Request {
		return &wire.ExportMessageChangesAsStreamRequest{
			SessionID: session, Flags: some.flags, PropTags: some.columns, SourceKeyPairs: pairs, PropTag: uint32(some.key),
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
