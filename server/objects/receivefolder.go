package objects

import (
	"context"
	"strings"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// maxClassLength bounds a message class for which a receive folder can be set.
const maxClassLength = 185

// receiveFolder finds the entry with the longest class that is the message class or the start of it up to a
// dot; the entry "" matches everything.
func receiveFolder(list []storage.ReceiveFolder, class string) (storage.ReceiveFolder, bool) {
	for {
		for _, r := range list {
			if strings.EqualFold(r.Class, class) {
				return r, true
			}
		}
		if class == "" {
			return storage.ReceiveFolder{}, false
		}
		class = class[:max(strings.LastIndexByte(class, '.'), 0)]
	}
}

// GetReceiveFolder tells into which folder messages of a class are delivered; asking needs no right.
func (s *Service) GetReceiveFolder(c *session.Call, req *wire.GetReceiveFolderRequest, resp *wire.ReceiveFolderResponse) error {
	store, err := s.mailStore(c, req.StoreID)
	if err != nil {
		return err
	}
	list, err := s.tree.ReceiveFolders(c.Context, store.ID)
	if err != nil {
		return err
	}
	class := req.MessageClass.String
	if len(class) > maxClassLength {
		return mapi.Errorf(mapi.InvalidParameter, "getReceiveFolder", "a class of %d bytes", len(class))
	}
	found, ok := receiveFolder(list, class)
	if !ok {
		return mapi.Errorf(mapi.NotFound, "getReceiveFolder", "store %d has no receive folder for %q", store.ID, class)
	}
	resp.ReceiveFolder, err = s.describeReceiveFolder(c.Context, found)
	return err
}

func (s *Service) describeReceiveFolder(ctx context.Context, r storage.ReceiveFolder) (wire.ReceiveFolder, error) {
	folder, err := s.tree.Ref(ctx, r.Folder)
	return wire.ReceiveFolder{EntryID: folder.EntryID, ExplicitClass: wire.Text(r.Class)}, err
}

// GetReceiveFolderTable lists all receive folders of a store; it needs Read on the store.
func (s *Service) GetReceiveFolderTable(c *session.Call, req *wire.GetReceiveFolderTableRequest, resp *wire.ReceiveFolderTableResponse) error {
	store, err := s.mailStore(c, req.StoreID)
	if err != nil {
		return err
	}
	if err := s.check(c, store, rights.Read); err != nil {
		return err
	}
	list, err := s.tree.ReceiveFolders(c.Context, store.ID)
	if err != nil {
		return err
	}
	resp.FolderArray = make([]wire.ReceiveFolder, 0, len(list))
	for _, r := range list {
		row, err := s.describeReceiveFolder(c.Context, r)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		resp.FolderArray = append(resp.FolderArray, row)
	}
	return nil
}

// SetReceiveFolder sets the folder for a message class; without a folder the class gets that of the default
// class. It needs Edit on the store to change an entry, and Create to add one.
func (s *Service) SetReceiveFolder(c *session.Call, req *wire.SetReceiveFolderRequest, _ *wire.SetReceiveFolderResponse) error {
	store, err := s.mailStore(c, req.StoreID)
	if err != nil {
		return err
	}
	class := strings.Clone(req.MessageClass.String)
	if len(class) > maxClassLength {
		return mapi.Errorf(mapi.InvalidParameter, "setReceiveFolder", "a class of %d bytes", len(class))
	}
	list, err := s.store.ReceiveFolders(c.Context, store.ID)
	if err != nil {
		return err
	}
	entry := storage.ReceiveFolder{Store: store.ID, Class: class}
	if entry.Folder, err = s.receiveTarget(c.Context, store, list, req.EntryID); err != nil {
		return err
	}
	need := rights.Create
	for _, r := range list {
		if strings.EqualFold(r.Class, class) {
			need, entry.Class = rights.Edit, r.Class
		}
	}
	if err := s.check(c, store, need); err != nil {
		return err
	}
	return s.writer.Do(c.Context, store.ID, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		return ch.PutReceiveFolder(ctx, entry)
	})
}

// receiveTarget is the folder a request names, or that of the default class.
func (s *Service) receiveTarget(ctx context.Context, store storage.Ref, list []storage.ReceiveFolder, id []byte) (uint32, error) {
	if len(id) == 0 {
		fallback, ok := receiveFolder(list, "")
		if !ok {
			return 0, mapi.Errorf(mapi.NotFound, "setReceiveFolder", "store %d has no default receive folder", store.ID)
		}
		return fallback.Folder, nil
	}
	folder, err := s.folder(ctx, id)
	if err == nil && folder.Store != store.ID {
		err = mapi.Errorf(mapi.InvalidParameter, "setReceiveFolder", "folder %d is in another store", folder.ID)
	}
	return folder.ID, err
}
