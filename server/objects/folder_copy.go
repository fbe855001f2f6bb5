package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// copyFolder copies a folder and its live messages, and with COPY_SUBFOLDERS all that is below, in one transaction.
// Associated messages stay behind. Subfolders that the caller may not read are left out.
func (s *Service) copyFolder(c *session.Call, req *wire.CopyFolderRequest, src, dest storage.Ref, name string) error {
	box, err := s.tree.Mailbox(c.Context, dest.Store)
	if err != nil {
		return err
	}
	deep := req.Flags&mapi.CopySubfolders != 0
	readable := make(map[uint32]bool)
	if deep {
		if err := s.readableBelow(c, src, 0, readable); err != nil {
			return err
		}
	}
	return s.writer.Do(c.Context, src.Store, author(c, req.SyncID), func(ctx context.Context, ch *Change) error {
		if err := ch.refuseCycle(ctx, src.ID, dest.ID); err != nil {
			return err
		}
		fc := folderCopy{ch: ch, store: box.GUID, readable: readable}
		return fc.copy(ctx, src.ID, dest, name, 0)
	})
}

// readableBelow collects the live subfolders at any depth that the caller may read.
func (s *Service) readableBelow(c *session.Call, folder storage.Ref, depth int, readable map[uint32]bool) error {
	if depth > maxDepth {
		return mapi.Errorf(mapi.TooComplex, "copyFolder", "folders are nested deeper than %d", maxDepth)
	}
	list, err := s.store.Refs(c.Context, storage.RowQuery{Parent: folder.ID, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
	if err != nil {
		return err
	}
	for _, sub := range list {
		if s.check(c, sub, rights.Read) != nil {
			continue
		}
		readable[sub.ID] = true
		if err := s.readableBelow(c, sub, depth+1, readable); err != nil {
			return err
		}
	}
	return nil
}

// folderCopy is one copyFolder.
type folderCopy struct {
	ch       *Change
	store    mapi.GUID
	readable map[uint32]bool // subfolders to take along
}

// copy puts a copy of a folder below dest; an empty name means the same name.
func (fc *folderCopy) copy(ctx context.Context, src uint32, dest storage.Ref, name string, depth int) error {
	ch := fc.ch
	o, err := ch.Object(ctx, src)
	if err != nil {
		return err
	}
	if name == "" {
		name = o.Props.Str(mapi.PrDisplayName)
	}
	if depth == 0 {
		if err := ch.refuseName(ctx, dest.ID, 0, name); err != nil {
			return err
		}
	}
	original := o.Ref
	if err := ch.renumber(ctx, o, dest, fc.store); err != nil {
		return err
	}
	o.Counters = storage.Counters{}
	for _, tag := range []mapi.PropTag{mapi.PrDeletedOn, mapi.PrChangeKey, mapi.PrPredecessorChangeList} {
		o.Props.Delete(tag.ID())
	}
	o.Props.Set(mapi.String(mapi.PrDisplayName, name))
	if err := ch.InsertFolder(ctx, o, dest, &original); err != nil {
		return err
	}
	live := storage.RowQuery{Parent: src, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated}
	messages, err := ch.Refs(ctx, live)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := ch.copyMessage(ctx, m, o.Ref, fc.store); err != nil {
			return err
		}
	}
	if len(fc.readable) == 0 {
		return nil
	}
	subfolders, err := ch.Refs(ctx, storage.RowQuery{Parent: src, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
	if err != nil {
		return err
	}
	for _, sub := range subfolders {
		if !fc.readable[sub.ID] {
			continue
		}
		if err := fc.copy(ctx, sub.ID, o.Ref, "", depth+1); err != nil {
			return err
		}
	}
	return nil
}
