package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// QueryTable opens a table and reads its first n rows, by one call. The table must be closed; its cursor stands behind those rows. With n 0
// it reads none.
func (s *Session) QueryTable(ctx context.Context, q TableQuery, n uint32) (t *Table, rows []mapi.Props, err error) {
	t = &Table{session: s}
	params := wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: nonNil(q.EntryID), TableType: q.Kind, Type: uint32(q.ObjectType), Flags: q.Flags},
		SetColumns: q.Columns, Restrict: q.Restrict,
	}
	if q.Sort != nil {
		params.Sort = &wire.TableSortParams{SortOrder: q.Sort}
	}
	if n > 0 {
		params.QueryRows = &wire.TableQueryRowsParams{Count: n}
	}
	var resp wire.TableMultiResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		t.logOn, resp.TableID = session, 0
		return &wire.TableMultiRequest{SessionID: session, Request: params}
	}, &resp, func() error {
		rows = rowsOf(resp.RowSet.Rows)
		return nil
	})
	t.id = resp.TableID
	if err != nil {
		if t.id != 0 { // what failed is a later step: the table is open
			t.Close(context.WithoutCancel(ctx))
		}
		return nil, nil, err
	}
	return t, rows, nil
}
