package tables

import (
	"bytes"
	"context"
	"encoding/binary"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/restrict"
	"zarafa/server/session"
	"zarafa/wire"
)

// TableFindRow puts the cursor on the first row from a bookmark on that satisfies a restriction; NOT_FOUND
// leaves it where it was (tables.md section 5).
func (s *Service) TableFindRow(c *session.Call, req *wire.TableFindRowRequest, _ *wire.TableFindRowResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error {
		if req.Restrict == nil {
			return mapi.Errorf(mapi.InvalidType, "tableFindRow", "no restriction")
		}
		if err := t.populate(ctx); err != nil {
			return err
		}
		return t.find(ctx, req.Bookmark, req.Flags&mapi.FindBackward != 0, req.Restrict)
	})
}

func (t *table) find(ctx context.Context, mark uint32, backward bool, r *mapi.Restriction) error {
	filter, err := restrict.Compile(r, t.locale)
	if err != nil {
		return err
	}
	snap := t.snapshot()
	from := 0
	switch mark {
	case mapi.BookmarkBeginning:
	case mapi.BookmarkCurrent:
		from = t.position(snap)
	case mapi.BookmarkEnd:
		from = snap.Len()
	default:
		if from, _, err = t.bookmarkIndex(snap, mark); err != nil {
			return err
		}
	}
	i, known := t.lookUp(ctx, snap, r)
	if !known {
		if i, err = t.scan(ctx, snap, from, backward, filter); err != nil {
			return err
		}
	} else if backward && i > from || !backward && i < from {
		i = -1
	}
	if i < 0 {
		return mapi.NotFound
	}
	t.cursor = placeAt(snap, i, t.cursor.key)
	return nil
}

// lookUp finds a row that is named by its instance key or entry id without looking at others. known is
// false for other restrictions; i is -1 if there is no such row.
func (t *table) lookUp(ctx context.Context, snap cache.Snapshot, r *mapi.Restriction) (i int, known bool) {
	if r.Type != mapi.ResProperty || r.Op != mapi.RelEQ || r.Value == nil || r.Value.Tag != r.Tag {
		return -1, false
	}
	var row cache.Row
	switch r.Tag {
	case mapi.PrInstanceKey:
		var ok bool
		if row, ok = instanceRow(r.Value.Data); !ok {
			return -1, false
		}
	case mapi.PrEntryID:
		if _, kept := t.source.(*keptSource); kept || t.instance() != 0 {
			return -1, false
		}
		ref, err := t.svc.Tree.ByEntryID(ctx, bytes.Clone(r.Value.Data))
		switch mapi.CodeOf(err) {
		case mapi.OK:
			row.ID = ref.ID
		case mapi.NotFound, mapi.InvalidEntryID:
			return -1, true
		default:
			return -1, false
		}
	default:
		return -1, false
	}
	if i, ok := snap.Rank(row); ok {
		return i, true
	}
	return -1, true
}

// instanceRow is the row that an instance key names.
func instanceRow(key []byte) (cache.Row, bool) {
	if len(key) != 8 {
		return cache.Row{}, false
	}
	return cache.Row{ID: binary.LittleEndian.Uint32(key), Order: binary.LittleEndian.Uint32(key[4:])}, true
}

// findBlock is how many rows a search looks at before it reads more.
const findBlock = 64

// scan is the index of the first match from an index on, the start included, or -1.
func (t *table) scan(ctx context.Context, snap cache.Snapshot, from int, backward bool, f *restrict.Filter) (int, error) {
	rows := t.scratch.rows[:0]
	for {
		lo, hi := from, min(from+findBlock, snap.Len())
		if backward {
			lo, hi = max(0, from+1-findBlock), min(from+1, snap.Len())
		}
		if lo >= hi {
			return -1, ctx.Err()
		}
		rows = snap.AppendRows(rows[:0], lo, hi)
		p, err := t.begin(ctx, rows)
		if err != nil {
			return -1, err
		}
		for n := range rows {
			i := n
			if backward {
				i = len(rows) - 1 - n
			}
			if p.exists(i) && f.Match(&filterRow{page: p, at: i, tags: f.Tags()}) {
				return lo + i, nil
			}
		}
		from = hi
		if backward {
			from = lo - 1
		}
	}
}
