package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
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
	draft := draftOf(req.SaveObj, mapi.ObjectType(req.SaveObj.ObjType))
	if err := draft.Check("saveObject", s.settings.MaxEmbedded); err != nil {
		return err
	}
	in, err := s.incoming(c, "saveObject", req.SyncID != 0)
	if err != nil {
		return err
	}
	sv := &saver{incoming: in, req: req, draft: draft}
	if err := sv.findTarget(); err != nil {
		return err
	}
	if err := sv.findInstances(c.Context, req.SaveObj, draft); err != nil {
		return err
	}
	write := sv.update
	if req.SaveObj.ServerID == 0 {
		write = sv.create
	}
	if err := s.writer.Do(c.Context, sv.target.Store, author(c, req.SyncID), write); err != nil {
		return err
	}
	resp.SaveObject = sv.result
	return nil
}

// draftOf is what a node of a request wants an object of a type to be. The draft shares everything with the node.
func draftOf(n *wire.SaveObject, t mapi.ObjectType) *change.Draft {
	d := &change.Draft{ID: n.ServerID, Type: t, Delete: n.Delete, Drop: n.DelProps, Props: n.ModProps}
	if len(n.Items) > 0 {
		d.Parts = make([]*change.Draft, len(n.Items))
	}
	for i := range n.Items {
		d.Parts[i] = draftOf(&n.Items[i], partType(t, &n.Items[i]))
	}
	return d
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
	incoming
	req    *wire.SaveObjectRequest
	draft  *change.Draft
	result wire.SaveObject
}

// findTarget finds the object to write, or the folder of a new message, and checks rights and quota.
func (sv *saver) findTarget() error {
	if sv.req.SaveObj.ServerID != 0 {
		return sv.findExisting()
	}
	if sv.draft.Type != mapi.TypeMessage {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "a new object of type %d", sv.draft.Type)
	}
	return sv.goTo(sv.req.ParentEntryID, sv.req.EntryID)
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
	return sv.replace(ref)
}

// create writes a new message into the target folder.
func (sv *saver) create(ctx context.Context, ch *change.Change) error {
	saved, err := ch.CreateMessage(ctx, change.NewMessage{
		Folder: sv.target.ID, Flags: sv.req.Flags, Owner: sv.owner, EntryID: sv.req.EntryID,
	}, sv.draft, sv.rules)
	if err != nil {
		return err
	}
	return sv.answerNew(ctx, ch, &saved)
}

// update writes a store, folder or message that exists.
func (sv *saver) update(ctx context.Context, ch *change.Change) error {
	o, err := ch.Object(ctx, sv.target.ID)
	if err != nil {
		return err
	}
	if o.Deleted() {
		return mapi.Errorf(mapi.ObjectDeleted, "saveObject", "object %d is deleted", o.ID)
	}
	if name, ok := sv.draft.Props.Get(mapi.PrDisplayName); ok && o.Type == mapi.TypeFolder {
		if err := refuseRename(ctx, ch, o, name.Str()); err != nil {
			return err
		}
	}
	saved, err := ch.UpdateObject(ctx, o, sv.draft, sv.rules)
	if err != nil {
		return err
	}
	return sv.answerUpdate(ctx, ch, &saved)
}

// refuseRename fails if a folder is to get a name that none can have, or that of another one beside it.
func refuseRename(ctx context.Context, ch *change.Change, o *storage.Object, name string) error {
	if len(name) > maxFolderName {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "a name of %d bytes", len(name))
	}
	if o.FolderKind() == mapi.FolderRoot || change.SameFolderName(name, o.Props.Str(mapi.PrDisplayName)) {
		return nil
	}
	return ch.RefuseName(ctx, "saveObject", o.Parent, o.ID, name)
}
