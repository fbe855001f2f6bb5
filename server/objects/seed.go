package objects

import (
	"context"
	"fmt"

	"zarafa/mapi"
	"zarafa/storage"
)

// adminGUID is the GUID of the store that every installation has from the start (objects.md section 2).
var adminGUID = mapi.GUID{0x89, 0x62, 0xff, 0xef, 0xfb, 0x7b, 0x4d, 0x63, 0x9b, 0xc5, 0x96, 0x7c, 0x4b, 0xb5, 0x82, 0x34}

// Object ids of the administrator's store and its root folder.
const (
	adminStore uint32 = 1
	adminRoot  uint32 = 2
)

// Seed makes an empty database ready: the built-in users and the administrator's store. On a database that
// has them it changes nothing, and it may be repeated after an interruption.
func Seed(ctx context.Context, store storage.Store) error {
	if err := store.Update(ctx, storage.LaneDirectory, seedUsers, nil); err != nil {
		return fmt.Errorf("seeding the built-in users: %w", err)
	}
	if err := store.Update(ctx, adminStore, seedStore, nil); err != nil {
		return fmt.Errorf("seeding the administrator's store: %w", err)
	}
	return nil
}

func seedUsers(ctx context.Context, tx storage.Tx) error {
	have, err := tx.UserIDs(ctx)
	if err != nil {
		return err
	}
	for _, want := range []storage.UserID{
		{ID: mapi.UserEveryone, Class: mapi.ClassSecurityGroup, ExternalID: []byte{}},
		{ID: mapi.UserSystem, Class: mapi.ClassActiveUser, ExternalID: []byte{}},
	} {
		found := false
		for _, u := range have {
			found = found || u.ID == want.ID
		}
		if found {
			continue
		}
		id, err := tx.AddUserID(ctx, want)
		if err != nil {
			return err
		}
		if id != want.ID {
			return mapi.Errorf(mapi.DatabaseError, "seed", "the built-in user %d got the id %d: the table users is not empty", want.ID, id)
		}
	}
	return nil
}

func seedStore(ctx context.Context, tx storage.Tx) error {
	id := adminStore
	boxes, err := tx.Mailboxes(ctx, storage.MailboxQuery{ID: &id})
	if err != nil || len(boxes) > 0 {
		return err
	}
	for range 2 { // the numbers below are then taken
		if _, err := tx.NewObjectID(ctx); err != nil {
			return err
		}
	}
	for _, o := range []*storage.Object{
		{
			Ref: storage.Ref{ID: adminStore, Store: adminStore, Type: mapi.TypeStore, Owner: mapi.UserSystem,
				EntryID: mapi.MakeEntryIDV0(adminGUID, mapi.TypeStore, adminStore)},
			Props: mapi.Props{mapi.String(mapi.PrDisplayName, "Admin store")},
		},
		{
			Ref: storage.Ref{ID: adminRoot, Store: adminStore, Parent: adminStore, Type: mapi.TypeFolder, Flags: mapi.FolderRoot,
				Owner: mapi.UserSystem, EntryID: mapi.MakeEntryIDV0(adminGUID, mapi.TypeFolder, adminRoot)},
			Props: mapi.Props{mapi.String(mapi.PrDisplayName, "Admin store"), mapi.Long(mapi.PrFolderType, mapi.FolderRoot)},
		},
	} {
		if err := tx.Insert(ctx, o); err != nil {
			return err
		}
		for _, user := range []uint32{mapi.UserEveryone, mapi.UserSystem} {
			if err := tx.PutACE(ctx, adminStore, o.ID, mapi.ACE{UserID: user, Type: mapi.ACEGrant, Rights: mapi.RightsAll}); err != nil {
				return err
			}
		}
	}
	return tx.PutMailbox(ctx, storage.Mailbox{
		ID: adminStore, Root: adminRoot, GUID: adminGUID, Type: mapi.StorePrivate, UserID: mapi.UserSystem, UserName: "SYSTEM",
	})
}
