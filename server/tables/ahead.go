package tables

import (
	"zarafa/mapi"
	"zarafa/storage"
)

// Limits of what is read ahead for the rows of a table without caps.
const (
	aheadRows  = 128
	aheadBytes = 4 << 20 // of values that lie outside of their objects
)

// ahead are the whole values of the rows from one on, which were read together: a folder's mails cost a few statements for a hundred, not three
// for each.
type ahead struct {
	from, to int // rows
	values   map[int]map[mapi.PropTag]mapi.PropValue
}

// readAhead reads the whole values of the rows from i on, as many as fit. Row i is not among them if its values are too large for that.
func (p *page) readAhead(i int, tags []mapi.PropTag) error {
	p.ahead = ahead{from: i, to: i, values: make(map[int]map[mapi.PropTag]mapi.PropValue)}
	store := p.recs[i].Header().Store
	rows := make(map[uint32][]int) // by object: one with several instances has several rows
	want := make(map[int][]mapi.PropTag)
	var ids []uint32
	to := min(i+aheadRows, len(p.rows))
	for j := i; j < to; j++ {
		rec := p.recs[j]
		if rec == nil || rec.Header().Kinds&hasCut == 0 {
			continue
		}
		if rec.Header().Store != store {
			to = j
			break
		}
		if want[j] = wantedWhole(rec, tags); len(want[j]) > 0 {
			ids = append(ids, p.rows[j].ID)
			rows[p.rows[j].ID] = append(rows[p.rows[j].ID], j)
		}
	}
	lobs := make(map[int][]storage.LobRef)
	err := p.t.svc.Store.LongValues(p.ctx, store, ids, func(id uint32, props mapi.Props, refs []storage.LobRef) error {
		for _, j := range rows[id] {
			for _, tag := range want[j] {
				if v, ok := props.Get(tag); ok {
					p.setAhead(j, tag, v)
				}
				for _, ref := range refs {
					if ref.Tag.Canonical() == tag {
						lobs[j] = append(lobs[j], ref)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.readLobsAhead(i, to, lobs)
}

// readLobsAhead reads the values outside of their objects of the rows from one to another, up to the limit.
func (p *page) readLobsAhead(from, to int, lobs map[int][]storage.LobRef) error {
	size, contents := int64(0), make(map[uint32][]byte)
	var instances []uint32
	for j := from; j < to; j++ {
		for _, ref := range lobs[j] {
			size += ref.Size
		}
		if size > aheadBytes {
			break
		}
		for _, ref := range lobs[j] {
			if _, twice := contents[ref.Instance]; !twice {
				instances = append(instances, ref.Instance)
				contents[ref.Instance] = make([]byte, 0, ref.Size)
			}
		}
		p.ahead.to = j + 1
	}
	if err := p.t.svc.Store.LobContents(p.ctx, instances, func(instance uint32, piece []byte) error {
		contents[instance] = append(contents[instance], piece...)
		return nil
	}); err != nil {
		return err
	}
	for j := p.ahead.from; j < p.ahead.to; j++ {
		for _, ref := range lobs[j] {
			if b := contents[ref.Instance]; int64(len(b)) == ref.Size { // else it was replaced meanwhile, and the row shows how it began
				p.setAhead(j, ref.Tag.Canonical(), mapi.Binary(ref.Tag.Canonical(), b))
			}
		}
	}
	return nil
}

func (p *page) setAhead(row int, tag mapi.PropTag, v mapi.PropValue) {
	if p.ahead.values[row] == nil {
		p.ahead.values[row] = make(map[mapi.PropTag]mapi.PropValue)
	}
	p.ahead.values[row][tag] = v
}

// whole are the uncut values of row i. Rows that come behind it are read with it.
func (p *page) whole(i int, tags []mapi.PropTag) (full map[mapi.PropTag]mapi.PropValue, err error) {
	if p.fullOf == i+1 {
		return p.full, nil
	}
	if i+1 < len(p.rows) && (i < p.ahead.from || i >= p.ahead.to) && len(wantedWhole(p.recs[i], tags)) > 0 {
		if err := p.readAhead(i, tags); err != nil {
			return nil, err
		}
	}
	if i >= p.ahead.from && i < p.ahead.to {
		p.full = p.ahead.values[i]
	} else if p.full, err = p.t.svc.uncut(p.ctx, p.rows[i].ID, p.recs[i], tags); err != nil {
		return nil, err
	}
	p.fullOf = i + 1
	return p.full, nil
}
