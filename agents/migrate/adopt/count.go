package adopt

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// count counts what lies in each folder of the target, and the size of each store. What the old server counted is not taken on trust: its
// counters went wrong now and then.
func (m *Migration) count(ctx context.Context) error {
	sizes := map[uint32]int64{}
	for _, id := range m.tree.IDs() {
		n := m.tree.Find(id)
		if n.Type == mapi.TypeStore {
			sizes[id] += 0
			continue
		}
		c, err := m.countFolder(ctx, id, n.Flags&folderKind == mapi.FolderSearch)
		if err != nil {
			return err
		}
		if !n.Deleted {
			sizes[n.Store] += c.Size // what is softly deleted, or lies in such a folder, is not charged
		}
		c.Size = 0
		if n.Flags&folderKind != mapi.FolderRoot { // of which the old server counts nothing
			m.noteCounted(id, c)
		}
		err = m.target.Update(ctx, n.Store, func(ctx context.Context, tx storage.Tx) error {
			have, err := tx.Counters(ctx, id)
			if err != nil {
				return err
			}
			c.CommitTime = have.CommitTime
			return tx.SetCounters(ctx, n.Store, id, c)
		}, nil)
		if err != nil {
			return err
		}
	}
	for id, size := range sizes {
		m.noteCounted(id, storage.Counters{Size: size})
		err := m.target.Update(ctx, id, func(ctx context.Context, tx storage.Tx) error {
			return tx.SetCounters(ctx, id, id, storage.Counters{Size: size})
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// folderKind are the bits of a folder's flags that say what it is.
const folderKind = 3

// noteCounted notes what the old server had counted differently. Nothing is lost by that.
func (m *Migration) noteCounted(id uint32, c storage.Counters) {
	before := m.counted[id]
	before.CommitTime = 0
	if before == c {
		return
	}
	m.report.took("counters that were wrong before", 1)
	m.Log.Info("counters of a folder, or the size of a store, that were wrong", "object", id, "before", before, "now", c)
}

// countFolder counts what a folder shows. Its Size is that of the messages in it that are not deleted.
func (m *Migration) countFolder(ctx context.Context, id uint32, search bool) (c storage.Counters, err error) {
	err = storage.RowPages(ctx, m.target, storage.RowQuery{Parent: id, Type: mapi.TypeMessage}, func(rows []*storage.Row) error {
		for _, r := range rows {
			countMessage(&c, r)
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	err = storage.RefPages(ctx, m.target, storage.RowQuery{Parent: id, Type: mapi.TypeFolder}, func(refs []storage.Ref) error {
		for _, r := range refs {
			if r.Deleted() {
				c.DeletedFolders++
			} else {
				c.Subfolders++
			}
		}
		return nil
	})
	if err != nil || !search {
		return c, err
	}
	results, err := m.target.SearchResults(ctx, id)
	for _, r := range results {
		c.Content++
		if !r.Read {
			c.Unread++
		}
	}
	return c, err
}

func countMessage(c *storage.Counters, r *storage.Row) {
	if !r.Deleted() {
		c.Size += int64(r.Props.Uint32(mapi.PrMessageSize))
	}
	switch {
	case r.Deleted() && r.Associated():
		c.DeletedAssoc++
	case r.Deleted():
		c.DeletedContent++
	case r.Associated():
		c.Associated++
	default:
		c.Content++
		if r.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0 {
			c.Unread++
		}
	}
}
