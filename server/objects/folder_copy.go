package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// copyFolder copies a folder and its live messages, and with COPY_SUBFOLDERS all that is below. The folders come in one transaction, with as
// many messages as one takes; the others follow in batches, and if the server dies in between, the copy has what was
// copied until then. Associated messages stay behind. Subfolders that the caller may not read are left out.
func (s *Service) copyFolder(c *session.Call, req *wire.CopyFolderRequest, src, dest storage.Ref, name string) error {
	box, err := s.tree.Mailbox(c.Context, dest.Store)
	if err != nil {
		return err
	}
	readable, height := make(map[uint32]bool), 0
	if req.Flags&mapi.CopySubfolders != 0 {
		if height, err = s.readableBelow(c, src, readable); err != nil {
			return err
		}
	}
	var fc folderCopy
	err = s.writer.Do(c.Context, src.Store, author(c, req.SyncID), func(ctx context.Context, ch *change.Change) error {
		depth, err := ch.Place(ctx, dest.ID, src.ID)
		if err != nil {
			return err
		}
		if err := change.TooDeep(depth, height); err != nil {
			return err
		}
		fc = folderCopy{ch: ch, store: box.GUID, readable: readable, room: s.batch()}
		return fc.copy(ctx, src.ID, dest, name, 0)
	})
	for _, rest := range fc.rest {
		for err == nil && rest.more {
			next := rest
			err = s.writer.Do(c.Context, src.Store, author(c, req.SyncID), func(ctx context.Context, ch *change.Change) (err error) {
				batch := folderCopy{ch: ch, store: box.GUID, room: s.batch()}
				next, err = batch.messages(ctx, rest)
				return err
			})
			rest = next
		}
	}
	return err
}

// readableBelow collects the live subfolders at any depth that the caller may read, and says how many levels of them there are.
func (s *Service) readableBelow(c *session.Call, folder storage.Ref, readable map[uint32]bool) (height int, err error) {
	type branch struct {
		ref   storage.Ref
		depth int
	}
	err = descend(branch{ref: folder}, func(b branch) ([]branch, error) {
		height = max(height, b.depth)
		list, err := s.store.Refs(c.Context, storage.RowQuery{Parent: b.ref.ID, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
		var below []branch
		for _, sub := range list {
			if s.check(c, sub, rights.Read) == nil {
				readable[sub.ID] = true
				below = append(below, branch{sub, b.depth + 1})
			}
		}
		return below, err
	})
	return height, err
}

// folderCopy is one copyFolder.
type folderCopy struct {
	ch       *change.Change
	store    mapi.GUID
	readable map[uint32]bool // subfolders to take along
	room     int             // messages that this transaction may copy still
	rest     []restOfCopy
}

// restOfCopy is where the copy of a folder's messages goes on.
type restOfCopy struct {
	src   uint32
	to    storage.Ref
	after uint32
	more  bool
}

// messages copies as many messages of one folder as there is room for.
func (fc *folderCopy) messages(ctx context.Context, from restOfCopy) (restOfCopy, error) {
	if fc.room == 0 {
		return from, nil
	}
	q := storage.RowQuery{
		Parent: from.src, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated, After: from.after, Limit: fc.room,
	}
	page, err := fc.ch.Refs(ctx, q)
	if err != nil {
		return from, err
	}
	for _, m := range page {
		if _, err := copyMessage(ctx, fc.ch, m, from.to, fc.store); err != nil {
			return from, err
		}
		from.after = m.ID
	}
	fc.room -= len(page)
	from.more = len(page) == q.Limit
	return from, nil
}

// copy puts a copy of a folder below dest; an empty name means the same name. That it calls itself is bounded by the depth at which a
// folder can be made.
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
		if err := ch.RefuseName(ctx, "copyFolder", dest.ID, 0, name); err != nil {
			return err
		}
	}
	original := o.Ref
	if err := renumber(ctx, ch, o, dest, fc.store); err != nil {
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
	rest, err := fc.messages(ctx, restOfCopy{src: src, to: o.Ref.Clone(), more: true})
	if err != nil {
		return err
	}
	if rest.more {
		fc.rest = append(fc.rest, rest)
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
