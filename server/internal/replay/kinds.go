package replay

import (
	"encoding/base64"
	"strconv"
	"strings"

	"zarafa/mapi"
)

// valueKind says how the text of an element is to be read, translated and compared.
type valueKind struct {
	id    kind   // a number of this kind, in decimal
	shape shaper // base64 of a binary value
	tag   bool   // a property tag
	time  bool   // see compareTime
	empty bool   // must be empty in the live answer
}

// scope is what the kinds of an exchange's values depend on.
type scope struct {
	op      string
	session string // recorded id
	table   string // recorded id, "" if the operation has none
	ab      bool   // rows and properties are those of the address book
	folder  bool   // the row at hand is a folder's
}

func newScope(request *node, op string, addressBookTables map[string]bool) scope {
	s := scope{op: op, session: sessionOf(request)}
	if t := request.child("ulTableId"); t != nil {
		s.table = t.text
	} else if r := request.child("sRequest"); r != nil {
		s.table = r.value("ulTableId")
	}
	s.ab = op == "readABProps" || op == "abResolveNames" || addressBookTables[s.session+"/"+s.table]
	return s
}

// sessionOf is the session id of a request; the parameter has three names (operations.md section 2).
func sessionOf(request *node) string {
	for _, name := range []string{"ulSessionId", "session-id", "ecSessionId"} {
		if n := request.child(name); n != nil {
			return n.text
		}
	}
	return ""
}

// leaf classifies an element by its name and its parent's.
func (s scope) leaf(parent, name string) valueKind {
	switch name {
	case "ulSessionId", "session-id", "ecSessionId":
		return valueKind{id: kindSession}
	case "ulTableId":
		return valueKind{id: kindTable + kind(s.session)}
	case "ulServerId", "ulObjId":
		return valueKind{id: kindObject}
	case "ulUserId", "ulUserid", "ulGroupId", "ulSenderId", "ulOwner", "ulRecipientId", "ulCompanyId", "ulCompanyid",
		"ulSetCompanyId", "ulAdministrator":
		return valueKind{id: kindUser}
	case "ulSyncId", "sync-id":
		return valueKind{id: kindSync}
	case "ulChangeId", "ulMaxChangeId":
		return valueKind{id: kindChange}
	case "ulbkPosition", "ulBookmark":
		return valueKind{id: s.bookmarks()}
	case "ulPropTag", "ulPropTag1", "ulPropTag2":
		return valueKind{tag: true}
	case "sKey": // of a subscription: an entry id or the number of a table
		return valueKind{shape: s.subscriptionKey}
	case "sLicenseResponse":
		return valueKind{empty: true}
	case "item":
		return s.item(parent)
	}
	return valueKind{shape: shapeOf(name)}
}

func (s scope) bookmarks() kind { return kindBookmark + kind(s.session+"/"+s.table) }

func (s scope) subscriptionKey(b, guid []byte) []piece {
	if len(b) == 4 {
		return []piece{number(kindTable+kind(s.session), b)}
	}
	return shapeEntryID(b, guid)
}

func (s scope) item(list string) valueKind {
	switch list {
	case "delProps", "aPropTag", "lpaPropTag", "sPropTags", "sPropTagArray", "lpSetColumns", "pPropTagArray":
		return valueKind{tag: true}
	case "lpsPropTags": // numbers of named properties, in both directions
		return valueKind{id: kindName}
	case "lpInstanceIds":
		return valueKind{shape: shapeInstanceID}
	case "aMessages", "lpMessages", "lpFolders", "lpFolderIDs", "entryids", "mvbin":
		return valueKind{shape: shapeEntryID}
	case "ulaSyncId":
		return valueKind{id: kindSync}
	}
	return valueKind{}
}

// shapeOf gives the shape of elements of type base64Binary, nil for all others.
func shapeOf(name string) shaper {
	switch name {
	case "sServerGuid":
		return shapeGUID
	case "sSourceKey", "sParentSourceKey", "sSourceKeyFolder", "folderSourceKey", "messageSourceKey", "sParentKey", "sObjectKey",
		"sOrigSourceKey", "original-sourcekey":
		return shapeSourceKey
	case "pSyncState":
		return shapeSyncState
	case "sInstanceKey", "sBookmark":
		return shapeNumber(kindObject)
	case "sEntryId", "sParentEntryId", "sStoreId", "sRootId", "sParentId", "sDestFolderId", "lpsEntryId", "lpsNewEntryId", "parent-eid",
		"entryid", "pEntryId", "pParentId", "pOldId", "pOldParentId", "sUserId", "sGroupId", "sCompanyId", "sSetCompanyId", "sSenderId",
		"sRecipientId", "sOwner", "sAdministrator", "sExceptUserId", "guid", "sStoreGuid", "bin":
		return shapeEntryID
	}
	return nil
}

// Property types (wire.md section 4).
const (
	typeLong      = 0x0003
	typeError     = 0x000A
	typeString8   = 0x001E
	typeUnicode   = 0x001F
	typeSysTime   = 0x0040
	typeBinary    = 0x0102
	typeMVString8 = 0x101E
	typeMVUnicode = 0x101F
	typeMVBinary  = 0x1102
)

// Property tags whose values a server makes up.
const (
	tagInstanceKey   = 0x0FF60102
	tagMappingSig    = 0x0FF80102
	tagRecordKey     = 0x0FF90102
	tagCreationTime  = 0x30070040
	tagModifiedTime  = 0x30080040
	tagSourceKey     = 0x65E00102
	tagParentKey     = 0x65E10102
	tagChangeKey     = 0x65E20102
	tagChangeList    = 0x65E30102
	tagDeletedOn     = 0x668F0040
	tagLastLogon     = 0x66A20040
	tagLastLogoff    = 0x66A30040
	tagCommitTime    = 0x67090040
	tagCommitTimeMax = 0x670A0040
	tagHierarchyID   = 0x67110003
	tagParentID      = 0x67150003
	tagOutgoingFlags = 0x67800003
	tagEntryID       = 0x0FFF0102
	tagIMAPID        = 0x67820003
	tagIMAPMaxID     = 0x67850003
	tagAssociated    = 0x67AA000B
)

// property classifies the value of a property.
func (s scope) property(tag uint32) valueKind {
	switch tag {
	case tagHierarchyID, tagParentID:
		return valueKind{id: kindObject}
	case tagIMAPID, tagIMAPMaxID:
		if s.folder {
			return valueKind{id: kindObject} // folders have no number of their own there (tables.md section 4)
		}
		return valueKind{id: kindIMAP}
	case tagSourceKey, tagParentKey:
		return valueKind{shape: shapeSourceKey}
	case tagChangeKey:
		return valueKind{shape: shapeChangeKey}
	case tagChangeList:
		return valueKind{shape: shapeChangeList}
	case tagMappingSig:
		return valueKind{shape: shapeGUID}
	case tagInstanceKey, tagRecordKey:
		return valueKind{shape: s.keyShape(tag)}
	}
	switch tag & 0xFFFF {
	case typeBinary, typeMVBinary:
		return valueKind{shape: shapeEntryID}
	case typeSysTime:
		return valueKind{time: true}
	}
	return valueKind{}
}

// entryIDType is where entry ids of stores, folders and messages tell their type.
const (
	entryIDType = 24
	typeFolder  = 3
)

// isFolderRow tells whether an element is a row whose PR_ENTRYID is a folder's.
func isFolderRow(n *node) bool {
	for _, k := range n.kids {
		if isProperty(k) && len(k.kids) == 2 && parseTag(k.kids[0].text) == tagEntryID {
			id, err := base64.StdEncoding.DecodeString(k.kids[1].text)
			return err == nil && len(id) > entryIDType && id[entryIDType] == typeFolder
		}
	}
	return false
}

// keyShape: an instance key of 8 bytes starts with an object id (rows, recipients as loaded) or a user id (address book); one of 4 bytes is the
// client's row number. A record key of 4 bytes is an id, a longer one an entry id or a GUID of the client.
func (s scope) keyShape(tag uint32) shaper {
	return func(b, guid []byte) []piece {
		switch {
		case tag == tagInstanceKey && len(b) != 8, tag == tagRecordKey && len(b) != 4:
			return shapeEntryID(b, guid)
		case s.ab:
			return shapeAddressBookKey(b, guid)
		}
		return shapeNumber(kindObject)(b, guid)
	}
}

// isProperty tells a propVal from other structures that hold a tag.
func isProperty(n *node) bool {
	if len(n.kids) == 0 || n.kids[0].name != "ulPropTag" || len(n.kids) > 2 {
		return false
	}
	if len(n.kids) == 1 {
		return n.name != "lpExist"
	}
	switch n.kids[1].name {
	case "i", "ul", "flt", "dbl", "hilo", "b", "li", "lpszA", "bin", "res", "actions":
		return true
	}
	return strings.HasPrefix(n.kids[1].name, "mv")
}

func parseTag(text string) uint32 {
	v, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(v)
}

// renameTag translates the id of a named property. The address book has fixed ids in that range, too (PR_EMS_AB_X509_CERT 8C6A).
func (s scope) renameTag(tag uint32, r renamer) uint32 {
	if s.ab || tag>>16 <= mapi.NamedBase {
		return tag
	}
	name := r.rename(kindName, strconv.FormatUint(uint64(tag>>16-mapi.NamedBase), 10))
	n, err := strconv.ParseUint(name, 10, 32)
	if err != nil || n+mapi.NamedBase > 0xFFFF {
		return tag
	}
	return uint32(n+mapi.NamedBase)<<16 | tag&0xFFFF
}
