package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// TableExpandRow shows the next level below a category (tables.md section 8).
func (s *Service) TableExpandRow(c *session.Call, req *wire.TableExpandRowRequest, resp *wire.TableExpandRowResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		rows, header, err := t.expand(req.InstanceKey)
		if err != nil {
			return err
		}
		give := int(min(int64(req.RowCount), int64(len(rows))))
		p, err := t.begin(ctx, rows[:give])
		if err != nil {
			return err
		}
		for i := range p.rows {
			if !p.exists(i) {
				continue
			}
			if resp.RowSet.Raw, err = p.appendRow(resp.RowSet.Raw, i, t.columns, nil); err != nil {
				return err
			}
			resp.RowSet.RawCount++
		}
		resp.MoreRows = uint32(len(rows) - give)
		t.cursorBehind(rows, give, header)
		return nil
	})
}

// cursorBehind puts the cursor where the rows that did not fit into an answer go on.
func (t *table) cursorBehind(rows []cache.Row, given int, header cache.Row) {
	snap := t.snapshot()
	if given < len(rows) {
		if i, ok := snap.Rank(rows[given]); ok {
			t.cursor = placeAt(snap, i, nil)
		}
		return
	}
	last := header
	if given > 0 {
		last = rows[given-1]
	}
	if i, ok := snap.Rank(last); ok {
		t.cursor = placeAt(snap, i+1, nil)
	}
}

// visibleHeader finds the category of an instance key; the caller holds mu.
func (t *table) visibleHeader(key []byte) (*categories, *category, error) {
	r, ok := instanceRow(key)
	if !ok {
		return nil, nil, mapi.Errorf(mapi.InvalidParameter, "table", "an instance key of %d bytes", len(key))
	}
	if t.rows == nil || t.rows.groups == nil || r.ID != 0 {
		return nil, nil, mapi.NotFound
	}
	c := t.rows.groups.byNumber[r.Order]
	if c == nil || !c.shown() {
		return nil, nil, mapi.NotFound
	}
	return t.rows.groups, c, nil
}

// expand shows the children of a header and returns them in order.
func (t *table) expand(key []byte) (rows []cache.Row, header cache.Row, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, c, err := t.visibleHeader(key)
	if err != nil {
		return nil, header, err
	}
	return g.expand(c), c.row(), nil
}

func (g *categories) expand(c *category) (rows []cache.Row) {
	c.expanded = true
	g.below(c, func(r cache.Row) {
		if r.ID == 0 {
			if g.byNumber[r.Order].parent == c {
				rows = append(rows, r)
			}
		} else if g.leaves[r].in == c {
			rows = append(rows, r)
		}
	})
	for _, r := range rows {
		key, _ := g.isShown(r)
		g.visible.Put(r, key)
	}
	return rows
}

// TableCollapseRow hides everything below a category.
func (s *Service) TableCollapseRow(c *session.Call, req *wire.TableCollapseRowRequest, resp *wire.TableCollapseRowResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		g, header, err := t.visibleHeader(req.InstanceKey)
		if err == nil {
			resp.Rows = g.collapse(header)
		}
		return err
	})
}

// collapse returns how many rows lie below the header, hidden before or not.
func (g *categories) collapse(c *category) (n uint32) {
	c.expanded = false
	g.below(c, func(r cache.Row) {
		n++
		if r.ID == 0 {
			g.byNumber[r.Order].expanded = false
		}
		g.visible.Delete(r)
	})
	return n
}
