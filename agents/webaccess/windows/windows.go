// Package windows reads windows of folders: some rows from a place in a list of any length.
//
// A [Set] keeps the tables that a session looks at open in the server, the least recently used one going first, so that scrolling costs a few calls whose
// cost does not depend on the length of the list. A set may be used by several goroutines; those that read the same table take turns.
//
// It refuses nothing: a table that the server has lost is opened anew.
package windows

import (
	"context"
	"sync"

	"zarafa/client"
	"zarafa/mapi"
)

// kept is how many tables a set keeps open.
const kept = 8

// Query says which list is meant.
type Query struct {
	client.TableQuery
	Session *client.Session
	// Name is the same for the same list: folder, order and filter. Keep tells two queries of one list apart whose restrictions differ.
	Name, Keep string
}

// Place says where a window begins. Without anything it is the first row.
type Place struct {
	At int
	// Key is PR_INSTANCE_KEY of a row, with Before rows in front of it.
	Key    []byte
	Before int
	// Date begins with the first row at or behind a time, by the first column of the order.
	Date mapi.FileTime
}

// Window is some rows of a list.
type Window struct {
	Total, At int
	Rows      []mapi.Props
}

// Set are the open tables of a session.
type Set struct {
	mu     sync.Mutex
	tables []*table // the one used last first
}

// NewSet makes an empty set.
func NewSet() *Set { return new(Set) }

// table is an open table, or one to be opened.
type table struct {
	mu   sync.Mutex
	name string
	keep string
	open *client.Table
}

// Read reads up to n rows. A list that is not open costs at most four calls, whatever its length and whatever the place is, except that a date costs two calls
// for each time that the list can be halved, and a row that is gone one more; a list that is open costs one less.
func (s *Set) Read(ctx context.Context, q Query, p Place, n int) (Window, error) {
	t, out := s.table(q.Name)
	if out != nil {
		go out.close(context.WithoutCancel(ctx)) // the rows do not wait for it
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	lost := t.open != nil
	w, err := t.read(ctx, q, p, n)
	if err != nil && lost && t.open == nil {
		w, err = t.read(ctx, q, p, n) // as a list that is opened for the first time
	}
	return w, err
}

// table finds or makes a table, and says which one has to go for it.
func (s *Set) table(name string) (t, out *table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, u := range s.tables {
		if u.name == name {
			copy(s.tables[1:], s.tables[:i])
			s.tables[0] = u
			return u, nil
		}
	}
	t = &table{name: name}
	s.tables = append([]*table{t}, s.tables...)
	if len(s.tables) > kept {
		out = s.tables[kept]
		s.tables = s.tables[:kept:kept]
	}
	return t, out
}

// Clear closes all tables.
func (s *Set) Clear(ctx context.Context) {
	s.mu.Lock()
	tables := s.tables
	s.tables = nil
	s.mu.Unlock()
	for _, t := range tables {
		t.close(ctx)
	}
}

func (t *table) close(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(ctx)
}

// drop closes the table in the server, if it is there still.
func (t *table) drop(ctx context.Context) {
	if t.open != nil {
		_ = t.open.Close(ctx) // it ends with the session at the latest
		t.open = nil
	}
}

// read reads a window; after an error the table is not open.
func (t *table) read(ctx context.Context, q Query, p Place, n int) (w Window, err error) {
	defer func() {
		if err != nil {
			t.drop(context.WithoutCancel(ctx))
		}
	}()
	if t.open == nil {
		return t.begin(ctx, q, p, n)
	}
	if t.keep != q.Keep {
		if err := t.open.Restrict(ctx, q.Restrict); err != nil {
			return w, err
		}
		t.keep = q.Keep
	}
	if p.Key != nil {
		if w, found, err := t.atKey(ctx, p.Key, p.Before, n); found || err != nil {
			return w, err
		}
	}
	return t.atPlace(ctx, q, p, n)
}

// begin opens the table and reads a window of it.
func (t *table) begin(ctx context.Context, q Query, p Place, n int) (w Window, err error) {
	first := p.At == 0 && p.Key == nil && p.Date == 0
	rows := 0
	if first {
		rows = n
	}
	if t.open, w.Rows, err = q.Session.QueryTable(ctx, q.TableQuery, uint32(rows)); err != nil {
		return w, err
	}
	t.keep = q.Keep
	if first {
		count, _, err := t.open.RowCount(ctx)
		w.Total = int(count)
		return w, err
	}
	if p.Key != nil { // moving in front of the row would be the fifth call
		if w, found, err := t.atKey(ctx, p.Key, 0, n); found || err != nil {
			return w, err
		}
	}
	return t.atPlace(ctx, q, p, n)
}

// atKey reads from a row on.
func (t *table) atKey(ctx context.Context, key []byte, before, n int) (w Window, found bool, err error) {
	v := mapi.Binary(mapi.PrInstanceKey, key)
	err = t.open.FindRow(ctx, client.BookmarkBeginning, &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: v.Tag, Value: &v})
	if client.IsNotFound(err) {
		return w, false, nil
	}
	if err != nil {
		return w, false, err
	}
	if before > 0 {
		if _, err := t.open.Seek(ctx, client.BookmarkCurrent, int32(-before)); err != nil {
			return w, false, err
		}
	}
	if w.Rows, err = t.open.Rows(ctx, uint32(n)); err != nil {
		return w, false, err
	}
	count, position, err := t.open.RowCount(ctx)
	w.Total, w.At = int(count), int(position)-len(w.Rows)
	return w, err == nil, err
}

// atPlace reads from a number or a date on. Behind the end it reads the last rows.
func (t *table) atPlace(ctx context.Context, q Query, p Place, n int) (w Window, err error) {
	count, _, err := t.open.RowCount(ctx)
	if err != nil {
		return w, err
	}
	w.Total = int(count)
	if w.At = p.At; p.Date != 0 && len(q.Sort) > 0 {
		if w.At, err = t.search(ctx, q, p.Date, w.Total); err != nil {
			return w, err
		}
	}
	if w.At >= w.Total {
		w.At = max(0, w.Total-n)
	}
	if _, err := t.open.Seek(ctx, client.BookmarkBeginning, int32(w.At)); err != nil {
		return w, err
	}
	w.Rows, err = t.open.Rows(ctx, uint32(n))
	return w, err
}

// search finds the first row at or behind a time in the order of the table, by halves: FindRow would look at every row.
func (t *table) search(ctx context.Context, q Query, at mapi.FileTime, total int) (int, error) {
	by := q.Sort[0]
	low, high := 0, total // rows before low come before the time, those from high on do not
	for low < high {
		middle := low + (high-low)/2
		if _, err := t.open.Seek(ctx, client.BookmarkBeginning, int32(middle)); err != nil {
			return 0, err
		}
		rows, err := t.open.Rows(ctx, 1)
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 { // the list has become shorter
			high = middle
			continue
		}
		v, _ := rows[0].Get(by.Tag)
		before := v.Time() < at
		if by.Order&mapi.SortDescend != 0 {
			before = v.Time() > at
		}
		if before {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}
