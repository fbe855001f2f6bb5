package storage

import "context"

// PageSize is how many rows or references are in memory at a time when a folder is gone through and nothing else is said.
const PageSize = 256

// RowPages gives fn the rows that a query selects by their parent, ascending, in pages of q.Limit (0: PageSize). Each is a statement of
// its own, so what fn does may take long, and may change what the pages are made of: an object that comes or goes meanwhile is
// given or not. The slice is fn's until it returns, the rows are for longer.
func RowPages(ctx context.Context, from ObjectReader, q RowQuery, fn func([]*Row) error) error {
	var page []*Row
	return pages(q, func(q RowQuery) (int, uint32, error) {
		page = page[:0]
		err := from.Rows(ctx, q, func(r *Row) error { page = append(page, r); return nil })
		if err != nil || len(page) == 0 {
			return 0, 0, err
		}
		n, last := len(page), page[len(page)-1].ID
		return n, last, fn(page)
	})
}

// RefPages is RowPages for references.
func RefPages(ctx context.Context, from ObjectReader, q RowQuery, fn func([]Ref) error) error {
	return pages(q, func(q RowQuery) (int, uint32, error) {
		page, err := from.Refs(ctx, q)
		if err != nil || len(page) == 0 {
			return 0, 0, err
		}
		n, last := len(page), page[len(page)-1].ID
		return n, last, fn(page)
	})
}

// pages asks for one page after the other; next says how long it is and with which id it ends.
func pages(q RowQuery, next func(RowQuery) (n int, last uint32, err error)) error {
	if q.Limit == 0 {
		q.Limit = PageSize
	}
	for {
		n, last, err := next(q)
		if err != nil || n < q.Limit {
			return err
		}
		q.After = last
	}
}
