package server

import (
	"testing"

	"zarafa/wire"
)

// unaudited are the operations of which the record of access has refusals only. They read, or change what is in mailboxes, or end what
// the session itself has begun; none changes who there is or what somebody may do.
func unaudited() []wire.Op {
	return []wire.Op{
		// What is in stores.
		wire.OpLoadProp, wire.OpSaveObject, wire.OpLoadObject, wire.OpCreateFolder, wire.OpCreateFolders, wire.OpDeleteObjects, wire.OpCopyObjects,
		wire.OpEmptyFolder, wire.OpDeleteFolder, wire.OpCopyFolder, wire.OpSetReadFlags, wire.OpSetReceiveFolder, wire.OpGetReceiveFolder,
		wire.OpGetReceiveFolderTable, wire.OpGetMessageStatus, wire.OpSetMessageStatus, wire.OpGetIDsFromNames, wire.OpGetNamesFromIDs,
		wire.OpSubmitMessage, wire.OpFinishedMessage, wire.OpAbortSubmit, wire.OpSetLockState, wire.OpResetFolderCount, wire.OpCheckExistObject,
		wire.OpGetEntryIDFromSourceKey, wire.OpExportMessageChangesAsStream, wire.OpImportMessageFromStream,
		// Tables, events, synchronisation.
		wire.OpTableOpen, wire.OpTableClose, wire.OpTableSetColumns, wire.OpTableQueryColumns, wire.OpTableSort, wire.OpTableRestrict,
		wire.OpTableGetRowCount, wire.OpTableQueryRows, wire.OpTableFindRow, wire.OpTableSeekRow, wire.OpTableCreateBookmark, wire.OpTableFreeBookmark,
		wire.OpTableSetSearchCriteria, wire.OpTableGetSearchCriteria, wire.OpTableExpandRow, wire.OpTableCollapseRow, wire.OpTableGetCollapseState,
		wire.OpTableSetCollapseState, wire.OpTableMulti, wire.OpNotify, wire.OpNotifySubscribe, wire.OpNotifySubscribeMulti, wire.OpNotifyUnSubscribe,
		wire.OpNotifyUnSubscribeMulti, wire.OpNotifyGetItems, wire.OpGetChanges, wire.OpSetSyncStatus, wire.OpGetSyncStates, wire.OpGetChangeInfo,
		// Which stores, users and servers there are.
		wire.OpGetStoreName, wire.OpGetStoreType, wire.OpGetPublicStore, wire.OpResolveStore, wire.OpResolveUserStore, wire.OpGetOwner, wire.OpGetRights,
		wire.OpGetUser, wire.OpGetUserList, wire.OpGetSendAsList, wire.OpResolveUsername, wire.OpGetGroup, wire.OpGetGroupList, wire.OpResolveGroupname,
		wire.OpGetUserListOfGroup, wire.OpGetGroupListOfUser, wire.OpGetCompany, wire.OpResolveCompanyname, wire.OpGetCompanyList,
		wire.OpGetRemoteViewList, wire.OpGetRemoteAdminList, wire.OpReadABProps, wire.OpABResolveNames, wire.OpGetQuota, wire.OpGetQuotaRecipients,
		wire.OpGetQuotaStatus, wire.OpResolvePseudoURL, wire.OpGetServerDetails,
		// The server and its clients.
		wire.OpLogoff, wire.OpGetLicenseAuth, wire.OpPurgeSoftDelete, wire.OpPurgeDeferredUpdates, wire.OpPurgeCache, wire.OpTestPerform, wire.OpTestSet,
		wire.OpTestGet, wire.OpGetClientUpdate, wire.OpSetClientUpdateStatus, wire.OpGetUserClientUpdateStatus,
	}
}

// TestEveryOperationIsAuditedOrNot: somebody has thought about each operation of the protocol, and about each once.
func TestEveryOperationIsAuditedOrNot(t *testing.T) {
	not := make(map[wire.Op]bool)
	for _, op := range unaudited() {
		if not[op] {
			t.Errorf("%v is listed twice", op)
		}
		not[op] = true
	}
	for _, o := range wire.Operations() {
		recorded := changesAccess(o.Op) || o.Op == wire.OpLogon || o.Op == wire.OpSSOLogon || o.Op == wire.OpGetStore
		if recorded == not[o.Op] {
			t.Errorf("%v: in the record of access %v, listed as one that is not %v", o.Op, recorded, not[o.Op])
		}
	}
}
