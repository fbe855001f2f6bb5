package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// maxBookmarks is the protocol's limit per table.
const maxBookmarks = 100

// bookmark remembers a row and the index it had.
type bookmark struct {
	place
	index int
}

// TableCreateBookmark remembers the cursor's row under a number.
func (s *Service) TableCreateBookmark(c *session.Call, req *wire.TableCreateBookmarkRequest, resp *wire.TableBookmarkResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) (err error) {
		if err = t.populate(ctx); err != nil {
			return err
		}
		snap := t.snapshot()
		resp.Position, err = t.addBookmark(snap, t.position(snap))
		return err
	})
}

func (t *table) addBookmark(snap cache.Snapshot, i int) (uint32, error) {
	if len(t.bookmarks) >= maxBookmarks {
		return 0, mapi.Errorf(mapi.UnableToComplete, "tableCreateBookmark", "%d bookmarks", maxBookmarks)
	}
	t.lastBookmark++
	t.bookmarks[t.lastBookmark] = bookmark{place: placeAt(snap, i, nil), index: i}
	return t.lastBookmark, nil
}

// TableFreeBookmark forgets a bookmark; INVALID_BOOKMARK if there is none.
func (s *Service) TableFreeBookmark(c *session.Call, req *wire.TableFreeBookmarkRequest, _ *wire.TableFreeBookmarkResponse) error {
	return s.with(c, req.TableID, func(_ context.Context, t *table) error {
		if _, ok := t.bookmarks[req.Position]; !ok {
			return mapi.InvalidBookmark
		}
		delete(t.bookmarks, req.Position)
		return nil
	})
}

// bookmarkIndex is where a bookmark's row is now, and whether it was elsewhere when the bookmark was made. A row
// that was deleted or sorted again has lost its bookmarks.
func (t *table) bookmarkIndex(snap cache.Snapshot, id uint32) (i int, changed bool, err error) {
	b, ok := t.bookmarks[id]
	if !ok {
		return 0, false, mapi.InvalidBookmark
	}
	if !b.same(snap) {
		delete(t.bookmarks, id)
		return 0, false, mapi.InvalidBookmark
	}
	i = b.place.index(snap)
	return i, i != b.index, nil
}
