package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// SaveObject writes a store, a folder, or a message with its recipients, attachments and embedded messages
// (objects.md section 3.2). It is one transaction.
func (s *Service) SaveObject(c *session.Call, req *wire.SaveObjectRequest, resp *wire.LoadObjectResponse) error {
	if req.SaveObj == nil {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "the request has no object")
	}
	if err := s.checkTree(req.SaveObj, mapi.ObjectType(req.SaveObj.ObjType), 0); err != nil {
		return err
	}
	sv, err := s.newSaver(c, req)
	if err != nil {
		return err
	}
	if err := sv.findInstances(c.Context, req.SaveObj); err != nil {
		return err
	}
	save := sv.updateTop
	if req.SaveObj.ServerID == 0 {
		save = sv.createMessage
	}
	if err := s.writer.Do(c.Context, sv.target.Store, author(c, req.SyncID), func(ctx context.Context, ch *Change) error {
		sv.result = wire.SaveObject{}
		return save(ctx, ch)
	}); err != nil {
		return err
	}
	resp.SaveObject = sv.result
	return nil
}

// checkTree bounds the depth of a tree of parts and refuses children where they cannot be.
func (s *Service) checkTree(n *wire.SaveObject, t mapi.ObjectType, depth int) error {
	if t == mapi.TypeMessage {
		if depth++; depth > s.settings.MaxEmbedded+1 {
			return mapi.Errorf(mapi.TooComplex, "saveObject", "messages are embedded deeper than embedded_attachment_limit = %d", s.settings.MaxEmbedded)
		}
	}
	switch {
	case len(n.Items) == 0:
	case t == mapi.TypeMessage:
	case t == mapi.TypeAttach && len(n.Items) == 1:
	default:
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "an object of type %d cannot have %d children", t, len(n.Items))
	}
	for i := range n.Items {
		if err := s.checkTree(&n.Items[i], partType(t, &n.Items[i]), depth); err != nil {
			return err
		}
	}
	return nil
}

// partType is what a child of a node is: an attachment's only child is a message, and what is
// neither an attachment nor a distribution list in a message is a recipient.
func partType(parent mapi.ObjectType, n *wire.SaveObject) mapi.ObjectType {
	if parent == mapi.TypeAttach {
		return mapi.TypeMessage
	}
	switch t := mapi.ObjectType(n.ObjType); t {
	case mapi.TypeAttach, mapi.TypeDistList:
		return t
	}
	return mapi.TypeMailUser
}

// saver is one saveObject. Everything but result is fixed before its transaction starts.
type saver struct {
	svc   *Service
	call  *session.Call
	req   *wire.SaveObjectRequest
	login string // of the session's user
	user  []byte // his address-book entry id
	// target is the object to write, or the folder of a new message.
	target storage.Ref
	owner  uint32 // of new objects
	// instances are the large values that nodes refer to instead of sending them.
	instances map[*wire.SaveObject]storage.LobRef
	result    wire.SaveObject
}

// newSaver finds the target and checks rights and quota.
func (s *Service) newSaver(c *session.Call, req *wire.SaveObjectRequest) (*saver, error) {
	user, err := s.dir.ByID(c.Context, c.Session.UserID)
	if err != nil {
		return nil, err
	}
	sv := &saver{
		svc: s, call: c, req: req, login: user.Name, user: s.dir.EntryID(user, c.Session.Capabilities),
		instances: make(map[*wire.SaveObject]storage.LobRef),
	}
	if req.SaveObj.ServerID == 0 {
		err = sv.findFolder()
	} else {
		err = sv.findExisting()
	}
	if err != nil {
		return nil, err
	}
	if req.SaveObj.ServerID == 0 || sv.target.Type == mapi.TypeMessage {
		if err := s.checkQuota(c, sv.target.Store, quotaHard); err != nil {
			return nil, err
		}
	}
	sv.owner = sv.target.Owner
	if req.SaveObj.ServerID == 0 {
		sv.owner, err = s.ownerOfNew(c.Context, c.Session.UserID, sv.target)
	}
	return sv, err
}

// findFolder sets the target to the folder of a new message.
func (sv *saver) findFolder() error {
	if t := mapi.ObjectType(sv.req.SaveObj.ObjType); t != mapi.TypeMessage {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "a new object of type %d", t)
	}
	if id := mapi.EntryID(sv.req.EntryID); len(id) > 0 && (!id.Valid() || id.Type() != mapi.TypeMessage) {
		return mapi.Errorf(mapi.InvalidEntryID, "saveObject", "not the entry id of a message")
	}
	folder, err := sv.svc.folder(sv.call.Context, sv.req.ParentEntryID)
	if err != nil {
		return err
	}
	if folder.FolderKind() == mapi.FolderSearch {
		return mapi.Errorf(mapi.NoAccess, "saveObject", "folder %d is a search folder", folder.ID)
	}
	sv.target = folder
	return sv.svc.check(sv.call, folder, rights.Create)
}

// findExisting sets the target to an object that exists. It is found by its id: clients name the store as
// parent of anything they save again, and a message that was moved has another entry id.
func (sv *saver) findExisting() error {
	ref, err := sv.svc.tree.Ref(sv.call.Context, sv.req.SaveObj.ServerID)
	if err != nil {
		return err
	}
	if ref.Message != 0 || uint32(ref.Type) != sv.req.SaveObj.ObjType {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "object %d is not of type %d", ref.ID, sv.req.SaveObj.ObjType)
	}
	if len(sv.req.ParentEntryID) == 0 && ref.Type != mapi.TypeStore {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "object %d is no store and has no parent", ref.ID)
	}
	if ref.Deleted() {
		return mapi.Errorf(mapi.ObjectDeleted, "saveObject", "object %d is deleted", ref.ID)
	}
	sv.target = ref
	if ref.Type == mapi.TypeFolder {
		return sv.svc.check(sv.call, ref, rights.FolderAccess)
	}
	return sv.svc.check(sv.call, ref, rights.Edit)
}
