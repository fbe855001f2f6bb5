package tables

import (
	"unicode/utf8"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// hasCut in a record's Kinds says that some of its values are shorter than what is stored.
const hasCut = 1

// pack makes the cell cache's record of a row: its properties, and what its reference and
// counters say in the form of properties.
func (s *Service) pack(row *storage.Row) cache.Record {
	h := cache.Header{
		Type: uint32(row.Type), Flags: row.Flags, Owner: row.Owner, Parent: row.Parent, Store: row.Store,
	}
	for _, tag := range row.Cut {
		if !neverShown(tag) {
			h.Kinds = hasCut
		}
	}
	props := make(mapi.Props, 0, len(row.Props)+12)
	for _, p := range row.Props {
		if !neverShown(p.Tag) {
			props = append(props, p)
		}
	}
	set := func(v mapi.PropValue) { props.Set(v) }
	if len(row.EntryID) > 0 {
		set(mapi.Binary(mapi.PrEntryID, row.EntryID))
	}
	if len(row.SourceKey) > 0 {
		set(mapi.Binary(mapi.PrSourceKey, row.SourceKey))
	}
	switch row.Type {
	case mapi.TypeMessage:
		set(mapi.Long(mapi.PrModificationNumber, mapi.ModificationNumber(s.Store.ServerGUID(), row.Props)))
	case mapi.TypeFolder:
		packCounters(set, row)
	case mapi.TypeStore:
		set(mapi.I8(mapi.PrMessageSizeExtended, row.Counters.Size))
	}
	return cache.Pack(h, props)
}

func packCounters(set func(mapi.PropValue), row *storage.Row) {
	if row.FolderKind() == mapi.FolderRoot {
		return
	}
	n := &row.Counters
	long := func(tag mapi.PropTag, v int64) { set(mapi.Long(tag, uint32(max(v, 0)))) }
	long(mapi.PrContentCount, n.Content)
	long(mapi.PrContentUnread, n.Unread)
	long(mapi.PrAssocContentCount, n.Associated)
	long(mapi.PrFolderChildCount, n.Subfolders)
	long(mapi.PrDeletedMsgCount, n.DeletedContent)
	long(mapi.PrDeletedAssocMsgCount, n.DeletedAssoc)
	long(mapi.PrDeletedFolderCount, n.DeletedFolders)
	set(mapi.Bool(mapi.PrSubfolders, n.Subfolders > 0))
	if n.CommitTime != 0 {
		set(mapi.Time(mapi.PrLocalCommitTimeMax, n.CommitTime))
	}
}

// counterTags are the properties of a folder that a change of its counters changes.
func counterTags() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrContentCount, mapi.PrContentUnread, mapi.PrAssocContentCount, mapi.PrFolderChildCount, mapi.PrSubfolders,
		mapi.PrDeletedMsgCount, mapi.PrDeletedAssocMsgCount, mapi.PrDeletedFolderCount, mapi.PrLocalCommitTimeMax,
	}
}

// neverShown are the properties that tables do not have (tables.md section 4).
func neverShown(tag mapi.PropTag) bool {
	return tag.ID() == mapi.PrRTFCompressed.ID() || tag.ID() == mapi.PrHTML.ID()
}

// refOf is the reference of a record's object.
func refOf(id uint32, rec cache.Record) storage.Ref {
	h := rec.Header()
	ref := storage.Ref{
		ID: id, Store: h.Store, Parent: h.Parent, Type: mapi.ObjectType(h.Type), Flags: h.Flags, Owner: h.Owner,
	}
	if v, ok := rec.Value(mapi.PrEntryID); ok {
		ref.EntryID = v.Data
	}
	if v, ok := rec.Value(mapi.PrSourceKey); ok {
		ref.SourceKey = v.Data
	}
	return ref
}

// maybeCut reports whether a value has the length at which storage cuts.
func maybeCut(v mapi.PropValue) bool {
	t := v.Tag.Type()
	switch {
	case t.Multi():
		return false
	case t.IsString():
		return len(v.Data) >= mapi.TableStringCap && utf8.RuneCount(v.Data) == mapi.TableStringCap
	case t.IsBinary():
		return len(v.Data) == mapi.TableBinaryCap
	}
	return false
}
