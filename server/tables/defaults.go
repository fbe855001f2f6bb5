package tables

import "zarafa/mapi"

// Default columns of the kinds of tables (tables.md section 2).

func folderColumns(flags uint32, objType mapi.ObjectType) []mapi.PropTag {
	if objType == mapi.TypeMessage {
		return inFlavour(flags, mapi.PrEntryID, mapi.PrDisplayName, mapi.PrMessageFlags, mapi.PrSubject, mapi.PrStoreEntryID,
			mapi.PrStoreRecordKey, mapi.PrStoreSupportMask, mapi.PrInstanceKey, mapi.PrRecordKey, mapi.PrAccess, mapi.PrAccessLevel)
	}
	return inFlavour(flags, mapi.PrEntryID, mapi.PrDisplayName, mapi.PrContentCount, mapi.PrContentUnread, mapi.PrStoreEntryID,
		mapi.PrStoreRecordKey, mapi.PrStoreSupportMask, mapi.PrInstanceKey, mapi.PrRecordKey, mapi.PrAccess, mapi.PrAccessLevel)
}

func addressBookColumns(flags, objType uint32) []mapi.PropTag {
	if t := mapi.ObjectType(objType); t == mapi.TypeABCont || t == mapi.TypeDistList {
		return inFlavour(flags, mapi.PrEntryID, mapi.PrDisplayName, mapi.PrInstanceKey, mapi.PrDisplayType, mapi.PrObjectType,
			mapi.PrRecordKey, mapi.PrSearchKey)
	}
	return inFlavour(flags, mapi.PrEntryID, mapi.PrDisplayName, mapi.PrInstanceKey, mapi.PrAddrtype, mapi.PrDisplayType,
		mapi.PrDisplayTypeEx, mapi.PrEmailAddress, mapi.PrSMTPAddress, mapi.PrObjectType, mapi.PrRecordKey, mapi.PrSearchKey,
		mapi.PrDepartmentName, mapi.PrOfficeTelephoneNumber, mapi.PrOfficeLocation, mapi.PrPrimaryFaxNumber)
}

func userStoreColumns(flags uint32) []mapi.PropTag {
	return inFlavour(flags, mapi.PrECUsername, mapi.PrECStoreGUID, mapi.PrECStoreType, mapi.PrDisplayName, mapi.PrECCompanyID,
		mapi.PrECCompanyName, mapi.PrStoreEntryID, mapi.PrLastModificationTime, mapi.PrMessageSizeExtended, mapi.PrObjectType)
}

func statsColumns(flags, tableType uint32) []mapi.PropTag {
	switch tableType {
	case mapi.TableStatsSystem:
		return append(inFlavour(flags, mapi.PrDisplayName), inFlavour(0, mapi.PrSystemDescription, mapi.PrSystemValue)...)
	case mapi.TableStatsSessions:
		return []mapi.PropTag{mapi.PrECStatsSessionID, mapi.PrECStatsSessionGroupID, mapi.PrECStatsSessionIPAddress, mapi.PrECStatsSessionIdleTime, mapi.PrECStatsSessionCapability, mapi.PrECStatsSessionLocked,
			flavour(flags, mapi.PrECUsername), mapi.PrECStatsSessionBusyStates, mapi.PrECStatsSessionProcStates, mapi.PrECStatsSessionCPUUser, mapi.PrECStatsSessionCPUSystem, mapi.PrECStatsSessionCPUReal,
			mapi.PrECStatsSessionClientVersion, mapi.PrECStatsSessionClientApp, mapi.PrECStatsSessionRequests, mapi.PrECStatsSessionProxy, mapi.PrECStatsSessionClientAppVersion, mapi.PrECStatsSessionClientAppMisc}
	case mapi.TableStatsUsers:
		return inFlavour(flags, mapi.PrECCompanyName, mapi.PrECUsername, mapi.PrDisplayName, mapi.PrSMTPAddress, mapi.PrECNonActive,
			mapi.PrECAdministrator, mapi.PrECHomeserverName, mapi.PrMessageSizeExtended, mapi.PrQuotaWarningThreshold,
			mapi.PrQuotaSendThreshold, mapi.PrQuotaReceiveThreshold, mapi.PrECQuotaMailTime, mapi.PrECOutOfOffice,
			mapi.PrLastLogonTime, mapi.PrLastLogoffTime)
	case mapi.TableStatsCompany:
		return inFlavour(flags, mapi.PrECCompanyName, mapi.PrECCompanyAdmin, mapi.PrMessageSizeExtended, mapi.PrQuotaWarningThreshold,
			mapi.PrQuotaSendThreshold, mapi.PrQuotaReceiveThreshold, mapi.PrECQuotaMailTime)
	case mapi.TableStatsServers:
		return []mapi.PropTag{mapi.PrECStatsServerName, mapi.PrECStatsServerHost, mapi.PrECStatsServerHTTPPort, mapi.PrECStatsServerSSLPort, mapi.PrECStatsServerProxyURL,
			mapi.PrECStatsServerHTTPURL, mapi.PrECStatsServerHTTPSURL, mapi.PrECStatsServerFileURL}
	}
	return nil
}
