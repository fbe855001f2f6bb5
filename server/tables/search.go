package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/storage"
)

// searchSource is the results of a search folder: messages of other folders.
type searchSource struct {
	folder storage.Ref
}

func (s *searchSource) watches() []rowSet { return []rowSet{{s.folder.ID, searchResults}} }

func (s *searchSource) cells(ctx context.Context, p *page, rows []cache.Row) error {
	return p.objects(ctx, rows)
}

func (s *searchSource) load(ctx context.Context, t *table, g grant) (*rowList, error) {
	results, err := t.svc.Store.SearchResults(ctx, s.folder.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]uint32, len(results))
	for i, r := range results {
		ids[i] = r.Message
	}
	return t.listedRows(ctx, ids, s.hides(t, g))
}

// hides leaves out messages in folders that the caller may not read, and private ones.
func (s *searchSource) hides(t *table, g grant) hidden {
	if g.privileged {
		return nil
	}
	readable := make(map[uint32]bool)
	return func(ctx context.Context, id uint32, rec cache.Record) (bool, error) {
		if h, _ := hidesPrivate(ctx, id, rec); h {
			return true, nil
		}
		parent := rec.Header().Parent
		ok, known := readable[parent]
		if known {
			return !ok, nil
		}
		ref, err := t.svc.Tree.Ref(ctx, parent)
		if err == nil {
			ok, err = t.svc.Rights.Readable(ctx, t.session.UserID, ref)
		}
		readable[parent] = ok
		return !ok, err
	}
}

// listedRows makes the private rows of a table from object ids.
func (t *table) listedRows(ctx context.Context, ids []uint32, hides hidden) (*rowList, error) {
	rows, err := t.privateRows(ctx, nil, func(add func(uint32, []byte, cache.Record) error) error {
		var recs []cache.Record
		for len(ids) > 0 {
			block := ids[:min(selectBlock, len(ids))]
			ids = ids[len(block):]
			var err error
			if recs, err = t.svc.records(ctx, 0, block, recs[:0]); err != nil {
				return err
			}
			for i, rec := range recs {
				if rec == nil {
					continue
				}
				if hides != nil {
					h, err := hides(ctx, block[i], rec)
					if err != nil {
						return err
					}
					if h {
						continue
					}
				}
				if err := add(block[i], nil, rec); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if rows != nil {
		rows.hides = hides
	}
	return rows, err
}
