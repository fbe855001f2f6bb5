package sqlstore

import "strings"

// texts are the statements that depend on the dialect or are used in several
// places, made once. The others stand where they are used.
type texts struct {
	rowsIn, refsIn *inList
	rowsWithin     *inList

	clustered, byDate string // of the dialect
	refsByEntryID     *inList
	longValues        *inList
	lobContents       *inList
	countersOf        *inList
	ofNone            string

	insertHierarchy *multiInsert
	insertParts     *multiInsert
	insertRefs      *multiInsert
	insertLobIndex  *multiInsert
	insertLobs      *multiInsert
	putRows         *multiInsert
	putParts        *multiInsert
	addCounters     *multiInsert
	setCounters     string
	putChanges      *multiInsert
	putSynced       *multiInsert
	putResults      *multiInsert
	knownRows       *inList
	deleteParts     *inList

	// Statements of a deletion; the first argument is the store.
	deleteMessages, deleteContainers     []*inList
	lobsOfMessages, deleteRefsOfMessages *inList

	lobsOf, deleteRefs         *inList
	deleteLobs, deleteLobIndex *inList
	deleteResults              *inList
	resultsOf, resultsIn       *inList
	locking                    bool // transactions run side by side
	lobFind                    string
	lobLock                    *inList
	lobHeld                    *inList
	putStore                   string
	putReceive                 string
	putACE                     string
	putQueue                   string
	putSetting                 string
	raise                      string
	commit                     string
	putABChange                string
	putSync                    string
	putUser                    string
	putObject                  string
	insertObject               *multiInsert
	insertMulti                *multiInsert
}

// Columns of hierarchy, in the order in which rowScan reads and rowArgs writes them.
const (
	refColumns = "h.store,h.parent,h.id,h.type,h.flags,h.owner,h.entryid,h.sourcekey"
	rowColumns = refColumns + ",h.message_class,h.subject,h.delivery_time,h.last_modified,h.message_flags,h.message_size,h.props"

	insertColumns  = "store,parent,id,type,flags,owner,entryid,sourcekey,message_class,subject,delivery_time,last_modified,message_flags,message_size,props"
	partColumns    = "store,message,id,parent,type,flags,owner,props"
	refsColumns    = "store,message,hierarchyid,tag,instanceid"
	counterColumns = "store,id,content,unread,associated,subfolders,deleted_content,deleted_assoc,deleted_folders,size,commit_time"

	counted     = ",c.content,c.unread,c.associated,c.subfolders,c.deleted_content,c.deleted_assoc,c.deleted_folders,c.size,c.commit_time"
	notCounted  = ",NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL"
	joinCounter = " LEFT JOIN counters c ON c.store=h.store AND c.id=h.id"

	// ofParent selects the children of one object. The store comes first in the primary key, so it is looked up.
	ofParent = " WHERE h.store=(SELECT p.store FROM hierarchy p WHERE p.id=?) AND h.parent=? AND h.type=? AND h.flags & ? = ? ORDER BY h.id"
	// ofParentPage selects some of them.
	ofParentPage = " WHERE h.store=(SELECT p.store FROM hierarchy p WHERE p.id=?) AND h.parent=? AND h.id>? AND h.type=? AND h.flags & ? = ? ORDER BY h.id LIMIT ?"
	// ofNone selects stores, which have no parent; [] stands for the ids of all stores.
	ofNone = " WHERE h.id IN ([]) AND h.parent=0 AND h.type=? AND h.flags & ? = ? ORDER BY h.id"
	byIDs  = " WHERE h.id IN [] ORDER BY h.id"
	// byIDsWithin selects some of the children of one object, where they lie together.
	byIDsWithin = " WHERE h.store=(SELECT p.store FROM hierarchy p WHERE p.id=?) AND h.parent=? AND h.id IN [] ORDER BY h.id"
)

func newTexts(d *Dialect) *texts {
	t := &texts{ofNone: strings.Replace(ofNone, "[]", d.StoreIDs, 1)}
	t.rowsIn = newInList("SELECT " + rowColumns + counted + " FROM hierarchy h" + joinCounter + byIDs)
	t.clustered, t.byDate = d.Clustered, d.ByDate
	t.rowsWithin = newInList("SELECT " + rowColumns + counted + " FROM hierarchy h" + d.Clustered + joinCounter + byIDsWithin)
	t.refsIn = newInList("SELECT " + refColumns + " FROM hierarchy h" + byIDs)
	t.refsByEntryID = newInList("SELECT " + refColumns + " FROM hierarchy h WHERE h.entryid IN [] ORDER BY h.id")
	t.longValues = newInList("SELECT id,props FROM parts WHERE store=? AND message IN [] AND id=message ORDER BY id")
	t.lobContents = newInList("SELECT instanceid,val_binary FROM lob WHERE instanceid IN [] ORDER BY instanceid,chunkid")
	t.countersOf = newInList("SELECT c.id" + counted + " FROM counters c WHERE c.store=? AND c.id IN []")
	t.knownRows = newInList("SELECT id FROM hierarchy WHERE id IN []")

	t.insertHierarchy = d.multiInsert("hierarchy", insertColumns, "")
	t.insertParts = d.multiInsert("parts", partColumns, "")
	t.insertRefs = d.multiInsert("singleinstances", refsColumns, "")
	t.insertLobIndex = d.multiInsert("lobindex", "instanceid,hash,size", "")
	t.insertLobs = d.multiInsert("lob", "instanceid,chunkid,val_binary", "")
	t.putRows = d.multiInsert("hierarchy", insertColumns, d.Upsert("id",
		d.set("flags", "owner", "message_class", "subject", "delivery_time", "last_modified", "message_flags", "message_size", "props")))
	t.putParts = d.multiInsert("parts", partColumns, d.Upsert("store,message,id", d.set("parent", "type", "flags", "owner", "props")))

	add := ""
	for _, c := range []string{"content", "unread", "associated", "subfolders", "deleted_content", "deleted_assoc", "deleted_folders", "size"} {
		add += c + "=" + c + "+" + d.New(c) + ","
	}
	add = d.Upsert("store,id", add+"commit_time=CASE WHEN "+d.New("commit_time")+"=0 THEN commit_time ELSE "+d.New("commit_time")+" END")
	t.addCounters = d.multiInsert("counters", counterColumns, add)
	t.setCounters = d.upsert("counters", counterColumns, "store,id",
		"content", "unread", "associated", "subfolders", "deleted_content", "deleted_assoc", "deleted_folders", "size", "commit_time")

	t.addTables(d)
	t.addDeletions()
	t.lobFind = "SELECT instanceid,size FROM lobindex WHERE hash=?" + d.LockRows
	t.lobLock = newInList("SELECT instanceid FROM lobindex WHERE instanceid IN []" + d.LockRows)
	t.lobHeld = newInList("SELECT DISTINCT instanceid FROM singleinstances WHERE instanceid IN []")
	t.locking = d.LockRows != ""
	return t
}

// addTables makes the statements that insert or replace rows of the smaller tables.
func (t *texts) addTables(d *Dialect) {
	t.putChanges = d.multiInsert("changes", "parentsourcekey,sourcekey,change_type,id,flags,sourcesync",
		d.Upsert("parentsourcekey,sourcekey,change_type", d.set("id", "flags", "sourcesync")))
	t.putABChange = d.upsert("abchanges", "parentsourcekey,sourcekey,change_type,id", "parentsourcekey,sourcekey,change_type", "id")
	t.putSync = d.upsert("syncs", "id,sourcekey,change_id,sync_type,sync_time", "id", "sourcekey", "change_id", "sync_type", "sync_time")
	t.putSynced = d.multiInsert("syncedmessages", "sync_id,change_id,sourcekey", d.Upsert("sync_id,change_id,sourcekey", d.set("change_id")))
	t.putResults = d.multiInsert("searchresults", "store,folderid,hierarchyid,flags", d.Upsert("store,folderid,hierarchyid", d.set("flags")))

	t.putStore = d.upsert("stores", "id,root,guid,type,user_id,user_name,company", "id", "root", "guid", "type", "user_id", "user_name", "company")
	t.putReceive = d.upsert("receivefolder", "storeid,messageclass,objid", "storeid,messageclass", "objid")
	t.putACE = d.upsert("acl", "store,hierarchy_id,id,type,rights", "store,hierarchy_id,id,type", "rights")
	t.putQueue = d.upsert("outgoingqueue", "store_id,hierarchy_id,master,flags", "store_id,hierarchy_id,master", "flags")
	t.putSetting = d.upsert("settings", "name,value", "name", "value")
	t.commit = "INSERT INTO commits (shard,epoch,last) VALUES (?,?,?)" + d.Upsert("shard",
		"last=CASE WHEN epoch="+d.New("epoch")+" AND last="+d.New("last")+"-1 THEN "+d.New("last")+" END") // NULL is an error
	t.raise = "INSERT INTO sequences (name,next) VALUES (?,?)" + d.Upsert("name", "next="+d.Greatest+"(next,"+d.New("next")+")")
	t.putUser = d.upsert("users", "id,externid,objectclass,signature,company", "id", "externid", "objectclass", "signature", "company")
	t.putObject = d.upsert("object", "externid,objectclass", "externid", "objectclass")
	t.insertObject = d.multiInsert("objectproperty", "externid,propname,value", "")
	t.insertMulti = d.multiInsert("objectmvproperty", "externid,propname,orderid,value", "")
}

// addDeletions makes the statements that remove rows and large values.
func (t *texts) addDeletions() {
	t.deleteParts = newInList("DELETE FROM parts WHERE store=? AND message=? AND id IN []")
	// With "store=?" SQLite takes many ids for a reason to read all rows of the store; an expression keeps it to the index of ids.
	t.deleteMessages = []*inList{
		newInList("DELETE FROM hierarchy WHERE store+0=? AND id IN []"),
		newInList("DELETE FROM parts WHERE store=? AND message IN []"),
		newInList("DELETE FROM outgoingqueue WHERE store_id=? AND hierarchy_id IN []"),
		newInList("DELETE FROM searchresults WHERE store+0=? AND hierarchyid IN []"),
	}
	t.deleteContainers = []*inList{
		newInList("DELETE FROM searchresults WHERE store=? AND folderid IN []"),
		newInList("DELETE FROM counters WHERE store=? AND id IN []"),
		newInList("DELETE FROM acl WHERE store=? AND hierarchy_id IN []"),
		newInList("DELETE FROM receivefolder WHERE storeid=? AND objid IN []"),
	}
	t.lobsOfMessages = newInList("SELECT DISTINCT instanceid FROM singleinstances WHERE store=? AND message IN []")
	t.deleteRefsOfMessages = newInList("DELETE FROM singleinstances WHERE store=? AND message IN []")
	t.lobsOf = newInList("SELECT DISTINCT instanceid FROM singleinstances WHERE store=? AND message=? AND hierarchyid IN []")
	t.deleteRefs = newInList("DELETE FROM singleinstances WHERE store=? AND message=? AND hierarchyid IN []")
	t.deleteLobs = newInList("DELETE FROM lob WHERE instanceid IN []")
	t.deleteLobIndex = newInList("DELETE FROM lobindex WHERE instanceid IN []")
	t.resultsOf = newInList("SELECT folderid,hierarchyid,flags FROM searchresults WHERE hierarchyid IN []")
	t.resultsIn = newInList("SELECT folderid,hierarchyid,flags FROM searchresults WHERE folderid=? AND hierarchyid IN []")
	t.deleteResults = newInList("DELETE FROM searchresults WHERE folderid=? AND hierarchyid IN []")
}
