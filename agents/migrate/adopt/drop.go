package adopt

import (
	"context"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// dropDirectory removes the users, groups and memberships that the source has no more.
func (m *Migration) dropDirectory(ctx context.Context) error {
	ids, objects, relations := map[uint32]bool{}, map[string]bool{}, map[relationKey]bool{}
	err := m.session.Moment(ctx, func() error {
		users, err := m.session.Users(ctx)
		if err != nil {
			return err
		}
		for _, u := range users {
			ids[u.ID] = true
		}
		list, links, err := m.session.Directory(ctx)
		if err != nil {
			return err
		}
		if list, err = m.ownUsers(users, list); list == nil {
			links = nil
		}
		for _, o := range list {
			objects[string(o.ExternalID)] = true
		}
		for _, r := range links {
			relations[keyOf(r.Parent, r.Child, r.Type)] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	return m.write(ctx, func(ctx context.Context, tx storage.Tx) error { return dropUsers(ctx, tx, ids, objects, relations) })
}

// relationKey tells a relation from others.
type relationKey struct {
	parent, child string
	kind          uint32
}

func keyOf(parent, child []byte, kind uint32) relationKey {
	return relationKey{string(parent), string(child), kind}
}

func dropUsers(ctx context.Context, tx storage.Tx, ids map[uint32]bool, objects map[string]bool, relations map[relationKey]bool) error {
	haveRelations, err := tx.Relations(ctx)
	if err != nil {
		return err
	}
	for _, r := range haveRelations {
		if !relations[keyOf(r.Parent, r.Child, r.Type)] {
			if err := tx.DeleteRelation(ctx, r); err != nil {
				return err
			}
		}
	}
	haveObjects, err := tx.DirectoryObjects(ctx)
	if err != nil {
		return err
	}
	for _, o := range haveObjects {
		if !objects[string(o.ExternalID)] {
			if err := tx.DeleteDirectoryObject(ctx, o.ExternalID); err != nil {
				return err
			}
		}
	}
	haveIDs, err := tx.UserIDs(ctx)
	if err != nil {
		return err
	}
	for _, u := range haveIDs {
		if !ids[u.ID] {
			if err := tx.DeleteUserID(ctx, u.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// aceKey tells an entry of an access control list from others.
type aceKey struct{ object, user, kind uint32 }

// dropLists removes rights, entries of the queue and search results that the source has no more.
func (m *Migration) dropLists(ctx context.Context) error {
	aces, queue := map[aceKey]bool{}, map[legacy.QueueEntry]bool{}
	err := m.session.Moment(ctx, func() error {
		err := m.session.ACL(ctx, func(e legacy.ACE) error {
			aces[aceKey{e.Object, e.User, e.Type}] = true
			return nil
		})
		if err != nil {
			return err
		}
		return m.session.Queue(ctx, func(e legacy.QueueEntry) error {
			queue[legacy.QueueEntry{Message: e.Message, Flags: e.Flags & mapi.SubmitMaster}] = true
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, id := range m.tree.IDs() {
		if err := m.dropRights(ctx, id, aces); err != nil {
			return err
		}
	}
	return m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		have, err := tx.Queue(ctx, 0)
		if err != nil {
			return err
		}
		for _, e := range have {
			if master := e.Flags & mapi.SubmitMaster; !queue[legacy.QueueEntry{Message: e.Message, Flags: master}] {
				if err := tx.DeleteQueueEntry(ctx, e.Message, master != 0); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// dropRights removes the rights on a store or folder that are gone, and what a search folder has found, which is taken anew.
func (m *Migration) dropRights(ctx context.Context, id uint32, aces map[aceKey]bool) error {
	have, err := m.target.ACL(ctx, id)
	if err != nil {
		return err
	}
	var gone []mapi.ACE
	for _, e := range have {
		if !aces[aceKey{id, e.UserID, e.Type}] {
			gone = append(gone, e)
		}
	}
	search := m.tree.Find(id).Type == mapi.TypeFolder && m.tree.Find(id).Flags&folderKind == mapi.FolderSearch
	if len(gone) == 0 && !search {
		return nil
	}
	return m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		for _, e := range gone {
			if err := tx.DeleteACE(ctx, id, e.UserID, e.Type); err != nil {
				return err
			}
		}
		if search {
			return tx.DeleteSearchResults(ctx, id, nil)
		}
		return nil
	})
}
