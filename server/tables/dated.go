package tables

import (
	"context"
	"errors"
	"sync/atomic"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// wholeRows is how many rows of a folder are read whole before its keys are: a small folder costs one statement, and a large one few pages of
// the database more.
const wholeRows = 64

// dated reports whether the keys of rows can be made of their ids and delivery times alone.
func (i viewInfo) dated() bool {
	if i.kind.objType != mapi.TypeMessage {
		return false
	}
	for _, c := range i.order.columns {
		if c.tag != mapi.PrMessageDeliveryTime {
			return false
		}
	}
	return true
}

// sortDated fills a view that is sorted by date or not at all. It reads an index in place of the rows, which are a hundred times as much; those
// that a client looks at are read for him, and see [misses].
func (s *Service) sortDated(ctx context.Context, set rowSet, info viewInfo, add func(cache.Row, []byte)) error {
	q := set.query()
	q.Limit = wholeRows
	n, last, err := s.addRows(ctx, set, q, info, add)
	if err != nil || n < wholeRows {
		return err
	}
	q.After, q.Limit = last, 0
	var key []byte
	var at storage.DateKey
	cell := func(tag mapi.PropTag) (mapi.PropValue, bool) { return mapi.Time(tag, at.Delivery), at.Dated }
	return s.Store.DateKeys(ctx, q, func(k storage.DateKey) error {
		at = k
		r := cache.Row{ID: k.ID}
		key = info.order.key(key[:0], r, cell)
		add(r, key)
		if n++; s.settings.FolderMaxItems > 0 && n > s.settings.FolderMaxItems {
			return errEnough
		}
		return nil
	})
}

// misses counts for a view how often rows of it had to be read.
type misses struct {
	pages atomic.Uint32
	busy  atomic.Bool
}

// pagesApart is how many pages of a folder are read each by itself before somebody is taken for reading all of it.
const pagesApart = 4

// readAll reads the rows of a folder into the cell cache, serially, when pages of it have been missing there again and again and there is room: from
// then on no page costs a statement. Where memory is short, pages go on being read one by one.
func (s *Service) readAll(ctx context.Context, set rowSet, info viewInfo, rows int) error {
	if info.misses.pages.Add(1)%pagesApart != 0 || !info.misses.busy.CompareAndSwap(false, true) {
		return nil
	}
	defer info.misses.busy.Store(false)
	if st := s.Cells.Stats(); st.Items == 0 || st.Bytes+int64(rows)*(st.Bytes/st.Items) > st.Budget {
		return nil
	}
	_, _, err := s.addRows(ctx, set, set.query(), info, func(cache.Row, []byte) {})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// cells prepares the cells of rows: of those that are missing in the cell cache with one statement, which goes by the folder, where they lie
// together.
func (f *folderSource) cells(ctx context.Context, p *page, rows []cache.Row) error {
	if f.set.class >= searchResults {
		return p.objects(ctx, rows)
	}
	p.within = f.set.folder
	if err := p.objects(ctx, rows); err != nil || !p.missed {
		return err
	}
	list := p.t.filled()
	if list == nil || !list.shared {
		return nil
	}
	if info, ok := list.visible.Attach().(viewInfo); ok && info.dated() {
		return p.t.svc.readAll(ctx, f.set, info, list.visible.Snapshot().Len())
	}
	return nil
}
