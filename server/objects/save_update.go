package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
	"zarafa/wire"
)

// updateTop writes a store, folder or message that exists.
func (sv *saver) updateTop(ctx context.Context, ch *Change) error {
	o, err := ch.Object(ctx, sv.target.ID)
	if err != nil {
		return err
	}
	if o.Deleted() {
		return mapi.Errorf(mapi.ObjectDeleted, "saveObject", "object %d is deleted", o.ID)
	}
	n := sv.req.SaveObj
	if err := sv.refuseRename(ctx, ch, o, n); err != nil {
		return err
	}
	before := o.Props.Uint32(mapi.PrMessageFlags)
	oldSize := int64(o.Props.Uint32(mapi.PrMessageSize))
	sv.result.ClientID, sv.result.ServerID, sv.result.ObjType = n.ClientID, o.ID, n.ObjType
	parts := partChanges{}
	said, err := sv.update(ctx, ch, o, n, &sv.result, &parts)
	if err != nil {
		return err
	}
	if err := sv.recordUpdate(ctx, ch, o, n, said); err != nil {
		return err
	}
	if err := ch.PutObject(ctx, o); err != nil {
		return err
	}
	if len(parts.put)+len(parts.remove) > 0 {
		if err := ch.PutParts(ctx, o.Ref, parts.put, parts.remove); err != nil {
			return err
		}
	}
	if o.Type == mapi.TypeMessage {
		ch.Resize(int64(o.Props.Uint32(mapi.PrMessageSize)) - oldSize)
		return ch.followFlags(ctx, o, before)
	}
	return nil
}

// recordUpdate notes the change of a store, folder or message, announces it and answers.
func (sv *saver) recordUpdate(ctx context.Context, ch *Change, o *storage.Object, n *wire.SaveObject, said bool) error {
	modified := mapi.PropValue{Tag: mapi.PrLastModificationTime}
	if said {
		modified = prop(o, mapi.PrLastModificationTime)
	}
	if o.Type == mapi.TypeStore {
		answer(&sv.result, modified)
		ch.Event(feed.Event{Kind: feed.Modified, Object: o.Ref, ParentEntryID: o.EntryID})
		return nil
	}
	parent, err := ch.Folder(ctx, o.Parent)
	if err != nil {
		return err
	}
	list := []mapi.PropValue{mapi.Binary(mapi.PrRecordKey, o.EntryID)}
	if len(parent.SourceKey) > 0 {
		list = append(list, mapi.Binary(mapi.PrParentSourceKey, parent.SourceKey))
	}
	list = append(list, mapi.Binary(mapi.PrSourceKey, o.SourceKey), modified)
	kind := mapi.ChangeMessage
	if o.Type == mapi.TypeFolder {
		kind = mapi.ChangeFolder
	}
	if o.Type == mapi.TypeMessage || o.FolderKind() == mapi.FolderGeneric {
		change, err := ch.Record(ctx, parent.SourceKey, o.SourceKey, kind|mapi.ChangeModified, 0)
		if err != nil {
			return err
		}
		if sv.req.SyncID == 0 || !mapi.Props(n.ModProps).Has(mapi.PrChangeKey.ID()) {
			ch.Stamp(&o.Props, change)
		}
		list = append(list, prop(o, mapi.PrChangeKey), prop(o, mapi.PrPredecessorChangeList))
	}
	answer(&sv.result, list...)
	ch.Event(feed.Event{Kind: feed.Modified, Object: cloneRef(o.Ref), ParentEntryID: parent.EntryID, Row: ch.rowOfMessage(o)})
	return nil
}

// rowOfMessage is the new row of a message. A folder's has counters that may be out of date here.
func (ch *Change) rowOfMessage(o *storage.Object) *storage.Row {
	if o.Type != mapi.TypeMessage {
		return nil
	}
	return ch.RowOf(o)
}

// refuseRename fails if a folder is to get a name that none can have, or that of another one beside it.
func (sv *saver) refuseRename(ctx context.Context, ch *Change, o *storage.Object, n *wire.SaveObject) error {
	name, ok := mapi.Props(n.ModProps).Get(mapi.PrDisplayName)
	if !ok || o.Type != mapi.TypeFolder {
		return nil
	}
	if len(name.Data) > maxFolderName {
		return mapi.Errorf(mapi.InvalidParameter, "saveObject", "a name of %d bytes", len(name.Data))
	}
	if sv.req.SyncID != 0 || o.FolderKind() == mapi.FolderRoot {
		return nil
	}
	if foldName(name.Str()) == foldName(o.Props.Str(mapi.PrDisplayName)) {
		return nil
	}
	sibling, err := ch.FolderNamed(ctx, o.Parent, name.Str())
	if err == nil && sibling != nil && sibling.ID != o.ID {
		err = mapi.Errorf(mapi.Collision, "saveObject", "folder %d has the name %q", sibling.ID, name.Str())
	}
	return err
}

// followFlags keeps the unread counter and the outgoing queue with the flags of a message that a
// synchronising client changed (step 5).
func (ch *Change) followFlags(ctx context.Context, o *storage.Object, before uint32) error {
	after := o.Props.Uint32(mapi.PrMessageFlags)
	if changed := before ^ after; changed&mapi.MsgRead != 0 && !o.Associated() {
		delta := int64(1)
		if after&mapi.MsgRead != 0 {
			delta = -1
		}
		ch.Count(o.Parent, storage.Counters{Unread: delta})
	}
	entry := storage.QueueEntry{Store: o.Store, Message: o.ID, Flags: mapi.SubmitLocal}
	switch {
	case (before^after)&mapi.MsgSubmit == 0:
		return nil
	case after&mapi.MsgSubmit != 0:
		ch.Queued(entry, true)
		return ch.PutQueueEntry(ctx, entry)
	}
	ch.Queued(entry, false)
	err := ch.DeleteQueueEntry(ctx, o.ID, false)
	if mapi.CodeOf(err) == mapi.NotFound {
		err = nil
	}
	return err
}
