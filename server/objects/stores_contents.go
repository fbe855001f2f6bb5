package objects

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// deliveredClass is the message class whose receive folder a delivery agent is told of.
const deliveredClass = "IPM"

// resolveContents adds to a store that was resolved what loadObject would answer for the store and for its receive folder, with the same
// rights asked for. A store without a receive folder comes without one.
func (s *Service) resolveContents(c *session.Call, box storage.Mailbox, resp *wire.ResolveUserStoreResponse) error {
	list, err := s.tree.ReceiveFolders(c.Context, box.ID)
	if err != nil {
		return err
	}
	found, hasFolder := receiveFolder(list, deliveredClass)
	counted := []storage.Ref{{ID: box.ID}}
	var ref storage.Ref
	if hasFolder {
		if ref, err = s.tree.Ref(c.Context, found.Folder); err != nil {
			return err
		}
		counted = append(counted, ref)
	}
	count := s.countersTogether(counted...)
	var store wire.LoadObjectResponse
	if err := s.loadObject(c, &wire.LoadObjectRequest{EntryID: resp.StoreID}, &store, count); err != nil {
		return err
	}
	resp.Store = &store.SaveObject
	if !hasFolder {
		return nil
	}
	var folder wire.LoadObjectResponse
	err = s.loadObject(c, &wire.LoadObjectRequest{EntryID: ref.EntryID}, &folder, count)
	if code := mapi.CodeOf(err); code == mapi.NotFound || code == mapi.NoAccess {
		return nil // the store may be opened though its folder is deleted or hidden
	}
	resp.ReceiveFolder = &folder.SaveObject
	return err
}
