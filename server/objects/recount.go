package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// ResetFolderCount counts a folder's contents anew and answers how many counters were wrong. It needs Owner.
func (s *Service) ResetFolderCount(c *session.Call, req *wire.ResetFolderCountRequest, resp *wire.ResetFolderCountResponse) error {
	folder, err := s.folder(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, folder, rights.Owner); err != nil {
		return err
	}
	return s.writer.Do(c.Context, folder.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		have, err := ch.Counters(ctx, folder.ID)
		if err != nil {
			return err
		}
		want, err := recountFolder(ctx, ch, folder)
		if err != nil {
			return err
		}
		want.CommitTime, want.Size = have.CommitTime, have.Size
		resp.Updates = differences(have, want)
		if resp.Updates == 0 {
			return nil
		}
		if err := ch.AnnounceCounters(ctx, folder.ID); err != nil {
			return err
		}
		return ch.SetCounters(ctx, folder.Store, folder.ID, want)
	})
}

// recountFolder counts what a folder shows: what lies in it or, of a search folder, what was found for it.
func recountFolder(ctx context.Context, from *change.Change, folder storage.Ref) (storage.Counters, error) {
	total, err := change.Recount(ctx, from, folder.ID)
	if err != nil || folder.FolderKind() != mapi.FolderSearch {
		return total, err
	}
	results, err := from.SearchResults(ctx, folder.ID)
	for _, r := range results {
		total.Content++
		if !r.Read {
			total.Unread++
		}
	}
	return total, err
}

func differences(a, b storage.Counters) uint32 {
	var n uint32
	for _, pair := range [][2]int64{
		{a.Content, b.Content}, {a.Unread, b.Unread}, {a.Associated, b.Associated}, {a.Subfolders, b.Subfolders},
		{a.DeletedContent, b.DeletedContent}, {a.DeletedAssoc, b.DeletedAssoc}, {a.DeletedFolders, b.DeletedFolders},
	} {
		if pair[0] != pair[1] {
			n++
		}
	}
	return n
}
