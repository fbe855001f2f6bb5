package tables

import (
	"bytes"
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// TableGetCollapseState gives which categories are expanded, and the cells of the row with the given
// instance key, as a document for TableSetCollapseState (tables.md section 8).
func (s *Service) TableGetCollapseState(c *session.Call, req *wire.TableGetCollapseStateRequest, resp *wire.TableGetCollapseStateResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		state := wire.CollapseState{CategoryStates: t.categoryStates()}
		if len(req.Bookmark) > 0 {
			cells, err := t.rowCells(ctx, req.Bookmark)
			if err != nil {
				return err
			}
			state.BookMarkProps = cells
		}
		resp.CollapseState = wire.AppendCollapseState(nil, &state)
		return nil
	})
}

// categoryStates is one entry for each category, in the order of their numbers.
func (t *table) categoryStates() (list []wire.CategoryState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil || t.rows.groups == nil {
		return nil
	}
	g := t.rows.groups
	for n := uint32(1); n <= g.last; n++ {
		if c := g.byNumber[n]; c != nil {
			state := wire.CategoryState{Props: mapi.CloneProps(c.cells)}
			if c.expanded {
				state.Expanded = 1
			}
			list = append(list, state)
		}
	}
	return list
}

// rowCells are the cells of the visible row with an instance key, none if there is no such row.
func (t *table) rowCells(ctx context.Context, key []byte) ([]mapi.PropValue, error) {
	r, ok := instanceRow(key)
	if !ok {
		return nil, mapi.Errorf(mapi.InvalidParameter, "tableGetCollapseState", "an instance key of %d bytes", len(key))
	}
	if _, ok := t.snapshot().Rank(r); !ok {
		return nil, nil
	}
	p, err := t.begin(ctx, []cache.Row{r})
	if err != nil || !p.exists(0) {
		return nil, err
	}
	return p.values(0, t.columns)
}

// collapseStateLimits bound the document that a client sends back.
func collapseStateLimits() wire.Limits { return wire.ServerLimits() }

// TableSetCollapseState expands and collapses the categories that the document knows, and makes a bookmark at the
// row that it names, or at the first behind it.
func (s *Service) TableSetCollapseState(c *session.Call, req *wire.TableSetCollapseStateRequest, resp *wire.TableSetCollapseStateResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		d := wire.NewDecoder(collapseStateLimits())
		d.Reset(req.CollapseState)
		state, err := wire.DecodeCollapseState(d)
		if err != nil {
			return mapi.Errorf(mapi.InvalidParameter, "tableSetCollapseState", "not a collapse state: %w", err)
		}
		t.restoreCategories(state.CategoryStates)
		snap := t.snapshot()
		resp.Bookmark, err = t.addBookmark(snap, t.notLess(snap, state.BookMarkProps))
		return err
	})
}

func (t *table) restoreCategories(list []wire.CategoryState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil || t.rows.groups == nil {
		return
	}
	g := t.rows.groups
	for _, state := range list { // parents come before their children, because their numbers are lower
		c := g.byValue[string(g.valueOf(state.Props))]
		switch {
		case c == nil || (state.Expanded != 0) == c.expanded || !c.shown():
		case state.Expanded != 0:
			g.expand(c)
		default:
			g.collapse(c)
		}
	}
}

// valueOf is what identifies the category that has these sort properties.
func (g *categories) valueOf(props mapi.Props) (value []byte) {
	for i, c := range g.order.columns[:min(len(props), g.order.levels)] {
		value = g.order.columnKey(value, c, func(tag mapi.PropTag) (mapi.PropValue, bool) {
			return props[i], !props[i].IsError()
		})
	}
	return value
}

// notLess is the index of the first row that is not before the one with these cells.
func (t *table) notLess(snap cache.Snapshot, cells mapi.Props) int {
	if len(cells) == 0 {
		return 0
	}
	if r, ok := instanceRow(cells.Bytes(mapi.PrInstanceKey)); ok {
		if i, ok := snap.Rank(r); ok {
			return i
		}
	}
	if len(t.order.columns) == 0 || t.order.extreme != nil {
		return 0
	}
	key := t.order.key(nil, cache.Row{}, func(tag mapi.PropTag) (mapi.PropValue, bool) {
		return cells.Get(tag.WithType(tag.Type().Base()))
	})
	return snap.Search(bytes.Clone(key))
}
