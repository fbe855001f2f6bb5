package tables

import (
	"cmp"
	"context"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/storage"
)

// storeRow joins a user and a store; either may be absent.
type storeRow struct {
	user *directory.Object
	box  *storage.Mailbox
}

// userStoresSource is every combination of a user and a store (USERSTORES): users without
// a store and stores without a user too. Callers see those that they administer.
func (s *Service) userStoresSource() source {
	return &keptSource{make: func(ctx context.Context, t *table, add func(cache.Row, *keptRow)) error {
		rows, err := s.userStores(ctx, t.session.UserID)
		if err != nil {
			return err
		}
		boxes := make([]uint32, 0, len(rows))
		for _, r := range rows {
			if r.box != nil {
				boxes = append(boxes, r.box.ID)
			}
		}
		recs, err := s.recordsByID(ctx, boxes)
		if err != nil {
			return err
		}
		for i, r := range rows {
			props, err := s.userStoreProps(ctx, r, recs)
			if err != nil {
				return err
			}
			s.companyProps(ctx, r, t.session.Capabilities, &props)
			add(cache.Row{ID: uint32(i + 1)}, propsRow(props))
		}
		return nil
	}}
}

func (s *Service) recordsByID(ctx context.Context, ids []uint32) (map[uint32]cache.Record, error) {
	recs, err := s.records(ctx, 0, ids, nil)
	if err != nil {
		return nil, err
	}
	out := make(map[uint32]cache.Record, len(ids))
	for i, id := range ids {
		out[id] = recs[i]
	}
	return out, nil
}

func (s *Service) userStores(ctx context.Context, caller uint32) ([]storeRow, error) {
	boxes, err := s.Tree.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(boxes, func(a, b storage.Mailbox) int { return cmp.Compare(a.ID, b.ID) })
	users, err := s.Directory.List(ctx, caller, mapi.ClassActiveUser.Kind())
	if err != nil {
		return nil, err
	}
	owned := make(map[uint32]bool)
	var rows []storeRow
	for i := range boxes {
		box := &boxes[i]
		owned[box.UserID] = true
		if box.UserID == mapi.UserSystem {
			continue
		}
		user, err := s.storeOwner(ctx, box)
		if err != nil {
			return nil, err
		}
		if ok, err := s.listsOwner(ctx, caller, s.keeper(box, user), user); err != nil {
			return nil, err
		} else if ok {
			rows = append(rows, storeRow{user, box})
		}
	}
	for _, u := range users {
		if owned[u.ID] || u.ID == mapi.UserSystem || u.Class == mapi.ClassContact {
			continue
		}
		if ok, err := s.listsOwner(ctx, caller, u.ID, u); err != nil {
			return nil, err
		} else if ok {
			rows = append(rows, storeRow{user: u})
		}
	}
	return rows, nil
}

// listsOwner reports whether the rows of a user are there for the caller: he administers the user, and the user's home is this
// server (tables.md section 2). Owner is nil where there is no such user.
func (s *Service) listsOwner(ctx context.Context, caller, user uint32, owner *directory.Object) (bool, error) {
	if owner != nil && s.Cluster != nil && !s.Cluster.Here(owner) {
		return false, nil
	}
	return s.administers(ctx, caller, user)
}

// storeOwner is nil for an orphaned store.
func (s *Service) storeOwner(ctx context.Context, box *storage.Mailbox) (*directory.Object, error) {
	if box.UserID == 0 {
		return nil, nil
	}
	user, err := s.Directory.ByID(ctx, box.UserID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil, nil
	}
	return user, err
}

// administers reports whether the caller administers a user; nobody's things belong to the system's administrators.
func (s *Service) administers(ctx context.Context, caller, user uint32) (bool, error) {
	if caller == mapi.UserSystem {
		return true, nil
	}
	admin, err := s.Directory.IsAdminOver(ctx, caller, user)
	if mapi.CodeOf(err) != mapi.NotFound {
		return admin, err
	}
	return directory.AdministersSystem(ctx, s.Directory, caller)
}

func (s *Service) adminLevel(ctx context.Context, caller uint32) (uint32, error) {
	if caller == mapi.UserSystem {
		return directory.SystemLevel, nil
	}
	user, err := s.Directory.ByID(ctx, caller)
	if err != nil {
		return 0, err
	}
	return user.AdminLevel, nil
}

func (s *Service) userStoreProps(ctx context.Context, r storeRow, recs map[uint32]cache.Record) (mapi.Props, error) {
	var p mapi.Props
	class := mapi.ObjectClass(0)
	if r.user != nil {
		p.Set(mapi.String(mapi.PrECUsername, r.user.Name))
		p.Set(mapi.String(mapi.PrDisplayName, r.user.Name))
		if r.user.Class.Kind() == mapi.ClassActiveUser.Kind() {
			class = r.user.Class
		}
	} else if r.box.UserName != "" {
		p.Set(mapi.String(mapi.PrDisplayName, r.box.UserName))
	}
	p.Set(mapi.Long(mapi.PrObjectType, uint32(class)))
	if r.box == nil {
		return p, nil
	}
	guid := r.box.GUID
	p.Set(mapi.Binary(mapi.PrECStoreGUID, guid[:]))
	p.Set(mapi.Long(mapi.PrECStoreType, r.box.Type))
	ref, err := s.Tree.Ref(ctx, r.box.ID)
	if err == nil {
		p.Set(mapi.Binary(mapi.PrStoreEntryID, ref.EntryID))
	} else if mapi.CodeOf(err) != mapi.NotFound {
		return nil, err
	}
	if rec := recs[r.box.ID]; rec != nil {
		if size, ok := rec.Value(mapi.PrMessageSizeExtended); ok {
			p.Set(size)
		}
	}
	return p, nil
}

// mailboxSource is every store as an object of its own (MAILBOX). A caller who administers nobody sees the own stores
// and the public ones.
func (s *Service) mailboxSource() source {
	return &keptSource{make: func(ctx context.Context, t *table, add func(cache.Row, *keptRow)) error {
		caller := t.session.UserID
		boxes, err := s.Tree.Mailboxes(ctx)
		if err != nil {
			return err
		}
		ids := make([]uint32, len(boxes))
		for i := range boxes {
			ids[i] = boxes[i].ID
		}
		recs, err := s.recordsByID(ctx, ids)
		if err != nil {
			return err
		}
		for i := range boxes {
			box := &boxes[i]
			user, err := s.storeOwner(ctx, box)
			if err != nil {
				return err
			}
			own := s.seesPublic(ctx, caller, box) || box.UserID == caller && caller != 0
			if !own {
				if ok, err := s.administers(ctx, caller, s.keeper(box, user)); err != nil {
					return err
				} else if !ok {
					continue
				}
			}
			props := mailboxProps(user, box, recs[box.ID])
			s.companyProps(ctx, storeRow{user, box}, t.session.Capabilities, &props)
			add(cache.Row{ID: box.ID}, propsRow(props))
		}
		return nil
	}}
}

func mailboxProps(user *directory.Object, box *storage.Mailbox, rec cache.Record) mapi.Props {
	p := rec.Props()
	if id := p.Bytes(mapi.PrEntryID); id != nil {
		id = mapi.EntryID(id).WithFlags(mapi.EntryIDOverrideFlag)
		p.Set(mapi.Binary(mapi.PrEntryID, id))
		p.Set(mapi.Binary(mapi.PrRecordKey, id))
		p.Set(mapi.Binary(mapi.PrStoreEntryID, id))
	}
	guid := box.GUID
	p.Set(mapi.Binary(mapi.PrStoreRecordKey, guid[:]))
	p.Set(mapi.Binary(mapi.PrECStoreGUID, guid[:]))
	p.Set(mapi.Long(mapi.PrECStoreType, box.Type))
	p.Set(mapi.Bool(mapi.PrECDeletedStore, rec.Header().Flags&mapi.FlagDeleted != 0))
	p.Set(mapi.Long(mapi.PrObjectType, uint32(mapi.TypeStore)))
	if user != nil {
		p.Set(mapi.String(mapi.PrECUsername, user.Name))
		p.Set(mapi.String(mapi.PrECMailboxOwnerAccount, user.Name))
		p.Set(mapi.String(mapi.PrMailboxOwnerName, user.FullName))
	}
	if box.Type == mapi.StorePublic {
		p.Set(mapi.String(mapi.PrDisplayName, "Public Folders"))
	} else if user != nil {
		p.Set(mapi.String(mapi.PrDisplayName, "Inbox - "+user.FullName))
	}
	return p
}
