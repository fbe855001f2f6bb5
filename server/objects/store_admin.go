package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// HookStore gives an orphaned store to a user. If he has one of that type, he loses it to nobody: the two change
// places (objects.md section 2). It is for administrators over the user.
func (s *Service) HookStore(c *session.Call, req *wire.HookStoreRequest, _ *wire.HookStoreResponse) error {
	user, err := s.userNamed(c, req.UserID, "hookStore")
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c, user.ID, "hookStore"); err != nil {
		return err
	}
	guid, ok := mapi.GUIDOf(req.StoreGUID)
	if !ok {
		return mapi.Errorf(mapi.InvalidParameter, "hookStore", "a GUID of %d bytes", len(req.StoreGUID))
	}
	orphan, err := s.tree.MailboxByGUID(c.Context, guid)
	if err != nil {
		return err
	}
	owner, err := s.ownerOf(c.Context, orphan)
	if err != nil {
		return err
	}
	if owner != nil {
		return mapi.Errorf(mapi.Collision, "hookStore", "store %d is the store of %q", orphan.ID, owner.Name)
	}
	if orphan.Type != req.StoreType {
		return mapi.Errorf(mapi.InvalidType, "hookStore", "store %d is of type %d", orphan.ID, orphan.Type)
	}
	if err := s.rights.RequireAdminOf(c.Context, c.Session.UserID, orphan, "hookStore"); err != nil {
		return err
	}
	current, err := s.tree.MailboxOf(c.Context, user.ID, orphan.Type)
	switch code := mapi.CodeOf(err); {
	case code == mapi.OK:
		if err := s.setStoreOwner(c, current, orphan.UserID, current.UserName, current.Company); err != nil {
			return err
		}
	case code != mapi.NotFound:
		return err
	}
	return s.setStoreOwner(c, orphan, user.ID, user.Name, user.Company)
}

// userNamed finds the user of a request, who must be named.
func (s *Service) userNamed(c *session.Call, id []byte, op string) (*directory.Object, error) {
	if len(id) == 0 {
		return nil, mapi.Errorf(mapi.InvalidParameter, op, "no user")
	}
	return s.dir.Resolve(c.Context, c.Session.UserID, 0, id)
}

// UnhookStore makes a user's store an orphan. It is for administrators over him.
func (s *Service) UnhookStore(c *session.Call, req *wire.UnhookStoreRequest, _ *wire.UnhookStoreResponse) error {
	user, err := s.userNamed(c, req.UserID, "unhookStore")
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c, user.ID, "unhookStore"); err != nil {
		return err
	}
	box, err := s.tree.MailboxOf(c.Context, user.ID, req.StoreType)
	if err != nil {
		return err
	}
	return s.setStoreOwner(c, box, 0, user.Name, user.Company)
}

// setStoreOwner changes whose a store is, in its row and in its object.
func (s *Service) setStoreOwner(c *session.Call, box storage.Mailbox, user uint32, name string, company uint32) error {
	box.UserID, box.UserName, box.Company = user, name, company
	return s.writer.Do(c.Context, box.ID, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{box.ID}})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return mapi.Errorf(mapi.NotFound, "objects", "store %d is gone", box.ID)
		}
		rows[0].Owner = user
		if err := ch.PutRows(ctx, rows[0]); err != nil {
			return err
		}
		ch.Event(feed.Event{Kind: feed.Modified, Object: rows[0].Ref, ParentEntryID: rows[0].EntryID})
		return ch.PutMailbox(ctx, box)
	})
}

// RemoveStore marks an orphaned store as deleted; the purge removes what is in it. It is for administrators over the
// store's company.
func (s *Service) RemoveStore(c *session.Call, req *wire.RemoveStoreRequest, _ *wire.RemoveStoreResponse) error {
	guid, ok := mapi.GUIDOf(req.StoreGUID)
	if !ok {
		return mapi.Errorf(mapi.InvalidParameter, "removeStore", "a GUID of %d bytes", len(req.StoreGUID))
	}
	box, err := s.tree.MailboxByGUID(c.Context, guid)
	if err != nil {
		return err
	}
	if err := s.rights.RequireAdminOf(c.Context, c.Session.UserID, box, "removeStore"); err != nil {
		return err
	}
	owner, err := s.ownerOf(c.Context, box)
	if err != nil {
		return err
	}
	if owner != nil {
		return mapi.Errorf(mapi.Collision, "removeStore", "store %d is the store of %q", box.ID, owner.Name)
	}
	return s.writer.Do(c.Context, box.ID, author(c, req.SyncID), func(ctx context.Context, ch *change.Change) error {
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{box.ID, box.Root}})
		if err != nil {
			return err
		}
		for _, r := range rows {
			old := r.Ref
			r.Flags |= mapi.FlagDeleted
			ch.Event(feed.Event{Kind: feed.Deleted, Object: r.Ref, Old: old})
		}
		if err := ch.PutRows(ctx, rows...); err != nil {
			return err
		}
		return ch.DeleteMailbox(ctx, box.ID)
	})
}
