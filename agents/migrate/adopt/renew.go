package adopt

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// renewMessages brings the messages of the target to what the source has: those that came, went or moved, which the lists of all folders tell,
// and those that changed, of which the changes of the source tell.
func (m *Migration) renewMessages(ctx context.Context) error {
	renew := map[uint32]bool{}
	for _, id := range m.tree.IDs() {
		if m.tree.Find(id).Type != mapi.TypeFolder {
			continue
		}
		if err := m.compareFolder(ctx, id, renew); err != nil {
			return err
		}
	}
	if err := m.findChanged(ctx, renew); err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(renew))
	for chunk := range slices.Chunk(ids, m.Page) {
		if err := m.renewPage(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// compareFolder drops the messages that are in a folder of the target alone, and notes those to renew.
func (m *Migration) compareFolder(ctx context.Context, folder uint32, renew map[uint32]bool) error {
	var flags map[uint32]uint32
	err := m.session.Moment(ctx, func() (err error) {
		flags, err = m.session.Flags(ctx, folder)
		return err
	})
	if err != nil {
		return err
	}
	var gone []uint32
	err = storage.RefPages(ctx, m.target, storage.RowQuery{Parent: folder, Type: mapi.TypeMessage}, func(page []storage.Ref) error {
		for _, r := range page {
			if f, ok := flags[r.ID]; !ok {
				gone = append(gone, r.ID)
			} else if f == r.Flags {
				delete(flags, r.ID)
			}
		}
		return nil
	})
	for id := range flags {
		renew[id] = true
	}
	if err != nil {
		return err
	}
	return m.drop(ctx, "messages that are gone", gone)
}

// drop removes objects from the target.
func (m *Migration) drop(ctx context.Context, what string, ids []uint32) error {
	for chunk := range slices.Chunk(ids, m.Page) {
		err := m.writeNoted(ctx, func(ctx context.Context, tx storage.Tx, n *notes) error {
			n.took(what, int64(len(chunk)))
			return tx.Delete(ctx, chunk)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// findChanged notes the messages that the source's changes are about.
func (m *Migration) findChanged(ctx context.Context, renew map[uint32]bool) error {
	for after := m.since(); ; {
		list, err := m.session.Changes(ctx, after)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].ID
		var keys [][]byte
		for _, c := range list {
			if c.Type&mapi.ChangeMessage != 0 && len(c.SourceKey) > 0 {
				keys = append(keys, c.SourceKey)
			}
		}
		ids, err := m.session.ObjectsOf(ctx, keys)
		if err != nil {
			return err
		}
		for _, id := range ids {
			renew[id] = true
		}
	}
}

// renewPage writes messages anew, those that are not as they should be.
func (m *Migration) renewPage(ctx context.Context, ids []uint32) error {
	var page *legacy.Page
	err := m.session.Moment(ctx, func() (err error) {
		page, err = m.session.MessagesByID(ctx, m.tree, ids)
		return err
	})
	if err != nil {
		return err
	}
	rows := map[uint32]*storage.Row{}
	err = m.target.Rows(ctx, storage.RowQuery{IDs: ids}, func(r *storage.Row) error {
		rows[r.ID] = r
		return nil
	})
	if err != nil {
		return err
	}
	var old []uint32
	page.Items = slices.DeleteFunc(page.Items, func(o *legacy.Item) bool {
		row := rows[o.ID]
		if row != nil && sameVersion(o, row) {
			return true
		}
		if row != nil {
			old = append(old, o.ID)
		}
		return false
	})
	if err := m.drop(ctx, "messages that have changed", old); err != nil {
		return err
	}
	return m.takePage(ctx, 0, page)
}

// sameVersion reports whether the target has this version of a message: whatever changes one gives it another change key.
func sameVersion(o *legacy.Item, row *storage.Row) bool {
	return o.Parent == row.Parent && o.Flags == row.Flags && bytes.Equal(o.SourceKey, row.SourceKey) &&
		(len(o.EntryID) == 0 || bytes.Equal(o.EntryID.WithFlags(0), row.EntryID)) &&
		bytes.Equal(o.Props.Bytes(mapi.PrChangeKey), row.Props.Bytes(mapi.PrChangeKey)) && len(o.Props.Bytes(mapi.PrChangeKey)) > 0 &&
		o.Props.Uint32(mapi.PrMessageFlags) == row.Props.Uint32(mapi.PrMessageFlags)
}

// renewFolders brings the stores and folders of the target to what the source has.
func (m *Migration) renewFolders(ctx context.Context) error {
	for ids := range slices.Chunk(m.tree.IDs(), folderPage) {
		var page *legacy.Page
		err := m.session.Moment(ctx, func() (err error) {
			page, err = m.session.Nodes(ctx, m.tree, ids)
			return err
		})
		if err != nil {
			return err
		}
		list := make([]want, len(page.Items))
		for i, o := range page.Items {
			list[i] = m.item(o)
		}
		found, err := m.findValues(ctx, list)
		if err != nil {
			return err
		}
		for _, w := range list {
			if err := m.renewFolder(ctx, w, found); err != nil {
				return fmt.Errorf("folder %d: %w", w.ID, err)
			}
		}
	}
	return nil
}

// renewFolder writes a store or folder anew that is not as it should be.
func (m *Migration) renewFolder(ctx context.Context, w want, found map[placed]legacy.Blob) error {
	have, err := m.target.Object(ctx, w.ID)
	if err != nil {
		return err
	}
	if len(w.EntryID) == 0 {
		w.EntryID = have.EntryID
	}
	text, err := difference(w, have, m.blobsToCompare(ctx))
	if err != nil {
		return err
	}
	return m.writeNoted(ctx, func(ctx context.Context, tx storage.Tx, n *notes) error {
		if w.Type == mapi.TypeFolder && w.Counters.CommitTime != 0 {
			if err := tx.AddCounters(ctx, w.Store, w.ID, storage.Counters{CommitTime: w.Counters.CommitTime}); err != nil {
				return err
			}
		}
		if text == "" {
			return nil
		}
		n.took("stores and folders that have changed", 1)
		if w.Type == mapi.TypeFolder && refText(w.Ref) != refText(have.Ref) {
			if err := tx.Move(ctx, w.Ref, w.Parent); err != nil {
				return err
			}
		}
		if err := putValues(ctx, tx, w, found, new(tally)); err != nil {
			return err
		}
		return tx.PutObject(ctx, w.Object)
	})
}

// dropFolders removes stores and folders that the source has no more, with the messages in them; those that lie in another folder now come back
// there.
func (m *Migration) dropFolders(ctx context.Context) error {
	boxes, err := m.target.Mailboxes(ctx, storage.MailboxQuery{})
	if err != nil {
		return err
	}
	for _, b := range boxes {
		var gone []uint32
		level := []uint32{b.ID}
		for len(level) > 0 {
			id := level[0]
			level = level[1:]
			if m.tree.Find(id) == nil {
				gone = append(gone, id)
			}
			refs, err := m.target.Refs(ctx, storage.RowQuery{Parent: id, Type: mapi.TypeFolder})
			if err != nil {
				return err
			}
			for _, r := range refs {
				level = append(level, r.ID)
			}
		}
		for _, id := range gone {
			err := storage.RefPages(ctx, m.target, storage.RowQuery{Parent: id, Type: mapi.TypeMessage}, func(page []storage.Ref) error {
				ids := make([]uint32, len(page))
				for i, r := range page {
					ids[i] = r.ID
				}
				return m.drop(ctx, "messages that are gone", ids)
			})
			if err != nil {
				return err
			}
		}
		slices.Reverse(gone) // what lies below goes first
		if err := m.drop(ctx, "stores and folders that are gone", gone); err != nil {
			return err
		}
		if m.tree.Find(b.ID) == nil {
			err := m.write(ctx, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteMailbox(ctx, b.ID) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}
