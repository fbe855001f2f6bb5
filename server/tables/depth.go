package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// shownDepth is the greatest PR_DEPTH.
const shownDepth = 50

// deepSource is all folders below one: a hierarchy table with CONVENIENT_DEPTH. It watches
// the direct children only, as clients have always seen it.
type deepSource struct{ folderSource }

func (d *deepSource) load(ctx context.Context, t *table, g grant) (*rowList, error) {
	depths := make(map[uint32]uint32)
	var hides hidden
	if !g.privileged {
		hides = t.svc.hidesFolders(t.session.UserID)
	}
	rows, err := t.privateRows(ctx, depths, func(add func(uint32, []byte, cache.Record) error) error {
		level := []uint32{d.folder.ID}
		for depth := uint32(1); len(level) > 0; depth++ {
			var below []uint32
			for _, folder := range level {
				err := d.children(ctx, t, folder, func(id uint32, rec cache.Record) error {
					if d.mayHaveChildren(rec) {
						below = append(below, id)
					}
					if hides != nil {
						if h, err := hides(ctx, id, rec); h || err != nil {
							return err
						}
					}
					depths[id] = min(depth, shownDepth)
					return add(id, nil, rec)
				})
				if err != nil {
					return err
				}
			}
			level = below
		}
		return nil
	})
	if rows != nil {
		rows.hides = hides
	}
	return rows, err
}

// mayHaveChildren is false for a folder that its counters say has none. Root folders have no counters, and
// those of deleted children do not tell.
func (d *deepSource) mayHaveChildren(rec cache.Record) bool {
	v, counted := rec.Value(mapi.PrSubfolders)
	return !counted || v.Bool() || d.set.class != cache.Folders
}

// cells prepares the cells of rows, which lie in several folders.
func (d *deepSource) cells(ctx context.Context, p *page, rows []cache.Row) error {
	return p.objects(ctx, rows)
}

// children calls f for the subfolders of a folder. They come from the shared views, so that asking again
// costs no statement.
func (d *deepSource) children(ctx context.Context, t *table, folder uint32, f func(uint32, cache.Record) error) error {
	set := rowSet{folder, d.set.class}
	view, err := t.svc.openView(ctx, set, &order{locale: t.locale}, folderKind(), true)
	if err != nil {
		return err
	}
	defer t.svc.Views.Close(view)
	return t.svc.eachRecord(ctx, folder, view.Snapshot(), func(r cache.Row, _ []byte, rec cache.Record) error {
		return f(r.ID, rec)
	})
}

// partsSource is the children of an object that are neither folders nor messages, read once: such tables
// exist in the protocol, but hear of no changes.
type partsSource struct {
	parent  storage.Ref
	objType mapi.ObjectType
}

func (s *partsSource) watches() []rowSet { return nil }

func (s *partsSource) cells(ctx context.Context, p *page, rows []cache.Row) error {
	return p.objects(ctx, rows)
}

func (s *partsSource) load(ctx context.Context, t *table, g grant) (*rowList, error) {
	if !g.readable { // as with a folder: a table without rows
		return t.privateRows(ctx, nil, nil)
	}
	types := []mapi.ObjectType{s.objType}
	if s.objType == mapi.TypeMailUser {
		types = append(types, mapi.TypeDistList)
	}
	return t.privateRows(ctx, nil, func(add func(uint32, []byte, cache.Record) error) error {
		for _, objType := range types {
			q := storage.RowQuery{Parent: s.parent.ID, Type: objType}
			if err := t.svc.Store.Rows(ctx, q, func(row *storage.Row) error {
				return add(row.ID, nil, t.svc.pack(row))
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
