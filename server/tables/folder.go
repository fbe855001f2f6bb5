package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/restrict"
	"zarafa/storage"
)

// folderSource is the rows of one class in one folder: contents and plain hierarchy tables.
type folderSource struct {
	folder storage.Ref
	set    rowSet
}

func (f *folderSource) watches() []rowSet { return []rowSet{f.set} }

func (f *folderSource) load(ctx context.Context, t *table, g grant) (*rowList, error) {
	if !g.readable { // a table without rows
		rows, err := t.privateRows(ctx, nil, nil)
		if rows != nil {
			rows.hides = hidesAll
		}
		return rows, err
	}
	view, err := t.svc.openView(ctx, f.set, t.sharedOrder(), t.kind, t.private() || !g.privileged)
	if err != nil {
		return nil, err
	}
	hidden, err := f.hides(ctx, t, g, view.Snapshot())
	if err == nil && !t.private() && hidden == nil {
		return &rowList{visible: view, shared: true}, nil
	}
	defer t.svc.Views.Close(view)
	if err != nil {
		return nil, err
	}
	return t.selectRows(ctx, f.set.folder, view.Snapshot(), hidden)
}

// hidden says which rows a caller does not get to see; nil: none.
type hidden func(ctx context.Context, id uint32, rec cache.Record) (bool, error)

// hides decides whether any row must be left out: folders that are not visible to the caller, and private
// messages in somebody else's mailbox.
func (f *folderSource) hides(ctx context.Context, t *table, g grant, s cache.Snapshot) (hidden, error) {
	if g.privileged {
		return nil, nil
	}
	if t.kind.objType != mapi.TypeFolder {
		box, err := t.svc.Tree.Mailbox(ctx, f.folder.Store)
		if err != nil || box.Type == mapi.StorePublic {
			return nil, err
		}
		return hidesPrivate, nil
	}
	invisible := t.svc.hidesFolders(t.session.UserID)
	any := false
	err := t.svc.eachRecord(ctx, f.set.folder, s, func(r cache.Row, _ []byte, rec cache.Record) error {
		h, err := invisible(ctx, r.ID, rec)
		any = any || h
		return err
	})
	if err != nil || !any {
		return nil, err
	}
	return invisible, nil
}

func (s *Service) hidesFolders(caller uint32) hidden {
	return func(ctx context.Context, id uint32, rec cache.Record) (bool, error) {
		ok, err := s.Rights.Visible(ctx, caller, refOf(id, rec))
		return !ok, err
	}
}

// privateSensitivity is the first value of PR_SENSITIVITY that is nobody else's business.
const privateSensitivity = 2

func hidesPrivate(_ context.Context, _ uint32, rec cache.Record) (bool, error) {
	v, ok := rec.Value(mapi.PrSensitivity)
	return ok && v.Uint32() >= privateSensitivity, nil
}

func hidesAll(context.Context, uint32, cache.Record) (bool, error) { return true, nil }

// privileged reports whether the caller owns a store or administers its owner.
func (s *Service) privileged(ctx context.Context, caller, store uint32) (bool, error) {
	if caller == mapi.UserSystem {
		return true, nil
	}
	box, err := s.Tree.Mailbox(ctx, store)
	if err != nil {
		return false, err
	}
	if box.UserID == caller && box.UserID != 0 {
		return true, nil
	}
	admin, err := s.Directory.IsAdminOver(ctx, caller, box.UserID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return false, nil
	}
	return admin, err
}

// sharedOrder is the order of the shared view that the table's rows come from: its own, unless
// that makes more than one row of an object or groups them.
func (t *table) sharedOrder() *order {
	if t.order.levels > 0 || t.instance() != 0 {
		return &order{locale: t.locale}
	}
	return t.order
}

// selectBlock is how many rows a restriction reads at a time.
const selectBlock = 256

// eachRecord calls f for the rows of a snapshot with their records, leaving out what is gone. within is the folder that all are in, or 0.
func (s *Service) eachRecord(ctx context.Context, within uint32, snap cache.Snapshot, f func(r cache.Row, key []byte, rec cache.Record) error) error {
	ids := make([]uint32, 0, selectBlock)
	rows := make([]cache.KeyedRow, 0, selectBlock)
	var recs []cache.Record
	flush := func() (err error) {
		if recs, err = s.records(ctx, within, ids, recs[:0]); err != nil {
			return err
		}
		for i, r := range rows {
			if recs[i] == nil {
				continue
			}
			if err := f(r.Row, r.Key, recs[i]); err != nil {
				return err
			}
		}
		ids, rows = ids[:0], rows[:0]
		return ctx.Err()
	}
	var err error
	snap.Range(0, func(_ int, r cache.Row, key []byte) bool {
		ids, rows = append(ids, r.ID), append(rows, cache.KeyedRow{Row: r, Key: key})
		if len(ids) == selectBlock {
			err = flush()
		}
		return err == nil
	})
	if err == nil && len(ids) > 0 {
		err = flush()
	}
	return err
}

// selectRows makes the private rows of a table from a shared view.
func (t *table) selectRows(ctx context.Context, within uint32, snap cache.Snapshot, hides hidden) (*rowList, error) {
	rows, err := t.privateRows(ctx, nil, func(add func(id uint32, key []byte, rec cache.Record) error) error {
		reuse := t.order == t.sharedOrder() // the keys are right already
		return t.svc.eachRecord(ctx, within, snap, func(r cache.Row, key []byte, rec cache.Record) error {
			if hides != nil {
				if h, err := hides(ctx, r.ID, rec); h || err != nil {
					return err
				}
			}
			if !reuse {
				key = nil
			}
			return add(r.ID, key, rec)
		})
	})
	if rows != nil {
		rows.hides = hides
	}
	return rows, err
}

// privateRows collects the rows that scan gives, as far as the restriction lets them through. A nil key is
// made from the record.
func (t *table) privateRows(ctx context.Context, depths map[uint32]uint32,
	scan func(add func(id uint32, key []byte, rec cache.Record) error) error) (*rowList, error) {
	var keyed []cache.KeyedRow
	var groups *categories
	if t.order.levels > 0 {
		groups = newCategories(t.order)
	}
	probe := t.newProbe(ctx, depths)
	add := func(id uint32, key []byte, rec cache.Record) error {
		kind := t.kind
		if d, ok := depths[id]; ok {
			kind.depth = d
		}
		for i := range instances(rec, t.instance()) {
			r := cache.Row{ID: id, Order: uint32(i)}
			switch {
			case !probe.matches(r, rec):
			case groups != nil:
				groups.collect(r, rec, probe.sortCell(kind, r, rec))
			case key == nil:
				keyed = append(keyed, cache.KeyedRow{Row: r, Key: t.order.key(nil, r, probe.sortCell(kind, r, rec))})
			default:
				keyed = append(keyed, cache.KeyedRow{Row: r, Key: key})
			}
		}
		return nil
	}
	if scan != nil {
		if err := scan(add); err != nil {
			return nil, err
		}
	}
	if groups != nil {
		view, err := groups.build()
		return &rowList{visible: view, groups: groups, depths: depths}, err
	}
	view, err := cache.BuildView(keyed)
	return &rowList{visible: view, depths: depths}, err
}

// probe asks a table's restriction about rows.
type probe struct {
	filter *restrict.Filter
	page   page
}

func (t *table) newProbe(ctx context.Context, depths map[uint32]uint32) *probe {
	return &probe{filter: t.filter, page: page{t: t, ctx: ctx, capped: true, depths: depths}}
}

func (p *probe) matches(r cache.Row, rec cache.Record) bool {
	if p.filter == nil {
		return true
	}
	p.page.rows = append(p.page.rows[:0], r)
	p.page.recs = append(p.page.recs[:0], rec)
	p.page.fullOf = 0
	return p.filter.Match(&filterRow{page: &p.page, tags: p.filter.Tags()})
}
