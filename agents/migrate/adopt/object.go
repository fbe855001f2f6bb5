package adopt

import (
	"fmt"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// converter makes objects of this server of those of the old one.
type converter struct {
	tree  *legacy.Tree
	names names
	guids map[uint32]mapi.GUID // of stores, for entry ids that are missing
	// counted is what the old server had counted of each folder, and the size of each store.
	counted map[uint32]storage.Counters
	lose    func(...legacy.Loss)
}

// want is an object to write, with the values that are to be fetched for it and its parts.
type want struct {
	*storage.Object
	values map[uint32][]legacy.Value // by object id
}

// countedID reports whether a property of folders lives in storage.Counters here and is counted anew.
func countedID(id uint16) bool {
	switch id {
	case mapi.PrContentCount.ID(), mapi.PrContentUnread.ID(), mapi.PrAssocContentCount.ID(), mapi.PrFolderChildCount.ID(), mapi.PrSubfolders.ID(),
		mapi.PrDeletedMsgCount.ID(), mapi.PrDeletedFolderCount.ID(), mapi.PrDeletedAssocMsgCount.ID(), mapi.PrLocalCommitTimeMax.ID():
		return true
	}
	return false
}

// elsewhere reports whether a property of a store, folder or top-level message has its place beside the properties here.
func elsewhere(t mapi.ObjectType, id uint16) bool {
	switch {
	case id == mapi.PrEntryID.ID(), id == mapi.PrSourceKey.ID():
		return true
	case t == mapi.TypeStore:
		return id == mapi.PrMessageSizeExtended.ID()
	case t == mapi.TypeFolder:
		return countedID(id)
	}
	return false
}

// item converts a store, a folder or a top-level message.
func (c *converter) item(o *legacy.Item) want {
	node := c.tree.Find(o.ID)
	var store uint32
	if node != nil {
		store = node.Store
	} else {
		store = c.tree.Find(o.Parent).Store
	}
	w := want{values: map[uint32][]legacy.Value{}}
	w.Object = c.one(o, true, w.values)
	w.Store, w.Parent, w.EntryID, w.SourceKey = store, o.Parent, o.EntryID, o.SourceKey
	if len(o.EntryID) == 0 {
		w.EntryID = mapi.NewEntryID(c.guids[store], o.Type)
		c.lose(legacy.Loss{Object: o.ID, What: "entry id", Why: "it had none, so no client could open it; it has a new one"})
	}
	if o.Type == mapi.TypeMessage && !w.Props.Has(mapi.PrECIMAPID.ID()) {
		w.Props.Set(mapi.Long(mapi.PrECIMAPID, o.ID)) // what the old server made of its absence
	}
	for _, part := range o.Parts {
		w.Children = append(w.Children, c.part(part, store, o.ID, w.values))
	}
	return w
}

func (c *converter) part(o *legacy.Item, store, message uint32, values map[uint32][]legacy.Value) *storage.Object {
	p := c.one(o, false, values)
	p.Store, p.Parent, p.Message = store, o.Parent, message
	if len(o.SourceKey) > 0 {
		p.Props.Set(mapi.Binary(mapi.PrSourceKey, o.SourceKey))
	}
	for _, child := range o.Parts {
		p.Children = append(p.Children, c.part(child, store, message, values))
	}
	return p
}

// one converts what an object has of its own; top tells stores, folders and messages in folders from parts.
func (c *converter) one(o *legacy.Item, top bool, values map[uint32][]legacy.Value) *storage.Object {
	to := &storage.Object{
		Ref:   storage.Ref{ID: o.ID, Type: o.Type, Flags: o.Flags, Owner: o.Owner},
		Props: make(mapi.Props, 0, len(o.Props)+1),
	}
	outside := map[uint16]bool{}
	for _, v := range o.Values {
		v.Tag = c.names.retag(v.Tag)
		if outside[v.Tag.ID()] {
			continue
		}
		outside[v.Tag.ID()] = true
		values[o.ID] = append(values[o.ID], v)
	}
	if top && o.Type != mapi.TypeMessage {
		to.Counters = oldCounters(o.Props)
		c.counted[o.ID] = to.Counters
	}
	seen := make(map[uint16]bool, len(o.Props))
	for _, v := range o.Props {
		tag := c.names.retag(v.Tag)
		id := tag.ID()
		if top && elsewhere(o.Type, id) {
			continue
		}
		if seen[id] || outside[id] {
			c.lose(legacy.Loss{Object: o.ID, What: "property " + v.Tag.String(), Why: fmt.Sprintf("another value has the property id 0x%04X", id)})
			continue
		}
		seen[id] = true
		if tag != v.Tag {
			v = retagged(v, tag)
		}
		to.Props = append(to.Props, v)
	}
	return to
}

// oldCounters are what the old server had counted of a folder or a store, and the time of the last change in a folder.
func oldCounters(props mapi.Props) storage.Counters {
	number := func(tag mapi.PropTag) int64 {
		v, _ := props.ByID(tag.ID())
		return int64(v.Num)
	}
	return storage.Counters{
		Content: number(mapi.PrContentCount), Unread: number(mapi.PrContentUnread), Associated: number(mapi.PrAssocContentCount), Subfolders: number(mapi.PrFolderChildCount),
		DeletedContent: number(mapi.PrDeletedMsgCount), DeletedAssoc: number(mapi.PrDeletedAssocMsgCount), DeletedFolders: number(mapi.PrDeletedFolderCount),
		Size: number(mapi.PrMessageSizeExtended), CommitTime: mapi.FileTime(number(mapi.PrLocalCommitTimeMax)),
	}
}

func retagged(v mapi.PropValue, tag mapi.PropTag) mapi.PropValue {
	if tag.Type().Multi() {
		return mapi.Multi(tag, v.Values()...)
	}
	v.Tag = tag
	return v
}
