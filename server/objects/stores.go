package objects

import (
	"context"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// storeName is the generated display name of a store (objects.md section 3.4).
func (s *Service) storeName(ctx context.Context, box storage.Mailbox, owner *directory.Object) string {
	switch {
	case box.UserID == 0:
		return "Orphaned store"
	case owner == nil:
		return "Inbox for a removed user"
	case box.UserID == mapi.UserEveryone || owner.Class == mapi.ClassCompany:
		return "Public Folders"
	}
	company := ""
	if owner.Company != 0 {
		if o, err := s.dir.ByID(ctx, owner.Company); err == nil {
			company = o.Name
		}
	}
	name := strings.NewReplacer("%f", owner.FullName, "%u", owner.BareName, "%c", company).Replace(s.settings.StoreNameFormat)
	switch box.Type {
	case mapi.StoreArchive:
		return "Archive - " + name
	case mapi.StorePublic:
		return "Public Store - " + name
	}
	return "Inbox - " + name
}

// describe fills an answer with the ids of a store.
func (s *Service) describe(ctx context.Context, box storage.Mailbox, resp *wire.GetStoreResponse) error {
	store, err := s.tree.Ref(ctx, box.ID)
	if err != nil {
		return err
	}
	root, err := s.tree.Ref(ctx, box.Root)
	if err != nil {
		return err
	}
	resp.StoreID, resp.RootID, resp.GUID = store.EntryID, root.EntryID, box.GUID[:]
	resp.ServerPath = wire.Text(s.cluster.PseudoURL())
	return nil
}

// GetStore describes a store, the caller's own if the request names none.
func (s *Service) GetStore(c *session.Call, req *wire.GetStoreRequest, resp *wire.GetStoreResponse) error {
	var box storage.Mailbox
	if len(req.EntryID) == 0 {
		err := s.redirectTo(c, c.Session.UserID, &resp.ServerPath)
		if err != nil {
			return err
		}
		if box, err = s.tree.MailboxOf(c.Context, c.Session.UserID, mapi.StorePrivate); err != nil {
			return err
		}
		return s.describe(c.Context, box, resp)
	}
	ref, err := s.mailStore(c, req.EntryID)
	if mapi.CodeOf(err) == mapi.NotFound && !mapi.EntryID(req.EntryID).Override() {
		return mapi.Errorf(mapi.UnableToComplete, "getStore", "no such store here")
	}
	if err != nil {
		return err
	}
	if box, err = s.tree.Mailbox(c.Context, ref.ID); err != nil {
		return err
	}
	return s.describe(c.Context, box, resp)
}

// GetPublicStore describes the public store: that of the caller's company, or of everyone.
func (s *Service) GetPublicStore(c *session.Call, req *wire.GetPublicStoreRequest, resp *wire.GetStoreResponse) error {
	user, err := s.dir.ByID(c.Context, c.Session.UserID)
	if err != nil {
		return err
	}
	owner := mapi.UserEveryone
	if user.Company != 0 {
		owner = user.Company
	}
	if req.Flags&mapi.PublicStoreHere == 0 {
		if err := s.redirectTo(c, owner, &resp.ServerPath); err != nil {
			return err
		}
	}
	box, err := s.tree.MailboxOf(c.Context, owner, mapi.StorePublic)
	if err != nil {
		return err
	}
	return s.describe(c.Context, box, resp)
}

// box finds a store's row by its entry id.
func (s *Service) box(c *session.Call, id []byte) (storage.Mailbox, error) {
	ref, err := s.mailStore(c, id)
	if err != nil {
		return storage.Mailbox{}, err
	}
	return s.tree.Mailbox(c.Context, ref.ID)
}

// GetStoreName is the display name of a store.
func (s *Service) GetStoreName(c *session.Call, req *wire.GetStoreNameRequest, resp *wire.GetStoreNameResponse) error {
	box, err := s.box(c, req.EntryID)
	if err != nil {
		return err
	}
	owner, err := s.ownerOf(c.Context, box)
	if err != nil {
		return err
	}
	resp.StoreName = wire.Text(s.storeName(c.Context, box, owner))
	return nil
}

// GetStoreType tells whether a store is private, public or an archive.
func (s *Service) GetStoreType(c *session.Call, req *wire.GetStoreTypeRequest, resp *wire.GetStoreTypeResponse) error {
	box, err := s.box(c, req.EntryID)
	resp.StoreType = box.Type
	return err
}

// ResolveStore finds a store by its GUID; orphans are for administrators.
func (s *Service) ResolveStore(c *session.Call, req *wire.ResolveStoreRequest, resp *wire.ResolveUserStoreResponse) error {
	guid, ok := mapi.GUIDOf(req.StoreGUID)
	if !ok {
		return mapi.Errorf(mapi.InvalidParameter, "resolveStore", "a GUID of %d bytes", len(req.StoreGUID))
	}
	box, err := s.tree.MailboxByGUID(c.Context, guid)
	if err != nil {
		return err
	}
	owner, err := s.ownerOf(c.Context, box)
	if err != nil {
		return err
	}
	if owner == nil {
		err = s.rights.RequireAdminOf(c.Context, c.Session.UserID, box, "resolveStore")
	} else {
		err = s.rights.RequireReach(c.Context, c.Session.UserID, box)
	}
	if err != nil {
		return err
	}
	return s.resolved(c, box, owner, true, resp)
}

// resolved answers with a store and its owner.
func (s *Service) resolved(c *session.Call, box storage.Mailbox, owner *directory.Object, override bool, resp *wire.ResolveUserStoreResponse) error {
	store, err := s.tree.Ref(c.Context, box.ID)
	if err != nil {
		return err
	}
	resp.StoreID = store.EntryID
	if override {
		resp.StoreID = store.EntryID.WithFlags(mapi.EntryIDOverrideFlag)
	}
	resp.UlUserID, resp.GUID = box.UserID, box.GUID[:]
	if owner != nil {
		resp.SUserID = s.dir.EntryID(owner, c.Session.Capabilities)
	}
	resp.ServerPath = wire.Text(s.cluster.PseudoURL())
	return nil
}

// ResolveUserStore finds a store by its owner's name; the mask (0: private and public) says of which types.
func (s *Service) ResolveUserStore(c *session.Call, req *wire.ResolveUserStoreRequest, resp *wire.ResolveUserStoreResponse) error {
	if !req.UserName.Valid || req.UserName.String == "" {
		return mapi.Errorf(mapi.InvalidParameter, "resolveUserStore", "no user name")
	}
	owner, err := s.storeOwnerNamed(c, req.UserName.String)
	if err != nil {
		return err
	}
	mask := req.StoreTypeMask
	if mask == 0 {
		mask = 1<<mapi.StorePrivate | 1<<mapi.StorePublic
	}
	if req.Flags&mapi.ResolveStoreHere == 0 && mask&^(1<<mapi.StoreArchive) != 0 { // archives are where they are
		if err := s.redirect(c, owner, &resp.ServerPath); err != nil {
			return err
		}
	}
	for _, t := range []uint32{mapi.StorePrivate, mapi.StorePublic, mapi.StoreArchive} {
		if mask&(1<<t) == 0 {
			continue
		}
		box, err := s.tree.MailboxOf(c.Context, owner.ID, t)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		err = s.resolved(c, box, owner, req.Flags&mapi.ResolveStoreHere != 0, resp)
		if err == nil && req.Flags&mapi.ResolveContents != 0 && c.Session.Has(mapi.CapDelivery) {
			err = s.resolveContents(c, box, resp)
		}
		return err
	}
	return mapi.Errorf(mapi.NotFound, "resolveUserStore", "%q has no such store", owner.Name)
}

// storeOwnerNamed finds somebody who can own a store: contacts and groups other than EVERYONE cannot.
func (s *Service) storeOwnerNamed(c *session.Call, name string) (*directory.Object, error) {
	for _, kind := range []mapi.ObjectClass{mapi.ClassActiveUser, mapi.ClassCompany, mapi.ClassSecurityGroup} {
		o, err := s.dir.Named(c.Context, c.Session.UserID, name, kind.Kind())
		if mapi.CodeOf(err) == mapi.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if o.Class != mapi.ClassContact && (kind != mapi.ClassSecurityGroup || o.ID == mapi.UserEveryone) {
			return o, nil
		}
	}
	return nil, mapi.Errorf(mapi.NotFound, "resolveUserStore", "nobody called %q owns a store", name)
}
