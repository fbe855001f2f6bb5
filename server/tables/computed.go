package tables

import (
	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/storage"
)

// objectCell is a cell of an object's row (tables.md section 4).
func (p *page) objectCell(i int, tag mapi.PropTag) (mapi.PropValue, bool, error) {
	r, rec := p.rows[i], p.recs[i]
	if rec == nil || tag.Type() == mapi.PtUnspecified || neverShown(tag) {
		return mapi.PropValue{}, false, nil
	}
	if tag.Type()&mapi.MVIFlag == mapi.MVIFlag {
		v, ok := instanceValue(rec, tag, r.Order)
		return v, ok, nil
	}
	tag = tag.Canonical()
	if v, ok, known := p.kindOf(r).ownCell(r, rec, tag); known {
		return v, ok, nil
	}
	if v, ok, known, err := p.relatedCell(r, rec, tag); known || err != nil {
		return v, ok, err
	}
	v, ok := rec.Value(tag)
	return v, ok, nil
}

// relatedCell is a cell that needs more than the row's own record: other objects, rights, users.
func (p *page) relatedCell(r cache.Row, rec cache.Record, tag mapi.PropTag) (v mapi.PropValue, ok, known bool, err error) {
	switch tag {
	case mapi.PrParentEntryID, mapi.PrParentSourceKey, mapi.PrParentDisplay:
		v, ok, err = p.parentCell(rec, tag)
	case mapi.PrStoreEntryID, mapi.PrStoreRecordKey:
		v, ok, err = p.storeCell(rec, tag)
	case mapi.PrAccess, mapi.PrAccessLevel, mapi.PrRights:
		v, ok, err = p.accessCell(r, rec, tag)
	case mapi.PrMappingSignature:
		guid := p.t.svc.Store.ServerGUID()
		v, ok = mapi.Binary(tag, guid[:]), true
	case mapi.PrUserName, mapi.PrUserEntryID:
		v, ok, err = p.userCell(p.t.session.UserID, tag)
	case mapi.PrMailboxOwnerName, mapi.PrMailboxOwnerEntryID, mapi.PrECMailboxOwnerAccount:
		var box storage.Mailbox
		if box, err = p.box(rec.Header().Store); err == nil && box.UserID != 0 {
			v, ok, err = p.userCell(box.UserID, tag)
		}
	case mapi.PrSubmitFlags:
		v, ok = p.submitFlags(r, rec)
	case mapi.PrECOutgoingFlags:
		v, ok, err = p.outgoingFlags(r)
	case mapi.PrHighestModificationNumber:
		v, ok, err = p.highestCell(rec)
	case mapi.PrStoreSupportMask, mapi.PrStoreUnicodeMask, mapi.PrMDBProvider:
		// Clients put their own values here; a value of ours would be in their way.
	default:
		return v, false, false, nil
	}
	if mapi.CodeOf(err) == mapi.NotFound {
		return v, false, true, nil
	}
	return v, ok, true, err
}

func (p *page) ref(id uint32) (storage.Ref, error) {
	if ref, ok := p.parents[id]; ok {
		return ref, nil
	}
	ref, err := p.t.svc.Tree.Ref(p.ctx, id)
	if err != nil {
		return ref, err
	}
	if p.parents == nil {
		p.parents = make(map[uint32]storage.Ref)
	}
	p.parents[id] = ref
	return ref, nil
}

func (p *page) box(store uint32) (storage.Mailbox, error) {
	if box, ok := p.boxes[store]; ok {
		return box, nil
	}
	box, err := p.t.svc.Tree.Mailbox(p.ctx, store)
	if err != nil {
		return box, err
	}
	if p.boxes == nil {
		p.boxes = make(map[uint32]storage.Mailbox)
	}
	p.boxes[store] = box
	return box, nil
}

func (p *page) parentCell(rec cache.Record, tag mapi.PropTag) (v mapi.PropValue, ok bool, err error) {
	parent, err := p.ref(rec.Header().Parent)
	if err != nil {
		return v, false, err
	}
	switch tag {
	case mapi.PrParentSourceKey:
		return mapi.Binary(tag, parent.SourceKey), len(parent.SourceKey) > 0, nil
	case mapi.PrParentDisplay:
		recs, err := p.t.svc.records(p.ctx, 0, []uint32{parent.ID}, nil)
		if err != nil || recs[0] == nil {
			return v, false, err
		}
		v, ok = recs[0].Value(mapi.PrDisplayName)
		v.Tag = tag
		return v, ok, nil
	}
	if parent.Type == mapi.TypeStore { // the root folder is its own parent
		v, ok = rec.Value(mapi.PrEntryID)
		v.Tag = tag
		return v, ok, nil
	}
	return mapi.Binary(tag, parent.EntryID), true, nil
}

func (p *page) storeCell(rec cache.Record, tag mapi.PropTag) (mapi.PropValue, bool, error) {
	store := rec.Header().Store
	if tag == mapi.PrStoreEntryID {
		ref, err := p.ref(store)
		return mapi.Binary(tag, ref.EntryID), true, err
	}
	box, err := p.box(store)
	return mapi.Binary(tag, box.GUID[:]), true, err
}

// highestCell is the number of the last change in a folder.
func (p *page) highestCell(rec cache.Record) (v mapi.PropValue, ok bool, err error) {
	key, ok := rec.Value(mapi.PrSourceKey)
	if !ok || mapi.ObjectType(rec.Header().Type) != mapi.TypeFolder {
		return v, false, nil
	}
	n, err := p.t.svc.Store.MaxChange(p.ctx, key.Data)
	return mapi.Long(mapi.PrHighestModificationNumber, max(n, 1)), err == nil, err
}

// accessCell asks what the caller may do: a folder for itself, a message for its folder.
func (p *page) accessCell(r cache.Row, rec cache.Record, tag mapi.PropTag) (v mapi.PropValue, ok bool, err error) {
	ref := refOf(r.ID, rec)
	if tag == mapi.PrRights && ref.Type != mapi.TypeFolder {
		return v, false, nil
	}
	folder := ref
	if ref.Type != mapi.TypeFolder && ref.Type != mapi.TypeStore {
		if folder, err = p.ref(ref.Parent); err != nil {
			return v, false, err
		}
	}
	access, ok := p.access[folder.ID]
	if !ok {
		if access, err = p.t.svc.Rights.ForFolder(p.ctx, p.t.session.UserID, folder); err != nil {
			return v, false, err
		}
		if p.access == nil {
			p.access = make(map[uint32]Access)
		}
		p.access[folder.ID] = access
	}
	switch tag {
	case mapi.PrRights:
		return mapi.Long(tag, uint32(access.Rights(ref))), true, nil
	case mapi.PrAccess:
		return mapi.Long(tag, access.Access(ref)), true, nil
	}
	return mapi.Long(tag, access.Level(ref)), true, nil
}

func (p *page) userCell(id uint32, tag mapi.PropTag) (v mapi.PropValue, ok bool, err error) {
	user, err := p.t.svc.Directory.ByID(p.ctx, id)
	if err != nil {
		return v, false, err
	}
	return userValue(p.t, user, tag), true, nil
}

func userValue(t *table, user *directory.Object, tag mapi.PropTag) mapi.PropValue {
	switch tag {
	case mapi.PrMailboxOwnerName:
		return mapi.String(tag, user.FullName)
	case mapi.PrUserEntryID, mapi.PrMailboxOwnerEntryID:
		return mapi.Binary(tag, t.svc.Directory.EntryID(user, t.session.Capabilities))
	}
	return mapi.String(tag, user.Name)
}

// submitLocked is the bit of PR_SUBMIT_FLAGS that a spooler's lock sets.
const submitLocked uint32 = 1

func (p *page) submitFlags(r cache.Row, rec cache.Record) (mapi.PropValue, bool) {
	v, ok := rec.Value(mapi.PrSubmitFlags)
	if locks := p.t.svc.Locks; locks != nil && locks.Locked(r.ID) {
		return mapi.Long(mapi.PrSubmitFlags, v.Uint32()|submitLocked), true
	}
	return v, ok
}

// outgoingFlags are the flags of the message in the master queue, which is read once a page.
func (p *page) outgoingFlags(r cache.Row) (v mapi.PropValue, ok bool, err error) {
	if p.queue == nil {
		list, err := p.t.svc.Store.Queue(p.ctx, 0)
		if err != nil {
			return v, false, err
		}
		p.queue = make(map[uint32]uint32)
		for _, e := range list {
			if e.Flags&mapi.SubmitMaster != 0 {
				p.queue[e.Message] = e.Flags
			}
		}
	}
	flags, ok := p.queue[r.ID]
	return mapi.Long(mapi.PrECOutgoingFlags, flags), ok, nil
}
