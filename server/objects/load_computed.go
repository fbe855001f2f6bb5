package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/storage"
)

// computed lists the properties that the server adds to an object it loads (objects.md section 3.4), in the order
// in which clients of the protocol have always got them.
func (ld *loader) computed(ctx context.Context, o *storage.Object) ([]mapi.PropValue, error) {
	switch o.Type {
	case mapi.TypeStore:
		return ld.computedOfStore(ctx, o)
	case mapi.TypeFolder, mapi.TypeMessage:
		if o.Message == 0 {
			return ld.computedOfItem(ctx, o)
		}
		return []mapi.PropValue{
			mapi.Long(mapi.PrAccess, ld.access.Access(o.Ref)), mapi.Long(mapi.PrAccessLevel, ld.access.Level(o.Ref)),
		}, nil
	case mapi.TypeAttach:
		if !o.Props.Has(mapi.PrRecordKey.ID()) {
			return []mapi.PropValue{mapi.Binary(mapi.PrRecordKey, mapi.InstanceKey(o.ID, 0)[:4])}, nil
		}
		return nil, nil
	}
	return []mapi.PropValue{mapi.Binary(mapi.PrInstanceKey, mapi.InstanceKey(o.ID, 0))}, nil
}

func (ld *loader) computedOfItem(ctx context.Context, o *storage.Object) ([]mapi.PropValue, error) {
	parent, err := ld.svc.tree.Ref(ctx, o.Parent)
	if err != nil {
		return nil, err
	}
	list := make([]mapi.PropValue, 0, 7)
	parentID := parent.EntryID
	if parent.Type == mapi.TypeStore {
		parentID = o.EntryID // the root folder is its own parent
	} else {
		list = append(list, mapi.Binary(mapi.PrParentSourceKey, parent.SourceKey))
	}
	if len(o.SourceKey) > 0 {
		list = append(list, mapi.Binary(mapi.PrSourceKey, o.SourceKey))
	}
	list = append(list, mapi.Binary(mapi.PrRecordKey, o.EntryID), mapi.Binary(mapi.PrParentEntryID, parentID))
	if o.Type == mapi.TypeFolder {
		list = append(list, mapi.Long(mapi.PrRights, uint32(ld.access.Rights(o.Ref))))
	}
	return append(list, mapi.Long(mapi.PrAccess, ld.access.Access(o.Ref)), mapi.Long(mapi.PrAccessLevel, ld.access.Level(o.Ref))), nil
}

func (ld *loader) computedOfStore(ctx context.Context, o *storage.Object) ([]mapi.PropValue, error) {
	s, caps := ld.svc, ld.call.Session.Capabilities
	user, err := s.dir.ByID(ctx, ld.call.Session.UserID)
	if err != nil {
		return nil, err
	}
	box, err := s.tree.Mailbox(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	list := []mapi.PropValue{
		mapi.String(mapi.PrUserName, user.Name), mapi.Binary(mapi.PrUserEntryID, s.dir.EntryID(user, caps)),
	}
	owner, err := s.ownerOf(ctx, box)
	if err != nil {
		return nil, err
	}
	if owner != nil && isMailUser(owner) {
		if owner.ID != mapi.UserSystem {
			q, err := s.dir.EffectiveQuota(ctx, owner.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, long(mapi.PrQuotaWarningThreshold, q.Warn/1024),
				long(mapi.PrQuotaSendThreshold, q.Soft/1024), long(mapi.PrQuotaReceiveThreshold, q.Hard/1024))
		}
		if caps&mapi.CapMailboxOwner != 0 {
			list = append(list, mapi.String(mapi.PrMailboxOwnerName, owner.FullName),
				mapi.Binary(mapi.PrMailboxOwnerEntryID, s.dir.EntryID(owner, caps)))
		}
	}
	guid := s.store.ServerGUID()
	list = append(list, mapi.String(mapi.PrDisplayName, s.storeName(ctx, box, owner)), mapi.Binary(mapi.PrMappingSignature, guid[:]))
	if !o.Props.Has(mapi.PrSortLocaleID.ID()) {
		list = append(list, mapi.Long(mapi.PrSortLocaleID, s.settings.SortLocaleID))
	}
	return append(list, mapi.Binary(mapi.PrRecordKey, o.EntryID), mapi.Long(mapi.PrAccessLevel, ld.access.Level(o.Ref))), nil
}

func isMailUser(o *directory.Object) bool { return o.Class.Kind() == mapi.ClassActiveUser.Kind() }

// ownerOf is the directory's object for the owner of a store, nil if there is none (any more).
func (s *Service) ownerOf(ctx context.Context, box storage.Mailbox) (*directory.Object, error) {
	if box.UserID == 0 {
		return nil, nil
	}
	owner, err := s.dir.ByID(ctx, box.UserID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil, nil
	}
	return owner, err
}
