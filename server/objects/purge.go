package objects

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/internal/contain"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// purgeInterval is how often the purge runs by itself.
const purgeInterval = time.Hour

// PurgeSoftDelete removes what was deleted softly at least the given number of days ago; 0 means everything. It is for the
// system's administrators. BUSY if a purge is running.
func (s *Service) PurgeSoftDelete(c *session.Call, req *wire.PurgeSoftDeleteRequest, _ *wire.PurgeSoftDeleteResponse) error {
	if err := directory.RequireSystemAdmin(c.Context, s.dir, c.Session.UserID, "purgeSoftDelete"); err != nil {
		return err
	}
	return s.purge(c.Context, c.Now, req.Days)
}

// PurgeDeferredUpdates answers 0: this server defers no updates, they are all in place when a call returns.
func (s *Service) PurgeDeferredUpdates(c *session.Call, _ *wire.PurgeDeferredUpdatesRequest, _ *wire.PurgeDeferredUpdatesResponse) error {
	return directory.RequireSystemAdmin(c.Context, s.dir, c.Session.UserID, "purgeDeferredUpdates")
}

// RunPurge purges every hour until ctx ends, if softdelete_lifetime is not 0. Removed stores go at once, the rest after the lifetime.
func (s *Service) RunPurge(ctx context.Context, now func() time.Time) {
	if s.settings.SoftDeleteDays == 0 {
		return
	}
	tick := time.NewTicker(purgeInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := contain.Call(func() error { return s.purge(ctx, now(), uint32(s.settings.SoftDeleteDays)) })
		if err != nil && ctx.Err() == nil {
			s.log.Error("the purge of soft-deleted objects failed; it will be repeated", "error", err)
		}
	}
}

func (s *Service) purge(ctx context.Context, now time.Time, days uint32) error {
	if !s.purging.CompareAndSwap(false, true) {
		return mapi.Errorf(mapi.Busy, "purgeSoftDelete", "a purge is running")
	}
	defer s.purging.Store(false)
	var failed purgeFailures
	if err := s.purgeStores(ctx, &failed); err != nil {
		return err
	}
	boxes, err := s.tree.Mailboxes(ctx)
	if err != nil {
		return err
	}
	until := mapi.FileTimeOf(now.Add(-time.Duration(days) * 24 * time.Hour))
	for _, box := range boxes {
		if ctx.Err() != nil {
			break
		}
		failed.add(box.ID, s.purgeBox(ctx, now, box, until))
	}
	return errors.Join(ctx.Err(), failed.err())
}

// maxPurgeFailures bounds how many stores an error of the purge names.
const maxPurgeFailures = 10

// purgeFailures are the stores that could not be purged. They do not keep the others from it.
type purgeFailures struct {
	list []error
	more int
}

func (p *purgeFailures) add(store uint32, err error) {
	switch {
	case err == nil:
	case len(p.list) == maxPurgeFailures:
		p.more++
	default:
		p.list = append(p.list, fmt.Errorf("store %d: %w", store, err))
	}
}

func (p *purgeFailures) err() error {
	if p.more > 0 {
		return fmt.Errorf("%w\nand %d more stores", errors.Join(p.list...), p.more)
	}
	return errors.Join(p.list...)
}

// purgeBox removes what was deleted in a store until a time: of each folder the subfolders, then the messages; then it goes on in the
// subfolders that stay. Only folders whose counters say that something is deleted are looked into.
func (s *Service) purgeBox(ctx context.Context, now time.Time, box storage.Mailbox, until mapi.FileTime) error {
	return descend(box.Root, func(folder uint32) ([]uint32, error) {
		counters, err := s.store.Counters(ctx, folder)
		if mapi.CodeOf(err) == mapi.NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, kind := range []struct {
			t mapi.ObjectType
			n int64
		}{
			{mapi.TypeFolder, counters.DeletedFolders},
			{mapi.TypeMessage, counters.DeletedContent + counters.DeletedAssoc},
		} {
			if kind.n > 0 {
				if err := s.purgeRows(ctx, now, box.ID, folder, kind.t, until); err != nil {
					return nil, err
				}
			}
		}
		subfolders, err := s.store.Refs(ctx, storage.RowQuery{Parent: folder, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
		ids := make([]uint32, len(subfolders))
		for i, sub := range subfolders {
			ids[i] = sub.ID
		}
		return ids, err
	})
}

// purgeRows removes those of the deleted objects directly in a folder that were deleted until a time. It looks for them without holding
// the store's lane.
func (s *Service) purgeRows(ctx context.Context, now time.Time, store, folder uint32, t mapi.ObjectType, until mapi.FileTime) error {
	expired := func(r *storage.Row) bool {
		on, ok := r.Props.Get(mapi.PrDeletedOn)
		return r.Deleted() && (!ok || on.Time() <= until)
	}
	by := change.Author{User: mapi.UserSystem, Now: now}
	q := storage.RowQuery{Parent: folder, Type: t, FlagsMask: mapi.FlagDeleted, Flags: mapi.FlagDeleted, Limit: s.batch()}
	remove := func(ids ...uint32) error {
		return s.writer.Do(ctx, store, by, func(ctx context.Context, ch *change.Change) error {
			rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: ids})
			if err != nil {
				return err
			}
			return hardDelete(ctx, ch, slices.DeleteFunc(rows, func(r *storage.Row) bool { return !expired(r) }))
		})
	}
	return storage.RowPages(ctx, s.store, q, func(page []*storage.Row) error {
		var messages []uint32
		for _, r := range page {
			if !expired(r) {
				continue
			}
			if t == mapi.TypeMessage {
				messages = append(messages, r.ID)
				continue
			}
			tree := removal{svc: s, ctx: ctx, author: by, root: r.Ref, still: expired}
			if err := tree.everything(); err != nil {
				return err
			}
			if err := remove(r.ID); err != nil {
				return err
			}
		}
		if len(messages) == 0 {
			return nil
		}
		return remove(messages...)
	})
}

// purgeStores removes the stores that removeStore has marked. Nothing is recorded for synchronisation: who synchronised
// with such a store finds it gone.
func (s *Service) purgeStores(ctx context.Context, failed *purgeFailures) error {
	removed, err := s.store.Refs(ctx, storage.RowQuery{Type: mapi.TypeStore, FlagsMask: mapi.FlagDeleted, Flags: mapi.FlagDeleted})
	if err != nil {
		return err
	}
	for _, store := range removed {
		if ctx.Err() != nil {
			break
		}
		failed.add(store.ID, s.purgeStore(ctx, store))
	}
	return nil
}

// purgeStore removes one of them in batches, the innermost first and the store itself last, so that the next purge goes on where this one ended.
func (s *Service) purgeStore(ctx context.Context, store storage.Ref) error {
	var folders []storage.Ref
	remove := func(list []storage.Ref) error { return s.writer.RemoveFromStore(ctx, store.ID, list) }
	if err := descend(store, func(ref storage.Ref) ([]storage.Ref, error) {
		folders = append(folders, ref)
		q := storage.RowQuery{Parent: ref.ID, Type: mapi.TypeMessage, Limit: s.batch()}
		if err := storage.RefPages(ctx, s.store, q, remove); err != nil {
			return nil, err
		}
		return s.subfolders(ctx, ref)
	}); err != nil {
		return err
	}
	slices.Reverse(folders)
	for part := range slices.Chunk(folders, s.batch()) {
		if err := remove(part); err != nil {
			return err
		}
	}
	return nil
}
