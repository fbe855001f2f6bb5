package client

import (
	"bytes"
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// Expand shows what is in a category: up to n of its rows are returned, the others are where the cursor is now. key is PR_INSTANCE_KEY of
// the category's row.
func (t *Table) Expand(ctx context.Context, key []byte, n uint32) (rows []mapi.Props, more uint32, err error) {
	var resp wire.TableExpandRowResponse
	err = t.call(ctx, &wire.TableExpandRowRequest{SessionID: t.logOn, TableID: t.id, InstanceKey: key, RowCount: n}, &resp, func() error {
		rows, more = rowsOf(resp.RowSet.Rows), resp.MoreRows
		return nil
	})
	return rows, more, err
}

// Collapse hides what is in a category and returns how many rows that are.
func (t *Table) Collapse(ctx context.Context, key []byte) (hidden uint32, err error) {
	var resp wire.TableCollapseRowResponse
	err = t.call(ctx, &wire.TableCollapseRowRequest{SessionID: t.logOn, TableID: t.id, InstanceKey: key}, &resp, func() error {
		hidden = resp.Rows
		return nil
	})
	return hidden, err
}

// CollapseState is which categories are expanded, for another table of the same order; key is PR_INSTANCE_KEY of a row to find again
// there.
func (t *Table) CollapseState(ctx context.Context, key []byte) (state []byte, err error) {
	var resp wire.TableGetCollapseStateResponse
	err = t.call(ctx, &wire.TableGetCollapseStateRequest{SessionID: t.logOn, TableID: t.id, Bookmark: nonNil(key)}, &resp, func() error {
		state = bytes.Clone(resp.CollapseState)
		return nil
	})
	return state, err
}

// SetCollapseState expands and collapses as in the table that the state is of, and returns a bookmark of the row that it names.
func (t *Table) SetCollapseState(ctx context.Context, state []byte) (bookmark uint32, err error) {
	var resp wire.TableSetCollapseStateResponse
	err = t.call(ctx, &wire.TableSetCollapseStateRequest{SessionID: t.logOn, TableID: t.id, CollapseState: state}, &resp, func() error {
		bookmark = resp.Bookmark
		return nil
	})
	return bookmark, err
}

// Bookmark marks the row at the cursor for Seek and FindRow, until the rows are sorted or restricted anew. POSITION_CHANGED of a Seek says that the
// row has moved, and the cursor to it; INVALID_BOOKMARK that it is gone.
func (t *Table) Bookmark(ctx context.Context) (bookmark uint32, err error) {
	var resp wire.TableBookmarkResponse
	err = t.call(ctx, &wire.TableCreateBookmarkRequest{SessionID: t.logOn, TableID: t.id}, &resp, func() error {
		bookmark = resp.Position
		return nil
	})
	return bookmark, err
}

// FreeBookmark forgets a bookmark; a table has at most a hundred.
func (t *Table) FreeBookmark(ctx context.Context, bookmark uint32) error {
	return t.call(ctx, &wire.TableFreeBookmarkRequest{SessionID: t.logOn, TableID: t.id, Position: bookmark}, new(wire.TableFreeBookmarkResponse), nil)
}

// AllColumns lists the columns for which the table's rows may have values.
func (t *Table) AllColumns(ctx context.Context) (tags []mapi.PropTag, err error) {
	var resp wire.TableQueryColumnsResponse
	err = t.call(ctx, &wire.TableQueryColumnsRequest{SessionID: t.logOn, TableID: t.id, Flags: mapi.QueryAllColumns}, &resp, func() error {
		tags = append(tags, resp.PropTagArray...)
		return nil
	})
	return tags, err
}
