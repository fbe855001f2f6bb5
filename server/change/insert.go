package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// InsertMessage inserts a new message that has its size and change key, counts it and announces it. original is what it is a copy of, or nil. It
// fails with NOT_FOUND below a deleted folder: one that was there when the caller's rights were looked at may be deleted by now.
func (ch *Change) InsertMessage(ctx context.Context, o *storage.Object, folder storage.Ref, original *storage.Ref) error {
	if _, err := ch.Place(ctx, folder.ID, 0); err != nil {
		return err
	}
	if err := ch.Insert(ctx, o); err != nil {
		return err
	}
	ch.Enter(o.Ref, o.Props)
	ch.Resize(int64(o.Props.Uint32(mapi.PrMessageSize)))
	return ch.announceNew(ctx, o, folder, original)
}

// InsertFolder writes a new folder, records it unless it is a search folder, counts and announces it. original is what it is
// a copy of, or nil. It fails with NOT_FOUND below a deleted folder, and with TOO_COMPLEX where the folder would lie too deep.
func (ch *Change) InsertFolder(ctx context.Context, o *storage.Object, parent storage.Ref, original *storage.Ref) error {
	depth, err := ch.Place(ctx, parent.ID, 0)
	if err != nil {
		return err
	}
	if err := TooDeep(depth, 0); err != nil {
		return err
	}
	if o.FolderKind() == mapi.FolderGeneric {
		change, err := ch.Record(ctx, parent.SourceKey, o.SourceKey, mapi.ChangeFolder|mapi.ChangeNew, 0)
		if err != nil {
			return err
		}
		ch.Stamp(&o.Props, change)
	}
	if err := ch.Insert(ctx, o); err != nil {
		return err
	}
	ch.Know(o.Ref)
	if names, ok := ch.names[parent.ID]; ok {
		names.whole[foldName(o.Props.Str(mapi.PrDisplayName))] = o.Ref
	}
	ch.Enter(o.Ref, o.Props)
	return ch.announceNew(ctx, o, parent, original)
}

// announceNew announces a new message or folder.
func (ch *Change) announceNew(ctx context.Context, o *storage.Object, parent storage.Ref, original *storage.Ref) error {
	e := feed.Event{Kind: feed.Created, Object: o.Ref.Clone(), ParentEntryID: parent.EntryID, Row: ch.rowOf(o)}
	if original != nil {
		from, err := ch.EntryID(ctx, original.Parent)
		if err != nil {
			return err
		}
		e.Kind, e.Old, e.OldParentEntryID = feed.Copied, *original, from
	}
	ch.Event(e)
	return nil
}
