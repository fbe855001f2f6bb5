package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// rowsPerFetch is how many rows EachRow asks for at a time.
const rowsPerFetch = 500

// TableQuery says which table to open and how (tables.md section 2).
type TableQuery struct {
	Kind       uint32 // mapi.TableMS and others
	EntryID    mapi.EntryID
	ObjectType mapi.ObjectType // TypeMessage for contents, TypeFolder for the hierarchy
	Flags      uint32          // mapi.OpenUnicode, mapi.OpenAssociated and others
	Columns    []mapi.PropTag
	Restrict   *mapi.Restriction
	Sort       []mapi.SortOrder
}

// Table is an open table. It belongs to one session of the server: when the client had to log on again the table is
// gone and its calls fail with END_OF_SESSION. It has one cursor, so goroutines must not share it.
type Table struct {
	session *Session
	logOn   uint64
	id      uint32
}

// OpenTable opens a table; it must be closed.
func (s *Session) OpenTable(ctx context.Context, q TableQuery) (*Table, error) {
	t := &Table{session: s}
	var resp wire.TableOpenResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		t.logOn = session
		return &wire.TableOpenRequest{
			SessionID: session, EntryID: nonNil(q.EntryID), TableType: q.Kind, Type: uint32(q.ObjectType), Flags: q.Flags,
		}
	}, &resp, func() error { t.id = resp.TableID; return nil })
	if err != nil {
		return nil, err
	}
	if err := t.configure(ctx, q); err != nil {
		t.Close(ctx)
		return nil, err
	}
	return t, nil
}

func (t *Table) configure(ctx context.Context, q TableQuery) error {
	params := wire.TableMultiParams{TableID: t.id, SetColumns: q.Columns, Restrict: q.Restrict}
	if q.Sort != nil {
		params.Sort = &wire.TableSortParams{SortOrder: q.Sort}
	}
	if q.Columns == nil && q.Restrict == nil && q.Sort == nil {
		return nil
	}
	return t.call(ctx, &wire.TableMultiRequest{SessionID: t.logOn, Request: params}, new(wire.TableMultiResponse), nil)
}

// call makes a call in the session that the table was opened in.
func (t *Table) call(ctx context.Context, req wire.Request, resp wire.Response, read func() error) error {
	return t.session.exchange(ctx, req, resp, read)
}

// SetColumns chooses the columns of the rows to come.
func (t *Table) SetColumns(ctx context.Context, columns ...mapi.PropTag) error {
	return t.call(ctx, &wire.TableSetColumnsRequest{SessionID: t.logOn, TableID: t.id, PropTag: columns}, new(wire.TableSetColumnsResponse), nil)
}

// Sort orders the rows and moves the cursor to the first.
func (t *Table) Sort(ctx context.Context, order ...mapi.SortOrder) error {
	return t.call(ctx, &wire.TableSortRequest{SessionID: t.logOn, TableID: t.id, SortOrder: order}, new(wire.TableSortResponse), nil)
}

// Group is Sort with the rows in categories: the first columns of the order are their levels, of which the first expanded ones
// show what is in them (tables.md section 8).
func (t *Table) Group(ctx context.Context, categories, expanded uint32, order ...mapi.SortOrder) error {
	return t.call(ctx, &wire.TableSortRequest{
		SessionID: t.logOn, TableID: t.id, SortOrder: order, Categories: categories, Expanded: expanded,
	}, new(wire.TableSortResponse), nil)
}

// Restrict shows the rows that meet a condition only, all of them for nil, and moves the cursor to the first.
func (t *Table) Restrict(ctx context.Context, r *mapi.Restriction) error {
	return t.call(ctx, &wire.TableRestrictRequest{SessionID: t.logOn, TableID: t.id, Restrict: r}, new(wire.TableRestrictResponse), nil)
}

// RowCount is how many rows there are and at which one the cursor stands.
func (t *Table) RowCount(ctx context.Context) (count, position uint32, err error) {
	var resp wire.TableGetRowCountResponse
	err = t.call(ctx, &wire.TableGetRowCountRequest{SessionID: t.logOn, TableID: t.id}, &resp, func() error {
		count, position = resp.Count, resp.Row
		return nil
	})
	return count, position, err
}

// Origins of [Table.Seek], which are also the predefined bookmarks (tables.md section 5).
const (
	BookmarkBeginning = mapi.BookmarkBeginning
	BookmarkCurrent   = mapi.BookmarkCurrent
	BookmarkEnd       = mapi.BookmarkEnd
)

// Seek moves the cursor by rows from a bookmark and returns by how many it did.
func (t *Table) Seek(ctx context.Context, from uint32, rows int32) (moved int32, err error) {
	var resp wire.TableSeekRowResponse
	err = t.call(ctx, &wire.TableSeekRowRequest{SessionID: t.logOn, TableID: t.id, Bookmark: from, RowCount: rows}, &resp, func() error {
		moved = resp.RowsSought
		return nil
	})
	return moved, err
}

// FindRow moves the cursor to the next row that meets a condition; without one the error carries NOT_FOUND.
func (t *Table) FindRow(ctx context.Context, from uint32, r *mapi.Restriction) error {
	return t.call(ctx, &wire.TableFindRowRequest{SessionID: t.logOn, TableID: t.id, Bookmark: from, Restrict: r}, new(wire.TableFindRowResponse), nil)
}

// Rows reads up to n rows from the cursor on and moves it behind them. No rows mean the end of the table.
func (t *Table) Rows(ctx context.Context, n uint32) (rows []mapi.Props, err error) {
	var resp wire.TableQueryRowsResponse
	err = t.call(ctx, &wire.TableQueryRowsRequest{SessionID: t.logOn, TableID: t.id, RowCount: n}, &resp, func() error {
		rows = rowsOf(resp.RowSet.Rows)
		return nil
	})
	return rows, err
}

// BoundedRows is Rows, but gives fewer rows than n if they would be more than some MiB together, at least one. No rows mean the end of the table. With
// mapi.OpenNoCap in the table's flags values are whole, those of up to 16 MiB: so the bodies of a whole folder (mapi.PrECIMAPEmail) are read in few calls
// and bounded memory, in the order of the table. It needs [Session.Gateway]; of other servers it is Rows.
func (t *Table) BoundedRows(ctx context.Context, n uint32) (rows []mapi.Props, err error) {
	req := &wire.TableQueryRowsRequest{SessionID: t.logOn, TableID: t.id, RowCount: n}
	if t.session.Gateway() {
		req.Flags = mapi.QueryBounded
	}
	var resp wire.TableQueryRowsResponse
	err = t.call(ctx, req, &resp, func() error {
		rows = rowsOf(resp.RowSet.Rows)
		return nil
	})
	return rows, err
}

func rowsOf(list [][]mapi.PropValue) []mapi.Props {
	rows := make([]mapi.Props, len(list))
	for i, row := range list {
		rows[i] = mapi.CloneProps(row)
	}
	return rows
}

// Close frees the table in the server.
func (t *Table) Close(ctx context.Context) error {
	return t.call(ctx, &wire.TableCloseRequest{SessionID: t.logOn, TableID: t.id}, new(wire.TableCloseResponse), nil)
}

// EachRow opens a table, shows visit all its rows, and closes it. An error of visit ends it.
func (s *Session) EachRow(ctx context.Context, q TableQuery, visit func(mapi.Props) error) error {
	t, err := s.OpenTable(ctx, q)
	if err != nil {
		return err
	}
	defer t.Close(context.WithoutCancel(ctx))
	for {
		rows, err := t.Rows(ctx, rowsPerFetch)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := visit(row); err != nil {
				return err
			}
		}
	}
}
