package tables

import (
	"context"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// TableQueryRows reads rows forward from the cursor (tables.md section 5).
func (s *Service) TableQueryRows(c *session.Call, req *wire.TableQueryRowsRequest, resp *wire.TableQueryRowsResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		return t.queryRows(ctx, c, req.RowCount, req.Flags, &resp.RowSet)
	})
}

func (t *table) queryRows(ctx context.Context, c *session.Call, count, flags uint32, out *wire.RowSet) error {
	if err := t.populate(ctx); err != nil {
		return err
	}
	snap := t.snapshot()
	from := t.position(snap)
	to := from + int(min(int64(count), int64(snap.Len()-from)))
	if out.Raw == nil {
		out.Raw = c.Scratch[:0]
	}
	limit := 0
	if flags&mapi.QueryBounded != 0 && c.Session.Has(mapi.CapGateway) {
		limit = maxBounded
	}
	to, err := t.encode(ctx, snap, from, to, limit, out)
	if err != nil {
		return err
	}
	if cap(out.Raw) > cap(c.Scratch) {
		c.Scratch = out.Raw
	}
	if flags&mapi.QueryNoAdvance == 0 {
		t.cursor = placeAt(snap, to, t.cursor.key)
	}
	return nil
}

// maxBounded is from which size on an answer that is bounded gets no more rows.
const maxBounded = 4 << 20

// rowBlock is how many rows are looked up at a time.
const rowBlock = 1024

// maxGuess bounds the memory that is made ready for an answer.
const maxGuess = 1 << 20

// encode appends the rows of a range to a row set, until it has a size if limit is not 0, and gives the end of what is in it. Rows whose object has
// just been deleted are left out.
func (t *table) encode(ctx context.Context, snap cache.Snapshot, from, to, limit int, out *wire.RowSet) (int, error) {
	rows := t.scratch.block[:0]
	defer func() { t.scratch.block = rows[:0] }()
	if from < to {
		guess := max(t.rowBytes*9/8, 96*len(t.columns))
		out.Raw = slices.Grow(out.Raw, min((to-from)*guess, maxGuess))
	}
	for from < to {
		if err := ctx.Err(); err != nil {
			return from, err
		}
		end := min(from+rowBlock, to)
		rows = snap.AppendRows(rows[:0], from, end)
		n, err := t.encodeBlock(ctx, rows, limit, out)
		if err != nil {
			return from, err
		}
		if from += n; n < len(rows) {
			break
		}
	}
	if out.RawCount == 0 {
		out.Raw = nil
		return from, nil
	}
	t.rowBytes = len(out.Raw) / out.RawCount
	return from, nil
}

// encodeBlock appends rows by copying those that the cell cache has in encoded form, and keeps the others there. It gives how many it has done, which
// may be fewer if there is a limit.
func (t *table) encodeBlock(ctx context.Context, rows []cache.Row, limit int, out *wire.RowSet) (int, error) {
	p := t.scratch
	p.t = t
	p.describe(t.filled())
	needed := p.lookUp(rows)
	layout := p.layout()
	if len(needed) > 0 {
		if _, err := t.begin(ctx, needed); err != nil {
			return 0, err
		}
	}
	var err error
	next := 0 // among the needed ones
	for i, r := range rows {
		start, cell, encoded := len(out.Raw), next, p.encoded[i].Record
		if encoded == nil || len(layout.gaps) > 0 {
			next++
			if !p.exists(cell) {
				continue
			}
		}
		switch {
		case encoded != nil:
			out.Raw, err = p.appendKept(out.Raw, encoded, cell)
		case layout == nil || r.ID == 0 || r.Order != 0:
			out.Raw, err = p.appendRow(out.Raw, cell, t.columns, nil)
		default:
			if out.Raw, err = p.appendRow(out.Raw, cell, t.columns, layout.gaps); err == nil {
				p.keep(r.ID, p.encoded[i].Ticket, out.Raw[start:])
			}
		}
		if err != nil {
			return i, err
		}
		if out.RawCount++; limit > 0 && len(out.Raw) >= limit {
			return i + 1, nil
		}
	}
	return len(rows), nil
}

// TableGetRowCount gives the number of visible rows and the index of the cursor.
func (s *Service) TableGetRowCount(c *session.Call, req *wire.TableGetRowCountRequest, resp *wire.TableGetRowCountResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		snap := t.snapshot()
		resp.Count, resp.Row = uint32(snap.Len()), uint32(t.position(snap))
		return nil
	})
}

// TableSeekRow moves the cursor. A bookmark whose row has moved is sought all the same, and then
// POSITION_CHANGED says so.
func (s *Service) TableSeekRow(c *session.Call, req *wire.TableSeekRowRequest, resp *wire.TableSeekRowResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		snap := t.snapshot()
		current := t.position(snap)
		base, changed := 0, false
		switch req.Bookmark {
		case mapi.BookmarkBeginning:
		case mapi.BookmarkCurrent:
			base = current
		case mapi.BookmarkEnd:
			base = snap.Len()
		default:
			var err error
			if base, changed, err = t.bookmarkIndex(snap, req.Bookmark); err != nil {
				return err
			}
		}
		target := max(0, min(base+int(req.RowCount), snap.Len()))
		switch req.Bookmark {
		case mapi.BookmarkBeginning:
			resp.RowsSought = int32(target)
		case mapi.BookmarkEnd:
			resp.RowsSought = int32(target - snap.Len())
		default:
			resp.RowsSought = int32(target - current)
		}
		t.cursor = placeAt(snap, target, t.cursor.key)
		if changed {
			return mapi.PositionChanged
		}
		return nil
	})
}
