package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/rights"
	"zarafa/storage"
	"zarafa/wire"
)

// instanceHolders bounds how many objects are asked whether the caller may read a shared value.
const instanceHolders = 64

// findInstances resolves the single-instance ids of a tree: large values that the server has already. A
// client that gets UNKNOWN_INSTANCE_ID sends the value itself.
func (sv *saver) findInstances(ctx context.Context, n *wire.SaveObject, d *change.Draft) error {
	if len(n.InstanceIDs) > 0 && !n.Delete {
		ref, err := sv.findInstance(ctx, n.InstanceIDs)
		if err != nil {
			return err
		}
		d.Stored = append(d.Stored, ref)
	}
	for i := range n.Items {
		if err := sv.findInstances(ctx, &n.Items[i], d.Parts[i]); err != nil {
			return err
		}
	}
	return nil
}

func (sv *saver) findInstance(ctx context.Context, ids [][]byte) (storage.LobRef, error) {
	unknown := func(why string) error {
		return mapi.Errorf(mapi.UnknownInstanceID, "saveObject", "%s", why)
	}
	id, ok := mapi.ParseInstanceID(ids[0])
	if !ok || len(ids) > 1 || id.Server != sv.svc.store.ServerGUID() || !change.Outside(mapi.MakeTag(id.PropID, mapi.PtBinary), 0) {
		return storage.LobRef{}, unknown("not one single-instance id of this server")
	}
	ref, err := sv.svc.store.Lob(ctx, id.Instance)
	if mapi.CodeOf(err) == mapi.NotFound {
		return storage.LobRef{}, unknown("no such instance")
	}
	if err != nil {
		return storage.LobRef{}, err
	}
	ref.Tag = mapi.MakeTag(id.PropID, mapi.PtBinary)
	readable, err := sv.mayRead(ctx, id.Instance)
	if err == nil && !readable {
		err = unknown("no readable object has this instance")
	}
	return ref, err
}

// mayRead reports whether the caller can read an object that has the value: ids are easy to guess.
func (sv *saver) mayRead(ctx context.Context, instance uint32) (bool, error) {
	admin, err := directory.AdministersSystem(ctx, sv.svc.dir, sv.call.Session.UserID)
	if err != nil || admin {
		return admin, err
	}
	holders, err := sv.svc.store.LobHolders(ctx, instance, instanceHolders)
	if err != nil {
		return false, err
	}
	for _, id := range holders {
		ref, err := sv.svc.tree.Ref(ctx, id)
		if err == nil && ref.Message != 0 {
			ref, err = sv.svc.tree.Ref(ctx, ref.Message)
		}
		if err != nil {
			continue
		}
		if sv.svc.check(sv.call, ref, rights.Read) == nil {
			return true, nil
		}
	}
	return false, nil
}
