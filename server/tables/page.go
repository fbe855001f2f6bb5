package tables

import (
	"context"
	"encoding/binary"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// page is the rows that one operation looks at, with what their cells are made of. It is
// reused by other operations, so that a page of a warm table costs no memory but its answer.
type page struct {
	t      *table
	ctx    context.Context
	rows   []cache.Row
	ids    []uint32
	recs   []cache.Record // of objects; nil for a row that is gone
	missed bool           // the cell cache lacked some of the objects
	within uint32         // folder that the rows are in; 0: several, or it is not known
	kept   []*keptRow     // of rows that the table keeps itself

	heads   map[uint32]category // categories by number
	holdsMu bool                // the caller holds the table's mu
	capped  bool                // also in a table without caps
	levels  uint32              // of categories
	depths  map[uint32]uint32   // of rows whose depth is not the table's

	// What many rows of a page have in common.
	parents map[uint32]storage.Ref
	boxes   map[uint32]storage.Mailbox
	access  map[uint32]Access
	queue   map[uint32]uint32 // flags in the master queue; nil: not read
	full    map[mapi.PropTag]mapi.PropValue
	ahead   ahead

	// Rows in the form they are sent in (see layout).
	encoded []cache.Found // without a record: the row needs its cells, and the ticket is there to keep it
	block   []cache.Row   // that are encoded
	needed  []cache.Row   // those of them that need their cells
	gaps    []gap         // of the row that was appended last
	record  []byte

	holds  bool    // records, so that there is something to let go of
	key    [8]byte // instance key of the last row that was asked for it
	fullOf int     // index of the row that full belongs to, + 1
}

// begin prepares the cells of rows.
func (t *table) begin(ctx context.Context, rows []cache.Row) (*page, error) {
	p := t.scratch
	p.t, p.ctx, p.rows, p.holds, p.within = t, ctx, rows, true, 0
	p.recs, p.kept, p.ids = p.recs[:0], p.kept[:0], p.ids[:0]
	clear(p.parents)
	clear(p.boxes)
	clear(p.access)
	clear(p.heads)
	p.queue, p.full, p.fullOf, p.ahead = nil, nil, 0, ahead{}
	p.describe(t.filled())
	return p, t.source.cells(ctx, p, rows)
}

// end lets go of the records, which would keep large parts of the cell cache in memory.
func (p *page) end() {
	if p.holds {
		clear(p.recs[:cap(p.recs)])
		clear(p.kept[:cap(p.kept)])
		clear(p.encoded[:cap(p.encoded)])
	}
	clear(p.parents)
	clear(p.boxes)
	clear(p.access)
	clear(p.heads)
	*p = page{
		ids: p.ids[:0], recs: p.recs[:0], kept: p.kept[:0],
		encoded: p.encoded[:0], block: p.block[:0], needed: p.needed[:0], gaps: p.gaps[:0], record: p.record[:0],
		parents: p.parents, boxes: p.boxes, access: p.access, heads: p.heads,
	}
}

// describe takes over what the cells depend on of the table's rows.
func (p *page) describe(rows *rowList) {
	p.levels, p.depths = 0, nil
	if rows == nil {
		return
	}
	p.depths = rows.depths
	if rows.groups != nil {
		p.levels = uint32(rows.groups.order.levels)
	}
}

// kindOf is what a row's own cells depend on.
func (p *page) kindOf(r cache.Row) rowKind {
	k := p.t.kind
	if p.levels > 0 {
		k.depth = p.levels
	}
	if d, ok := p.depths[r.ID]; ok {
		k.depth = d
	}
	return k
}

// objects is the cells of rows that are objects of the database.
func (p *page) objects(ctx context.Context, rows []cache.Row) (err error) {
	for _, r := range rows {
		if r.ID != 0 {
			p.ids = append(p.ids, r.ID)
		}
	}
	if p.recs, p.missed, err = p.t.svc.fetch(ctx, p.within, p.ids, p.recs); err != nil {
		return err
	}
	if len(p.ids) == len(rows) {
		return nil
	}
	p.headers()
	// Category rows have no object: put the records where their rows are.
	spread := make([]cache.Record, len(rows))
	next := 0
	for i, r := range rows {
		if r.ID != 0 {
			spread[i] = p.recs[next]
			next++
		}
	}
	p.recs = append(p.recs[:0], spread...)
	return nil
}

// exists reports whether row i still has something to show.
func (p *page) exists(i int) bool {
	switch {
	case len(p.kept) > 0:
		return p.kept[i] != nil
	case p.rows[i].ID == 0:
		_, ok := p.heads[p.rows[i].Order]
		return ok
	}
	return p.recs[i] != nil
}

// appendRow appends the encoded cells of row i, and notes where the cells of gaps are.
func (p *page) appendRow(dst []byte, i int, columns []mapi.PropTag, gaps []int) ([]byte, error) {
	start := len(dst)
	p.gaps = p.gaps[:0]
	dst = wire.AppendRowStart(dst, len(columns))
	for c, tag := range columns {
		from := len(dst)
		v, err := p.shown(i, tag)
		if err != nil {
			return nil, err
		}
		dst = wire.AppendPropVal(dst, v)
		if len(gaps) > 0 && gaps[0] == c {
			gaps = gaps[1:]
			p.gaps = append(p.gaps, gap{from - start, len(dst) - start})
		}
	}
	return wire.AppendRowEnd(dst), nil
}

// values are the cells of row i, for a notification.
func (p *page) values(i int, columns []mapi.PropTag) ([]mapi.PropValue, error) {
	row := make([]mapi.PropValue, len(columns))
	for c, tag := range columns {
		v, err := p.shown(i, tag)
		if err != nil {
			return nil, err
		}
		row[c] = v.Clone()
	}
	return row, nil
}

// shown is a cell as the client sees it: of the type it asked for, or an error cell.
func (p *page) shown(i int, tag mapi.PropTag) (mapi.PropValue, error) {
	v, ok, err := p.cell(i, tag)
	if err != nil {
		return v, err
	}
	if !ok {
		return mapi.Missing(tag), nil
	}
	t := tag.Type()
	if t&mapi.MVIFlag == mapi.MVIFlag {
		t = t.Base()
	}
	v.Tag = tag.WithType(t)
	return v, nil
}

// cell is a property of row i, valid until the next one is asked for. Strings and binaries are cut, except in a table without caps.
func (p *page) cell(i int, tag mapi.PropTag) (mapi.PropValue, bool, error) {
	r := p.rows[i]
	if len(p.kept) > 0 {
		v, ok := p.kept[i].cell(r, tag)
		return v, ok, nil
	}
	if r.ID == 0 {
		v, ok := p.headerCell(r, tag)
		return v, ok, nil
	}
	if tag == mapi.PrInstanceKey && p.recs[i] != nil { // in nearly every table: without an allocation
		binary.LittleEndian.PutUint32(p.key[:], r.ID)
		binary.LittleEndian.PutUint32(p.key[4:], r.Order)
		return mapi.Binary(tag, p.key[:]), true, nil
	}
	v, ok, err := p.objectCell(i, tag)
	if ok && !p.capped && p.t.noCap() && maybeCut(v) {
		whole, err := p.whole(i, p.t.columns)
		if err != nil {
			return v, false, err
		}
		if full, found := whole[tag.Canonical()]; found {
			v = full
		}
	}
	return v, ok, err
}
