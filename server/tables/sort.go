package tables

import (
	"context"

	"zarafa/mapi"
	"zarafa/mapi/restrict"
	"zarafa/server/session"
	"zarafa/wire"
)

// TableSort sets the order and the categories of a table (tables.md sections 6 and 8). The same order again only puts
// the cursor before the first row.
func (s *Service) TableSort(c *session.Call, req *wire.TableSortRequest, _ *wire.TableSortResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.sort(req.SortOrder, req.Categories, req.Expanded); err != nil {
			return err
		}
		return t.refill(ctx)
	})
}

func (t *table) sort(entries []mapi.SortOrder, categories, expanded uint32) error {
	if t.order.same(entries, categories, expanded) {
		t.cursor = place{}
		return nil
	}
	o, err := newOrder(entries, categories, expanded, t.locale)
	if err != nil {
		return err
	}
	if _, kept := t.source.(*keptSource); kept {
		o.levels, o.instance = 0, 0 // such rows are not grouped
	}
	t.release()
	t.mu.Lock()
	t.order = o
	t.mu.Unlock()
	t.reset()
	return nil
}

// TableRestrict shows only the rows that satisfy a restriction, or all (tables.md section 9).
func (s *Service) TableRestrict(c *session.Call, req *wire.TableRestrictRequest, _ *wire.TableRestrictResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.restrict(req.Restrict); err != nil {
			return err
		}
		return t.refill(ctx)
	})
}

func (t *table) restrict(r *mapi.Restriction) error {
	if r == nil {
		if t.filter != nil {
			t.setFilter(nil)
		}
		return nil
	}
	filter, err := restrict.Compile(r, t.locale)
	if err != nil {
		return err
	}
	t.setFilter(filter)
	return nil
}

func (t *table) setFilter(f *restrict.Filter) {
	t.release()
	t.mu.Lock()
	t.filter = f
	t.mu.Unlock()
	t.reset()
}
