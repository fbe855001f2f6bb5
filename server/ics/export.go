package ics

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// maxExported bounds the messages of one export, maxColumns what it shows of each; clients ask for 256 and for 11.
const (
	maxExported = 10_000
	maxColumns  = 1_000
)

// streamID is what the parts of an export are called; clients compare it letter by letter.
const streamID = "emcas-"

// ExportMessageChangesAsStream answers exportMessageChangesAsStream: whole messages, each as a stream beside the answer
// (wire.md section 11). A message that is not there, not in the folder the client says, not in the state asked for (0x400:
// soft-deleted) or not readable is left out; the client takes that for deleted.
//
// The streams are written after the answer. Whatever a message has become by then is what the client gets.
func (s *Service) ExportMessageChangesAsStream(c *session.Call, req *wire.ExportMessageChangesAsStreamRequest, resp *wire.ExportMessageChangesAsStreamResponse) error {
	if err := requireStreams(c, "exportMessageChangesAsStream"); err != nil {
		return err
	}
	if len(req.SourceKeyPairs) > maxExported || len(req.PropTags) > maxColumns {
		return mapi.Errorf(mapi.TooBig, "exportMessageChangesAsStream", "%d messages with %d columns", len(req.SourceKeyPairs), len(req.PropTags))
	}
	resp.MsgStreams = []wire.MessageStream{}
	refs, err := s.exported(c, req)
	if err != nil {
		return err
	}
	// The call's context ends with the call; a client that stops reading ends the writing.
	out := streamWriter{svc: s, ctx: context.WithoutCancel(c.Context), flags: req.Flags}
	cells := s.newColumns(req.PropTags)
	var rows map[uint32]*storage.Row
	for step, ref := range refs {
		if step%storage.PageSize == 0 { // a page of rows is in memory at a time
			if rows, err = s.rows(c.Context, refs[step:min(step+storage.PageSize, len(refs))]); err != nil {
				return err
			}
		}
		row := rows[ref.ID]
		if row == nil {
			continue
		}
		values, err := cells.of(c.Context, row)
		if err != nil {
			return err
		}
		id := streamID + strconv.Itoa(len(c.Streams))
		resp.MsgStreams = append(resp.MsgStreams, wire.MessageStream{
			Step: uint32(step), PropVals: values, StreamData: wire.XOP{Href: id},
		})
		c.Streams = append(c.Streams, session.Stream{
			ID: id, Write: func(w io.Writer) error { return out.write(w, ref.ID) }, Buffered: storage.LobPiece,
		})
	}
	return nil
}

// requireStreams refuses sessions that did not say at log-on that they know message streams.
func requireStreams(c *session.Call, op string) error {
	if !c.Session.Has(mapi.CapEnhancedICS) {
		return mapi.Errorf(mapi.NoSupport, op, "the client has no capability for message streams")
	}
	return nil
}

// exported are the messages to export in the order of the request; what is left out has no id.
func (s *Service) exported(c *session.Call, req *wire.ExportMessageChangesAsStreamRequest) ([]storage.Ref, error) {
	find := s.store.RefBySourceKey
	keyOf := func(ref storage.Ref) []byte { return ref.SourceKey }
	switch mapi.PropTag(req.PropTag) {
	case 0, mapi.PrSourceKey:
	case mapi.PrEntryID:
		find = func(ctx context.Context, key []byte) (storage.Ref, error) {
			return s.objects.Tree().ByEntryID(ctx, key)
		}
		keyOf = func(ref storage.Ref) []byte { return ref.EntryID }
	default:
		return nil, mapi.Errorf(mapi.InvalidParameter, "exportMessageChangesAsStream", "messages cannot be found by property %v", mapi.PropTag(req.PropTag))
	}
	refs := make([]storage.Ref, len(req.SourceKeyPairs))
	for i, pair := range req.SourceKeyPairs {
		ref, err := find(c.Context, pair.ObjectKey)
		if err == nil {
			err = s.mayExport(c, req.Flags, ref, pair.ParentKey, keyOf)
		}
		switch mapi.CodeOf(err) {
		case mapi.OK:
			refs[i] = ref
		case mapi.NotFound, mapi.InvalidEntryID, mapi.NoAccess:
		default:
			return nil, err
		}
	}
	return refs, nil
}

// mayExport checks that an object is a message where and as the client says, and that the client may read it.
func (s *Service) mayExport(c *session.Call, flags uint32, ref storage.Ref, parentKey []byte, keyOf func(storage.Ref) []byte) error {
	if ref.Type != mapi.TypeMessage || (ref.Flags^flags)&mapi.FlagDeleted != 0 {
		return mapi.NotFound
	}
	if len(parentKey) > 0 {
		parent, err := s.objects.Tree().Ref(c.Context, ref.Parent)
		if err != nil {
			return err
		}
		if !bytes.Equal(keyOf(parent), parentKey) {
			return mapi.NotFound
		}
	}
	return s.rights.Check(c.Context, c.Session.UserID, ref, rights.Read)
}

// rows reads the rows of messages.
func (s *Service) rows(ctx context.Context, refs []storage.Ref) (map[uint32]*storage.Row, error) {
	ids := make([]uint32, 0, len(refs))
	for _, ref := range refs {
		if ref.ID != 0 {
			ids = append(ids, ref.ID)
		}
	}
	out := make(map[uint32]*storage.Row, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := s.store.Rows(ctx, storage.RowQuery{IDs: ids}, func(row *storage.Row) error {
		out[row.ID] = row
		return nil
	})
	return out, err
}
