package ics

import (
	"errors"

	"zarafa/mapi"
	"zarafa/server/objects"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// ImportMessageFromStream answers importMessageFromStream: a message comes as a stream beside the request and becomes a
// new message, or takes the place of an existing one (wire.md section 11). It is read to its end before
// anything is written, and written in one transaction.
func (s *Service) ImportMessageFromStream(c *session.Call, req *wire.ImportMessageFromStreamRequest, resp *wire.ImportMessageFromStreamResponse) (err error) {
	const op = "importMessageFromStream"
	if err := requireStreams(c, op); err != nil {
		return err
	}
	if c.Attachment == nil {
		return mapi.Errorf(mapi.InvalidParameter, op, "the request has no stream")
	}
	if items := req.ConflictItems; items != nil && items.Tag != mapi.PrConflictItems {
		return mapi.Errorf(mapi.InvalidParameter, op, "conflict items in property %v", items.Tag)
	}
	target, err := s.objects.NewImport(c, objects.ImportOptions{
		SyncID: req.SyncID, Flags: req.Flags, Folder: req.ParentEntryID, ID: req.EntryID,
		New: req.IsNew, ConflictItems: req.ConflictItems,
	})
	if err != nil {
		return err
	}
	values := newSpool()
	defer func() { err = errors.Join(err, values.Close()) }()
	ids := func(names []storage.Name) ([]uint16, error) {
		return s.objects.Names().IDs(c.Context, c.Session.UserID, names)
	}
	draft, err := newStreamReader(c.Attachment, values, ids).read()
	if err != nil {
		return err
	}
	err = target.Save(draft)
	resp.Saved = target.Saved()
	return err
}
