package tables

import (
	"encoding/binary"
	"sync"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/wire"
)

// Limits of encoded rows.
const (
	maxLayouts       = 256 // layouts with a number; after that they are numbered anew
	maxLayoutColumns = 256 // a wider row is not kept
	maxEncodedRow    = 32 << 10
	layoutNumber     = 4 // bytes of the layout's number before an encoded row
	gapOffset        = 4 // bytes of the place of a gap
)

// layout is what the encoded form of a row depends on beside its object: the columns, and what kind of row it is.
//
// A kept row is the layout's number, the places of its gaps, and the XML with the cells of the gaps left out. A gap is a
// cell that depends on the caller or on other objects; it is made anew for each answer.
type layout struct {
	number uint32
	kind   cache.Kind
	gaps   []int // indexes of columns, ascending
}

// layouts gives layouts their numbers. Several share a kind of the cell cache: the number in front of a row tells
// whose it is, and the newest takes the place of the others.
type layouts struct {
	mu    sync.Mutex
	last  uint32
	known map[string]*layout
}

// find is the layout of rows; nil if such rows are not kept.
func (l *layouts) find(kind rowKind, columns []mapi.PropTag) *layout {
	if len(columns) > maxLayoutColumns {
		return nil
	}
	name := make([]byte, 0, 8+4*len(columns))
	name = binary.LittleEndian.AppendUint32(name, uint32(kind.objType))
	name = binary.LittleEndian.AppendUint32(name, kind.depth)
	var gaps []int
	for i, tag := range columns {
		if tag.Type()&mapi.MVIFlag == mapi.MVIFlag {
			return nil // a row is not its object's only one
		}
		if dependent(tag.Canonical()) {
			gaps = append(gaps, i)
		}
		name = binary.LittleEndian.AppendUint32(name, uint32(tag))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if found := l.known[string(name)]; found != nil {
		return found
	}
	if l.known == nil || len(l.known) >= maxLayouts {
		l.known = make(map[string]*layout)
	}
	l.last++
	made := &layout{number: l.last, kind: cache.KindRow + cache.Kind(l.last%uint32(cache.RowKinds)), gaps: gaps}
	l.known[string(name)] = made
	return made
}

// dependent reports whether a cell depends on more than its object and what cannot change for it: on the caller, on
// locks, or on other objects.
func dependent(tag mapi.PropTag) bool {
	switch tag {
	case mapi.PrParentDisplay, mapi.PrParentSourceKey, mapi.PrAccess, mapi.PrAccessLevel, mapi.PrRights,
		mapi.PrUserName, mapi.PrUserEntryID, mapi.PrMailboxOwnerName, mapi.PrMailboxOwnerEntryID, mapi.PrECMailboxOwnerAccount,
		mapi.PrSubmitFlags, mapi.PrECOutgoingFlags, mapi.PrHighestModificationNumber:
		return true
	}
	return false
}

// kept is the encoded row of a record that the cell cache has, nil if it is another layout's.
func (l *layout) kept(rec cache.Record) cache.Record {
	if len(rec) < layoutNumber+gapOffset*len(l.gaps) || binary.LittleEndian.Uint32(rec) != l.number {
		return nil
	}
	return rec[layoutNumber:]
}

// layout is the one of the table's rows, nil if they are not kept encoded: rows whose cells depend on the table's own
// categories or depths, or that show more of a value than the cell cache has.
func (p *page) layout() *layout {
	t := p.t
	switch t.source.(type) {
	case *folderSource, *searchSource:
	default:
		return nil // ids of rows may be those of something else
	}
	if t.noCap() || p.levels > 0 || p.depths != nil {
		return nil
	}
	if t.layout == nil {
		t.layout = t.svc.layouts.find(t.kind, t.columns)
	}
	return t.layout
}

// lookUp finds the rows of a page that are there in encoded form. What is left needs cells.
func (p *page) lookUp(rows []cache.Row) (needed []cache.Row) {
	l := p.layout()
	p.encoded, p.needed = p.encoded[:0], p.needed[:0]
	if l == nil {
		p.encoded = append(p.encoded, make([]cache.Found, len(rows))...)
		return rows
	}
	p.ids = p.ids[:0]
	for _, r := range rows {
		p.ids = append(p.ids, r.ID)
	}
	cells := p.t.svc.Cells
	p.holds = true
	p.encoded = cells.GetAll(p.encoded, p.ids, l.kind)
	for i, r := range rows {
		e := &p.encoded[i]
		switch {
		case r.Order != 0:
			*e = cache.Found{}
		case e.Record != nil:
			if e.Record = l.kept(e.Record); e.Record == nil {
				e.Ticket = cells.Ticket(r.ID)
			}
		}
		if e.Record == nil || len(l.gaps) > 0 {
			p.needed = append(p.needed, r)
		}
	}
	return p.needed
}

// appendKept appends a row that was found encoded; i is its index among the rows that have cells, if it has gaps.
func (p *page) appendKept(dst, row []byte, i int) ([]byte, error) {
	gaps := p.t.layout.gaps
	text := row[gapOffset*len(gaps):]
	from := 0
	for n, column := range gaps {
		to := min(int(binary.LittleEndian.Uint32(row[n*gapOffset:])), len(text))
		dst = append(dst, text[from:max(from, to)]...)
		from = max(from, to)
		v, err := p.shown(i, p.t.columns[column])
		if err != nil {
			return nil, err
		}
		dst = wire.AppendPropVal(dst, v)
	}
	return append(dst, text[from:]...), nil
}

// keep puts a row that has just been appended into the cell cache, without the cells at p.gaps.
func (p *page) keep(id uint32, ticket cache.Ticket, row []byte) {
	l := p.t.layout
	if len(row) > maxEncodedRow {
		return
	}
	b := binary.LittleEndian.AppendUint32(p.record[:0], l.number)
	removed := 0
	for _, g := range p.gaps {
		b = binary.LittleEndian.AppendUint32(b, uint32(g.from-removed))
		removed += g.to - g.from
	}
	from := 0
	for _, g := range p.gaps {
		b = append(b, row[from:g.from]...)
		from = g.to
	}
	p.record = append(b, row[from:]...)
	p.t.svc.Cells.PutKind(ticket, id, l.kind, p.record)
}

// gap is where a cell lies in an encoded row.
type gap struct{ from, to int }
