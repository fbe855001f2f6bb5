package tables

import (
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
)

// rowKind is what a row's own cells depend on besides its object.
type rowKind struct {
	objType mapi.ObjectType // of the table
	depth   uint32
}

// ownCell is a cell that says the same to every caller and needs nothing but the object's record:
// what sort keys may be made of (tables.md section 4). known is false if the property is not of that kind.
func (k rowKind) ownCell(r cache.Row, rec cache.Record, tag mapi.PropTag) (v mapi.PropValue, ok, known bool) {
	long := func(n uint32) (mapi.PropValue, bool, bool) { return mapi.Long(tag, n), true, true }
	stored := func(from, as mapi.PropTag) (mapi.PropValue, bool, bool) {
		v, ok := rec.Value(from)
		v.Tag = as
		return v, ok, true
	}
	switch tag {
	case mapi.PrInstanceKey:
		return mapi.Binary(tag, mapi.InstanceKey(r.ID, r.Order)), true, true
	case mapi.PrEntryID, mapi.PrRecordKey, mapi.PrLongtermEntryIDFromTable:
		return stored(mapi.PrEntryID, tag)
	case mapi.PrObjectType:
		return long(uint32(k.objType))
	case mapi.PrRowType:
		return long(mapi.RowLeaf)
	case mapi.PrDepth:
		return long(k.depth)
	case mapi.PrECHierarchyID:
		return long(r.ID)
	case mapi.PrECParentHierarchyID:
		return long(rec.Header().Parent)
	case mapi.PrAssociated:
		return mapi.Bool(tag, rec.Header().Flags&mapi.FlagAssociated != 0), true, true
	case mapi.PrNormalizedSubject:
		return normalizedSubject(rec)
	case mapi.PrMsgStatus:
		return orElse(rec, tag, 0)
	case mapi.PrECIMAPID:
		return orElse(rec, tag, r.ID)
	case mapi.PrContentCount, mapi.PrContentUnread:
		if k.objType == mapi.TypeMessage {
			return messageCount(rec, tag)
		}
	}
	return mapi.PropValue{}, false, false
}

func orElse(rec cache.Record, tag mapi.PropTag, fallback uint32) (mapi.PropValue, bool, bool) {
	if v, ok := rec.Value(tag); ok {
		return v, true, true
	}
	return mapi.Long(tag, fallback), true, true
}

// messageCount is what a leaf adds to the counts of its category.
func messageCount(rec cache.Record, tag mapi.PropTag) (mapi.PropValue, bool, bool) {
	if tag == mapi.PrContentUnread && !unread(rec) {
		return mapi.Long(tag, 0), true, true
	}
	return mapi.Long(tag, 1), true, true
}

func unread(rec cache.Record) bool {
	v, _ := rec.Value(mapi.PrMessageFlags)
	return v.Uint32()&mapi.MsgRead == 0
}

// normalizedSubject is the subject without its prefix.
func normalizedSubject(rec cache.Record) (mapi.PropValue, bool, bool) {
	v, ok := rec.Value(mapi.PrSubject)
	v.Tag = mapi.PrNormalizedSubject
	if !ok {
		return v, false, true
	}
	v.Data = mapi.NormalizedSubject(v.Data)
	return v, true, true
}

// sortCell answers what sort keys ask for. Properties that differ between callers count as missing, because views are
// shared.
func (k rowKind) sortCell(r cache.Row, rec cache.Record) cellFunc {
	return func(tag mapi.PropTag) (mapi.PropValue, bool) {
		if tag.Type()&mapi.MVIFlag == mapi.MVIFlag {
			return instanceValue(rec, tag, r.Order)
		}
		tag = tag.Canonical()
		if v, ok, known := k.ownCell(r, rec, tag); known {
			return v, ok
		}
		return rec.Value(tag)
	}
}

// sortCell is rowKind.sortCell, and in a table over several folders also what differs from folder to folder.
func (p *probe) sortCell(kind rowKind, r cache.Row, rec cache.Record) cellFunc {
	own := kind.sortCell(r, rec)
	if _, one := p.page.t.source.(*folderSource); one || !p.page.t.order.uses(surroundings()...) {
		return own
	}
	return func(tag mapi.PropTag) (mapi.PropValue, bool) {
		if !slices.Contains(surroundings(), tag.Canonical()) {
			return own(tag)
		}
		v, ok, _, err := p.page.relatedCell(r, rec, tag.Canonical())
		return v, ok && err == nil
	}
}

// surroundings are the properties that a row has from the folder that it is in.
func surroundings() []mapi.PropTag {
	return []mapi.PropTag{mapi.PrParentDisplay, mapi.PrParentEntryID, mapi.PrParentSourceKey}
}

// instanceValue is one value of a multi-valued property, as a single-valued one.
func instanceValue(rec cache.Record, tag mapi.PropTag, i uint32) (mapi.PropValue, bool) {
	v, ok := rec.Value(tag)
	if !ok || int64(i) >= int64(len(v.Values())) {
		return mapi.PropValue{}, false
	}
	e := v.Values()[i]
	e.Tag = tag.WithType(tag.Type().Base())
	return e, true
}

// instances is how many rows a multi-valued column makes of an object: one at least.
func instances(rec cache.Record, tag mapi.PropTag) int {
	if tag == 0 {
		return 1
	}
	v, _ := rec.Value(tag)
	return max(1, len(v.Values()))
}
