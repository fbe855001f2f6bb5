package objects

import (
	"context"
	"time"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// publicRights are what everybody may do in a new public store: see and read.
const publicRights = mapi.RightReadAny | mapi.RightFolderVisible

// CreateStore makes an empty store with its root folder, under the ids that the client chose; all other folders
// are the client's to make (objects.md section 2.1). It is for administrators over the user.
func (s *Service) CreateStore(c *session.Call, req *wire.CreateStoreRequest, _ *wire.CreateStoreResponse) error {
	owner, err := s.dir.Resolve(c.Context, c.Session.UserID, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c, owner.ID, "createStore"); err != nil {
		return err
	}
	if req.Flags&mapi.CreateStoreHere == 0 && !s.cluster.Here(owner) {
		return mapi.Errorf(mapi.NotFound, "createStore", "the home of %s is server %s", owner.Name, owner.Server)
	}
	store, root, err := storeIDs(req)
	if err != nil {
		return err
	}
	box := storage.Mailbox{
		GUID: store.StoreGUID(), Type: req.StoreType, UserID: owner.ID, UserName: owner.Name, Company: owner.Company,
	}
	if err := s.refuseSecondStore(c.Context, box); err != nil {
		return err
	}
	return s.writer.CreateStore(c.Context, func(ctx context.Context, tx storage.Tx) (storage.Mailbox, []feed.Event, error) {
		return insertStore(ctx, tx, box, store, root, c.Now)
	})
}

// requireAdminOver fails unless the caller administers somebody.
func (s *Service) requireAdminOver(c *session.Call, user uint32, op string) error {
	admin, err := s.rights.IsAdminOver(c.Context, c.Session.UserID, user)
	if err == nil && !admin {
		err = mapi.Errorf(mapi.NoAccess, op, "user %d does not administer %d", c.Session.UserID, user)
	}
	return err
}

// storeIDs checks the two entry ids of a new store.
func storeIDs(req *wire.CreateStoreRequest) (store, root mapi.EntryID, err error) {
	if req.StoreType > mapi.StoreArchive {
		return nil, nil, mapi.Errorf(mapi.InvalidParameter, "createStore", "store type %d", req.StoreType)
	}
	store, root = req.StoreID, req.RootID
	if !store.Valid() || store.Type() != mapi.TypeStore || !root.Valid() || root.Type() != mapi.TypeFolder ||
		store.StoreGUID() != root.StoreGUID() || store.StoreGUID() == (mapi.GUID{}) {
		return nil, nil, mapi.Errorf(mapi.InvalidParameter, "createStore", "not the entry ids of a store and its root folder")
	}
	return store.WithFlags(0), root.WithFlags(0), nil
}

// refuseSecondStore fails if the user has such a store, or another store the GUID.
func (s *Service) refuseSecondStore(ctx context.Context, box storage.Mailbox) error {
	if _, err := s.tree.MailboxOf(ctx, box.UserID, box.Type); mapi.CodeOf(err) != mapi.NotFound {
		return collisionOr(err, "user %d has a store of type %d", box.UserID, box.Type)
	}
	if _, err := s.tree.MailboxByGUID(ctx, box.GUID); mapi.CodeOf(err) != mapi.NotFound {
		return collisionOr(err, "there is a store %v", box.GUID)
	}
	return nil
}

func collisionOr(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return mapi.Errorf(mapi.Collision, "createStore", format, args...)
}

// insertStore writes the rows of a new store; it asks the database again whether there is one.
func insertStore(ctx context.Context, tx storage.Tx, box storage.Mailbox, storeID, rootID mapi.EntryID, now time.Time) (storage.Mailbox, []feed.Event, error) {
	for _, q := range []storage.MailboxQuery{{UserID: &box.UserID, Type: &box.Type}, {GUID: &box.GUID}} {
		have, err := tx.Mailboxes(ctx, q)
		if err != nil {
			return box, nil, err
		}
		if len(have) > 0 {
			return box, nil, mapi.Errorf(mapi.Collision, "createStore", "there is such a store")
		}
	}
	var err error
	if box.ID, err = tx.NewObjectID(ctx); err != nil {
		return box, nil, err
	}
	if box.Root, err = tx.NewObjectID(ctx); err != nil {
		return box, nil, err
	}
	key, err := tx.NewSourceKey(ctx)
	if err != nil {
		return box, nil, err
	}
	t := mapi.FileTimeOf(now.Truncate(time.Second))
	times := mapi.Props{mapi.Time(mapi.PrCreationTime, t), mapi.Time(mapi.PrLastModificationTime, t)}
	store := &storage.Object{
		Ref:   storage.Ref{ID: box.ID, Store: box.ID, Type: mapi.TypeStore, Owner: box.UserID, EntryID: storeID},
		Props: times,
	}
	root := &storage.Object{
		Ref: storage.Ref{ID: box.Root, Store: box.ID, Parent: box.ID, Type: mapi.TypeFolder, Flags: mapi.FolderRoot,
			Owner: box.UserID, EntryID: rootID, SourceKey: key},
		Props: append(mapi.Props{mapi.Long(mapi.PrFolderType, mapi.FolderRoot)}, times...),
	}
	for _, o := range []*storage.Object{store, root} {
		if err := tx.Insert(ctx, o); err != nil {
			return box, nil, err
		}
	}
	if box.Type == mapi.StorePublic {
		for _, e := range publicACL(box.UserID) {
			if err := tx.PutACE(ctx, box.ID, box.ID, e); err != nil {
				return box, nil, err
			}
		}
	}
	return box, []feed.Event{
		{Kind: feed.Created, Object: store.Ref, ParentEntryID: storeID},
		{Kind: feed.Created, Object: root.Ref, ParentEntryID: storeID},
	}, tx.PutMailbox(ctx, box)
}

func publicACL(owner uint32) []mapi.ACE {
	return []mapi.ACE{
		{UserID: owner, Type: mapi.ACEGrant, Rights: publicRights},
		{UserID: owner, Type: mapi.ACEDenied, Rights: publicRights ^ mapi.RightsMask},
	}
}
