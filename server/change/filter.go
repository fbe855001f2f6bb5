package change

import "zarafa/mapi"

// ownTypes are properties whose type the server relies on; a client's value of another type is dropped.
var ownTypes = [...]mapi.PropTag{
	mapi.PrMessageFlags, mapi.PrAttachSize, mapi.PrCreationTime, mapi.PrLastModificationTime,
	mapi.PrLastModifierName, mapi.PrLastModifierEntryID, mapi.PrChangeKey, mapi.PrPredecessorChangeList,
	mapi.PrMsgStatus, mapi.PrDeletedOn, mapi.PrDisplayName, mapi.PrMessageClass, mapi.PrAttachDataBin, mapi.PrECIMAPEmail,
}

// hasForeignType reports whether a property that the server relies on comes in a type that it is not.
func hasForeignType(tag mapi.PropTag) bool {
	for _, t := range ownTypes {
		if t.ID() == tag.ID() && t != tag.Canonical() {
			return true
		}
	}
	return false
}

// computed reports whether a property is the server's alone: what a client sends is dropped (objects.md
// section 3.2, step 4). Attachments keep the record key their client made.
func computed(id uint16, t mapi.ObjectType) bool {
	switch mapi.PropTag(id) << 16 {
	case mapi.PrRecordKey &^ 0xFFFF:
		return t != mapi.TypeAttach
	case mapi.PrAccess &^ 0xFFFF, mapi.PrAccessLevel &^ 0xFFFF, mapi.PrRights &^ 0xFFFF,
		mapi.PrUserName &^ 0xFFFF, mapi.PrUserEntryID &^ 0xFFFF,
		mapi.PrMailboxOwnerName &^ 0xFFFF, mapi.PrMailboxOwnerEntryID &^ 0xFFFF, mapi.PrECMailboxOwnerAccount &^ 0xFFFF,
		mapi.PrECHierarchyID &^ 0xFFFF, mapi.PrSubfolders &^ 0xFFFF, mapi.PrHasAttach &^ 0xFFFF,
		mapi.PrEntryID &^ 0xFFFF, mapi.PrParentEntryID &^ 0xFFFF, mapi.PrStoreEntryID &^ 0xFFFF,
		mapi.PrStoreRecordKey &^ 0xFFFF, mapi.PrLongtermEntryIDFromTable &^ 0xFFFF, mapi.PrInstanceKey &^ 0xFFFF,
		mapi.PrObjectType &^ 0xFFFF, mapi.PrContentCount &^ 0xFFFF, mapi.PrContentUnread &^ 0xFFFF,
		mapi.PrParentSourceKey &^ 0xFFFF, mapi.PrFolderType &^ 0xFFFF, mapi.PrECIMAPID &^ 0xFFFF,
		mapi.PrModificationNumber &^ 0xFFFF, mapi.PrHighestModificationNumber &^ 0xFFFF,
		// The counters that live beside the properties.
		mapi.PrAssocContentCount &^ 0xFFFF, mapi.PrFolderChildCount &^ 0xFFFF, mapi.PrLocalCommitTimeMax &^ 0xFFFF,
		mapi.PrDeletedMsgCount &^ 0xFFFF, mapi.PrDeletedFolderCount &^ 0xFFFF, mapi.PrDeletedAssocMsgCount &^ 0xFFFF:
		return true
	}
	return false
}

// fixedOnUpdate reports whether an ordinary client cannot change the property of a store, folder or
// message that exists.
func fixedOnUpdate(id uint16) bool {
	switch mapi.PropTag(id) << 16 {
	case mapi.PrLastModificationTime &^ 0xFFFF, mapi.PrMessageFlags &^ 0xFFFF, mapi.PrSearchKey &^ 0xFFFF,
		mapi.PrLastModifierName &^ 0xFFFF, mapi.PrLastModifierEntryID &^ 0xFFFF:
		return true
	}
	return false
}

// undeletable reports whether a property stays although a client wants it removed (step 3).
func undeletable(id uint16) bool {
	switch mapi.PropTag(id) << 16 {
	case mapi.PrMessageFlags &^ 0xFFFF, mapi.PrCreationTime &^ 0xFFFF, mapi.PrLastModificationTime &^ 0xFFFF,
		mapi.PrLastModifierEntryID &^ 0xFFFF, mapi.PrLastModifierName &^ 0xFFFF, mapi.PrSourceKey &^ 0xFFFF, mapi.PrModificationNumber &^ 0xFFFF:
		return true
	}
	return false
}

// isBlob reports whether a property's value always goes to the table lob.
func isBlob(id uint16) bool {
	return id == mapi.PrAttachDataBin.ID() || id == mapi.PrECIMAPEmail.ID()
}

// storable reports whether values of a type can be kept with an object.
func storable(v *mapi.PropValue) bool {
	t := v.Tag.Type()
	if t.Multi() {
		return t&mapi.MVInstance == 0
	}
	switch t {
	case mapi.PtI2, mapi.PtLong, mapi.PtR4, mapi.PtDouble, mapi.PtCurrency, mapi.PtAppTime, mapi.PtBoolean,
		mapi.PtI8, mapi.PtString8, mapi.PtUnicode, mapi.PtSysTime, mapi.PtCLSID, mapi.PtBinary:
		return true
	}
	return false
}

// hasNoValues reports whether a value is a list without an entry. Stored, that is the property's absence: a client that
// takes the last entry out of a list (the last delegate, say) saves an empty one.
func hasNoValues(v *mapi.PropValue) bool { return v.Tag.Type().Multi() && len(v.Values()) == 0 }
