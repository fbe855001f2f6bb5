package objects

import (
	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
)

// incoming is an object on its way in, as part of a request or as a stream beside it. Everything in it is fixed before its transaction starts.
type incoming struct {
	svc  *Service
	call *session.Call
	op   string // the operation, for errors
	// target is the object to write, or the folder of a new message.
	target storage.Ref
	owner  uint32 // of a new message
	rules  change.Rules
}

// incoming begins the way in of something that the caller sends.
func (s *Service) incoming(c *session.Call, op string, trusted bool) (incoming, error) {
	user, err := s.dir.ByID(c.Context, c.Session.UserID)
	if err != nil {
		return incoming{}, err
	}
	rules := change.Rules{Login: user.Name, User: s.dir.EntryID(user, c.Session.Capabilities), Trusted: trusted}
	return incoming{svc: s, call: c, op: op, rules: rules}, nil
}

// goTo makes a folder the target of a new message, which is to have an entry id, or none. The caller needs Create and room in the store.
func (in *incoming) goTo(folderID []byte, id mapi.EntryID) error {
	if len(id) > 0 && (!id.Valid() || id.Type() != mapi.TypeMessage) {
		return mapi.Errorf(mapi.InvalidEntryID, in.op, "not the entry id of a message")
	}
	s, c := in.svc, in.call
	folder, err := s.folder(c.Context, folderID)
	if err != nil {
		return err
	}
	if folder.FolderKind() == mapi.FolderSearch {
		return mapi.Errorf(mapi.NoAccess, in.op, "folder %d is a search folder", folder.ID)
	}
	if err := s.check(c, folder, rights.Create); err != nil {
		return err
	}
	if err := s.checkQuota(c, folder.Store, mapi.QuotaHard); err != nil {
		return err
	}
	in.target = folder
	in.owner, err = s.ownerOfNew(c.Context, c.Session.UserID, folder)
	return err
}

// replace makes an object that exists the target. The caller needs Edit, or Owner of a folder, and for a message room in the store.
func (in *incoming) replace(ref storage.Ref) error {
	if ref.Deleted() {
		return mapi.Errorf(mapi.ObjectDeleted, in.op, "object %d is deleted", ref.ID)
	}
	in.target = ref
	need := rights.Edit
	if ref.Type == mapi.TypeFolder {
		need = rights.FolderAccess
	}
	if err := in.svc.check(in.call, ref, need); err != nil || ref.Type != mapi.TypeMessage {
		return err
	}
	return in.svc.checkQuota(in.call, ref.Store, mapi.QuotaHard)
}
