package tables

import (
	"context"
	"errors"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// viewInfo is what the feed needs to keep a shared view: it is attached to the view.
type viewInfo struct {
	order  *order
	kind   rowKind
	misses *misses
}

func (i viewInfo) key(dst []byte, r cache.Row, rec cache.Record) []byte {
	return i.order.key(dst, r, i.kind.sortCell(r, rec))
}

// openView finds or loads the shared view of a set of rows in an order. It must be closed. With all, the caller is going to look at every row.
func (s *Service) openView(ctx context.Context, set rowSet, o *order, kind rowKind, all bool) (*cache.View, error) {
	info := viewInfo{order: o, kind: kind, misses: new(misses)}
	key := cache.ViewKey{Folder: set.folder, Class: set.class, Sort: o.viewSort()}
	return s.Views.Open(ctx, key, info, func(ctx context.Context, add func(cache.Row, []byte)) error {
		// From here on changes are logged by the view; let those through that did not find it.
		s.gate.Lock()
		//lint:ignore SA2001 the lock is a barrier
		s.gate.Unlock()
		err := s.sortCached(set, info, add)
		if errors.Is(err, errNotCached) {
			if info.dated() && !all {
				err = s.sortDated(ctx, set, info, add)
			} else {
				_, _, err = s.addRows(ctx, set, set.query(), info, add)
			}
		}
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
}

var errNotCached = errors.New("tables: a row is not in the cell cache")

// sortCached fills a view from another view of the same rows and the cell cache, without the database.
func (s *Service) sortCached(set rowSet, info viewInfo, add func(cache.Row, []byte)) error {
	snap, ok := s.anyView(set)
	if !ok {
		return errNotCached
	}
	var err error
	var key []byte
	snap.Range(0, func(_ int, r cache.Row, _ []byte) bool {
		rec, _, ok := s.Cells.Get(r.ID)
		if !ok {
			err = errNotCached
			return false
		}
		key = info.key(key[:0], r, rec)
		add(r, key)
		return true
	})
	return err
}

// anyView is the rows of a set in whatever order they are there.
func (s *Service) anyView(set rowSet) (snap cache.Snapshot, ok bool) {
	s.Views.Each(set.folder, set.class, func(v *cache.View) {
		if !ok && v.Loaded() {
			snap, ok = v.Snapshot(), true
		}
	})
	return snap, ok
}

var errEnough = errors.New("tables: folder_max_items reached")

// addRows fills a view, and the cell cache, with one scan of a folder's rows. It gives how many there were and the id of the last.
func (s *Service) addRows(ctx context.Context, set rowSet, q storage.RowQuery, info viewInfo, add func(cache.Row, []byte)) (n int, last uint32, err error) {
	changes := s.changesOf(set.folder)
	before := changes.Load()
	var key []byte
	err = s.Store.Rows(ctx, q, func(row *storage.Row) error {
		rec := s.pack(row)
		_, ticket, cached := s.Cells.Get(row.ID)
		// In this order: a batch counts itself before it touches the cells.
		if !cached && changes.Load() == before {
			s.Cells.Put(ticket, row.ID, rec)
		}
		r := cache.Row{ID: row.ID}
		key = info.key(key[:0], r, rec)
		add(r, key)
		last = row.ID
		if n++; s.settings.FolderMaxItems > 0 && n > s.settings.FolderMaxItems {
			return errEnough
		}
		return nil
	})
	return n, last, err
}

// folderKind is what the rows of views of subfolders depend on.
func folderKind() rowKind { return rowKind{objType: mapi.TypeFolder, depth: 1} }
