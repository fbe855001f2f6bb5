package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// Count adds to a folder's counters (or a store's size).
func (ch *Change) Count(id uint32, delta storage.Counters) {
	c := ch.counts[id]
	if c == nil {
		c = new(storage.Counters)
		ch.counts[id] = c
		ch.touched = append(ch.touched, id)
	}
	add(c, delta)
}

// Resize adds to the store's size.
func (ch *Change) Resize(delta int64) {
	if delta != 0 {
		ch.Count(ch.Store, storage.Counters{Size: delta})
	}
}

// commit stamps a folder with the time at which something in it changed.
func (ch *Change) commit(folder uint32) {
	ch.Count(folder, storage.Counters{CommitTime: mapi.FileTimeOf(ch.Now)})
}

// Enter counts a message or folder that has come to where its reference says: in its folder's counters, and, of a message, in the time at
// which something in the folder changed. The store's size is another matter, see Resize.
func (ch *Change) Enter(ref storage.Ref, props mapi.Props) { ch.moved(ref, props, 1) }

// Leave takes what Enter counted back. The reference and the properties are those from before.
func (ch *Change) Leave(ref storage.Ref, props mapi.Props) { ch.moved(ref, props, -1) }

func (ch *Change) moved(ref storage.Ref, props mapi.Props, sign int64) {
	ch.Count(ref.Parent, countOf(ref, props, sign))
	if ref.Type == mapi.TypeMessage {
		ch.commit(ref.Parent)
	}
}

// CountRead counts that the message flags of a message went from before to after, which changes its folder's unread counter if they differ in
// MSGFLAG_READ. Associated and deleted messages are in no such counter.
func (ch *Change) CountRead(message storage.Ref, before, after uint32) {
	delta := int64(before&mapi.MsgRead) - int64(after&mapi.MsgRead)
	if delta != 0 && message.Flags&(mapi.FlagAssociated|mapi.FlagDeleted) == 0 {
		ch.Count(message.Parent, storage.Counters{Unread: delta})
	}
}

// countOf is what a message or folder adds (sign 1) to the counters of the folder it lies in, or takes
// from them (sign -1). The row's flags and the message flags say which counters these are.
func countOf(ref storage.Ref, props mapi.Props, sign int64) storage.Counters {
	switch {
	case ref.Type == mapi.TypeFolder && ref.Deleted():
		return storage.Counters{DeletedFolders: sign}
	case ref.Type == mapi.TypeFolder:
		return storage.Counters{Subfolders: sign}
	case ref.Deleted() && ref.Associated():
		return storage.Counters{DeletedAssoc: sign}
	case ref.Deleted():
		return storage.Counters{DeletedContent: sign}
	case ref.Associated():
		return storage.Counters{Associated: sign}
	case props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0:
		return storage.Counters{Content: sign, Unread: sign}
	}
	return storage.Counters{Content: sign}
}

// Recount counts what lies in a folder.
func Recount(ctx context.Context, from storage.ObjectReader, folder uint32) (storage.Counters, error) {
	var total storage.Counters
	for _, t := range []mapi.ObjectType{mapi.TypeMessage, mapi.TypeFolder} {
		if err := from.Rows(ctx, storage.RowQuery{Parent: folder, Type: t}, func(r *storage.Row) error {
			add(&total, countOf(r.Ref, r.Props, 1))
			return nil
		}); err != nil {
			return total, err
		}
	}
	return total, nil
}

// add adds delta to counters; a commit time replaces.
func add(c *storage.Counters, delta storage.Counters) {
	c.Content += delta.Content
	c.Unread += delta.Unread
	c.Associated += delta.Associated
	c.Subfolders += delta.Subfolders
	c.DeletedContent += delta.DeletedContent
	c.DeletedAssoc += delta.DeletedAssoc
	c.DeletedFolders += delta.DeletedFolders
	c.Size += delta.Size
	if delta.CommitTime != 0 {
		c.CommitTime = delta.CommitTime
	}
}
