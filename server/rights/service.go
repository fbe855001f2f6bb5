package rights

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Service has the operations on rights and owners.
type Service struct {
	checker *Checker
	tree    Tree
	dir     directory.Directory
	store   storage.Store
	bus     *feed.Bus
}

// NewService makes the operations over a checker; changed lists are announced on bus.
func NewService(checker *Checker, tree Tree, dir directory.Directory, store storage.Store, bus *feed.Bus) *Service {
	return &Service{checker: checker, tree: tree, dir: dir, store: store, bus: bus}
}

// GetRights lists the entries of an object's access control list; asking needs no right
// (objects.md section 8). Entries of users that are gone are left out.
func (s *Service) GetRights(c *session.Call, req *wire.GetRightsRequest, resp *wire.RightsResponse) error {
	ref, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.requireReach(c, ref); err != nil {
		return err
	}
	list, err := s.checker.aclOf(c.Context, ref.ID)
	if err != nil {
		return err
	}
	resp.RightsArray = []wire.Rights{}
	for _, e := range list {
		if uint32(req.Type)&e.Type == 0 {
			continue
		}
		user, err := s.dir.ByID(c.Context, e.UserID)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		resp.RightsArray = append(resp.RightsArray, wire.Rights{
			UlUserID: e.UserID, Type: e.Type, Rights: uint32(e.Rights), State: mapi.ACEStateNormal,
			SUserID: s.dir.EntryID(user, c.Session.Capabilities),
		})
	}
	return nil
}

// requireReach hides the objects of companies that the caller does not see.
func (s *Service) requireReach(c *session.Call, ref storage.Ref) error {
	if !s.dir.Hosted() {
		return nil
	}
	box, err := s.tree.Mailbox(c.Context, ref.Store)
	if err != nil {
		return err
	}
	return s.checker.RequireReach(c.Context, c.Session.UserID, box)
}

// change is one requested change of an access control list.
type change struct {
	put    []mapi.ACE
	remove []mapi.ACE
}

// SetRights changes an object's access control list; it needs FolderAccess. Entries for somebody who
// cannot be granted rights are skipped and reported: PARTIAL_COMPLETION, or INVALID_PARAMETER
// if that were all.
func (s *Service) SetRights(c *session.Call, req *wire.SetRightsRequest, resp *wire.SetRightsResponse) error {
	ref, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if ref.Type != mapi.TypeFolder && ref.Type != mapi.TypeStore {
		return mapi.Errorf(mapi.InvalidType, "setRights", "object %d has no access control list", ref.ID)
	}
	if err := s.checker.Check(c.Context, c.Session.UserID, ref, FolderAccess); err != nil {
		return err
	}
	var ch change
	failed := 0
	for i := range req.RightsArray {
		if !s.plan(c, &req.RightsArray[i], &ch) {
			failed++
		}
	}
	if failed > 0 && failed == len(req.RightsArray) {
		return mapi.Errorf(mapi.InvalidParameter, "setRights", "none of %d entries can be granted rights", failed)
	}
	if err := s.apply(c.Context, ref, ch); err != nil {
		return err
	}
	if failed > 0 {
		return mapi.Errorf(mapi.PartialCompletion, "setRights", "%d of %d entries cannot be granted rights", failed, len(req.RightsArray))
	}
	return nil
}

// plan adds one entry of a request to a change; it reports whether that was possible.
func (s *Service) plan(c *session.Call, e *wire.Rights, ch *change) bool {
	if e.UlUserID == 0 && len(e.SUserID) == 0 || e.Type != mapi.ACEGrant && e.Type != mapi.ACEDenied {
		return false
	}
	user, err := s.dir.Resolve(c.Context, c.Session.UserID, e.UlUserID, e.SUserID)
	if err != nil || !grantable(user.Class) {
		return false
	}
	row := mapi.ACE{UserID: user.ID, Type: e.Type, Rights: mapi.Rights(e.Rights) & mapi.RightsMask}
	mirror := mapi.ACE{UserID: user.ID, Type: mapi.ACEDenied, Rights: denied(row.Rights)}
	auto := e.State&mapi.ACEStateAutoUpdateDenied != 0 && row.Type == mapi.ACEGrant
	switch {
	case e.State&mapi.ACEStateDeleted != 0:
		ch.remove = append(ch.remove, row)
		if auto {
			ch.remove = append(ch.remove, mirror)
		}
	case e.State&(mapi.ACEStateNew|mapi.ACEStateModify) != 0:
		ch.put = append(ch.put, row)
		if auto {
			ch.put = append(ch.put, mirror)
		}
	}
	return true
}

func grantable(class mapi.ObjectClass) bool {
	return class == mapi.ClassActiveUser || class == mapi.ClassSecurityGroup || class == mapi.ClassCompany
}

// denied is the mirror image of a grant. Whoever may touch anything may touch his own.
func denied(granted mapi.Rights) mapi.Rights {
	d := granted ^ mapi.RightsMask
	if granted&mapi.RightEditAny != 0 {
		d &^= mapi.RightEditOwned
	}
	if granted&mapi.RightDeleteAny != 0 {
		d &^= mapi.RightDeleteOwned
	}
	return d
}

func (s *Service) apply(ctx context.Context, ref storage.Ref, ch change) error {
	if len(ch.put)+len(ch.remove) == 0 {
		return nil
	}
	return s.store.Update(ctx, ref.Store, func(ctx context.Context, tx storage.Tx) error {
		for _, e := range ch.remove {
			if err := tx.DeleteACE(ctx, ref.ID, e.UserID, e.Type); err != nil && mapi.CodeOf(err) != mapi.NotFound {
				return err
			}
		}
		for _, e := range ch.put {
			if err := tx.PutACE(ctx, ref.Store, ref.ID, e); err != nil {
				return err
			}
		}
		return nil
	}, func() { s.bus.Publish(&feed.Batch{Store: ref.Store, ACLs: []uint32{ref.ID}}) })
}

// GetOwner tells whose an object is.
func (s *Service) GetOwner(c *session.Call, req *wire.GetOwnerRequest, resp *wire.GetOwnerResponse) error {
	ref, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.requireReach(c, ref); err != nil {
		return err
	}
	owner := ref.Owner
	if ref.Type == mapi.TypeStore {
		box, err := s.tree.Mailbox(c.Context, ref.ID)
		if err != nil {
			return err
		}
		owner = box.UserID
	}
	user, err := s.dir.ByID(c.Context, owner)
	if err != nil {
		return err
	}
	resp.UlOwner, resp.SOwner = owner, s.dir.EntryID(user, c.Session.Capabilities)
	return nil
}
