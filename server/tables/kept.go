package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
)

// keptRow is a row that no object of the database stands for; its table keeps it until it is filled again.
type keptRow struct {
	values func(tag mapi.PropTag) (mapi.PropValue, bool)
}

func (k *keptRow) cell(r cache.Row, tag mapi.PropTag) (mapi.PropValue, bool) {
	if tag.Type() == mapi.PtUnspecified || tag.Type()&mapi.MVIFlag == mapi.MVIFlag {
		return mapi.PropValue{}, false
	}
	switch tag.Canonical() {
	case mapi.PrInstanceKey:
		return mapi.Binary(tag, mapi.InstanceKey(r.ID, r.Order)), true
	case mapi.PrRowType:
		return mapi.Long(tag, mapi.RowLeaf), true
	}
	v, ok := k.values(tag.Canonical())
	return v, ok && v.Tag.Canonical().Type() == tag.Canonical().Type()
}

// propsRow keeps a row of a list of properties.
func propsRow(props mapi.Props) *keptRow {
	return &keptRow{values: func(tag mapi.PropTag) (mapi.PropValue, bool) { return props.Get(tag) }}
}

// keptSource is a table whose rows are made once, when it is filled: address book, user stores, statistics.
// They hear of no changes.
type keptSource struct {
	make        func(ctx context.Context, t *table, add func(r cache.Row, k *keptRow)) error
	rows        map[cache.Row]*keptRow
	addressBook bool
	level       uint32 // of administrators, that the caller must have
}

func (s *keptSource) watches() []rowSet { return nil }

func (s *keptSource) cells(_ context.Context, p *page, rows []cache.Row) error {
	for _, r := range rows {
		p.kept = append(p.kept, s.rows[r])
	}
	return nil
}

func (s *keptSource) load(ctx context.Context, t *table, _ grant) (*rowList, error) {
	s.rows = make(map[cache.Row]*keptRow)
	var keyed []cache.KeyedRow
	scan := page{t: t, ctx: ctx, rows: make([]cache.Row, 1), kept: make([]*keptRow, 1)}
	err := s.make(ctx, t, func(r cache.Row, k *keptRow) {
		s.rows[r] = k
		scan.rows[0], scan.kept[0] = r, k
		if t.filter != nil && !t.filter.Match(&filterRow{page: &scan}) {
			return
		}
		cell := func(tag mapi.PropTag) (mapi.PropValue, bool) { return k.cell(r, tag) }
		keyed = append(keyed, cache.KeyedRow{Row: r, Key: t.order.key(nil, r, cell)})
	})
	if err != nil {
		return nil, err
	}
	view, err := cache.BuildView(keyed)
	return &rowList{visible: view}, err
}
