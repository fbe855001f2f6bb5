package tables

import (
	"zarafa/cache"
	"zarafa/mapi"
)

// headers copies the categories of those rows of a page that are headers, since the feed may change them at any time.
func (p *page) headers() {
	if !p.holdsMu {
		p.t.mu.Lock()
		defer p.t.mu.Unlock()
	}
	if p.t.rows == nil || p.t.rows.groups == nil {
		return
	}
	if p.heads == nil {
		p.heads = make(map[uint32]category)
	}
	for _, r := range p.rows {
		if r.ID != 0 {
			continue
		}
		if c := p.t.rows.groups.byNumber[r.Order]; c != nil {
			p.heads[c.number] = *c
		}
	}
}

// headerCell is a cell of a category's row; all columns but these are missing.
func (p *page) headerCell(r cache.Row, tag mapi.PropTag) (mapi.PropValue, bool) {
	c, ok := p.heads[r.Order]
	if !ok {
		return mapi.PropValue{}, false
	}
	switch tag {
	case mapi.PrInstanceKey:
		return mapi.Binary(tag, mapi.InstanceKey(r.ID, r.Order)), true
	case mapi.PrRowType:
		if c.expanded {
			return mapi.Long(tag, mapi.RowExpanded), true
		}
		return mapi.Long(tag, mapi.RowCollapsed), true
	case mapi.PrDepth:
		return mapi.Long(tag, uint32(c.level)), true
	case mapi.PrContentCount:
		return mapi.Long(tag, c.leafs), true
	case mapi.PrContentUnread:
		return mapi.Long(tag, c.unread), true
	}
	single := tag.WithType(tag.Type().Base()).Canonical()
	for _, v := range c.cells {
		if !v.IsError() && v.Tag.Canonical() == single {
			return v, true
		}
	}
	if c.limit.Tag != 0 && c.limit.Tag.Canonical() == single { // a part of its sort key too
		return c.limit, true
	}
	return mapi.PropValue{}, false
}
