package tables

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// TableMulti does several things to a table in one call: open, sort, set columns, restrict, query rows, in this order.
// The first that fails ends it; a table that was opened stays open (tables.md section 3).
func (s *Service) TableMulti(c *session.Call, req *wire.TableMultiRequest, resp *wire.TableMultiResponse) error {
	r := &req.Request
	id := r.TableID
	if r.Open != nil {
		t, err := s.open(c, *r.Open)
		if err != nil {
			return err
		}
		id, resp.TableID = t.id, t.id
	}
	return s.with(c, id, func(ctx context.Context, t *table) error {
		if err := t.arrange(ctx, r); err != nil {
			return err
		}
		if r.QueryRows == nil {
			return nil
		}
		return t.queryRows(ctx, c, r.QueryRows.Count, r.QueryRows.Flags, &resp.RowSet)
	})
}

func (t *table) arrange(ctx context.Context, r *wire.TableMultiParams) error {
	if r.Sort != nil {
		if err := t.sort(r.Sort.SortOrder, r.Sort.Categories, r.Sort.Expanded); err != nil {
			return err
		}
	}
	if r.SetColumns != nil {
		if err := t.setColumns(ctx, r.SetColumns); err != nil {
			return err
		}
	}
	if r.Restrict != nil || r.Flags&mapi.MultiClearRestriction != 0 {
		if err := t.restrict(r.Restrict); err != nil {
			return err
		}
	}
	return t.refill(ctx)
}
