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

// Columns that only statistics have.
const (
	prStatID          mapi.PropTag = 0x67420014
	prStatIPAddress   mapi.PropTag = 0x6743001E
	prStatIdleTime    mapi.PropTag = 0x67440003
	prStatCapability  mapi.PropTag = 0x67450003
	prStatLocked      mapi.PropTag = 0x6746000B
	prStatBusyStates  mapi.PropTag = 0x6747101E
	prStatProcStates  mapi.PropTag = 0x6749101E
	prStatCPUUser     mapi.PropTag = 0x674A0005
	prStatCPUSystem   mapi.PropTag = 0x674B0005
	prStatCPUReal     mapi.PropTag = 0x674C0005
	prStatGroupID     mapi.PropTag = 0x674D0014
	prStatVersion     mapi.PropTag = 0x674F001E
	prStatApp         mapi.PropTag = 0x6750001E
	prStatRequests    mapi.PropTag = 0x67510003
	prStatProxy       mapi.PropTag = 0x6753001E
	prStatAppVersion  mapi.PropTag = 0x6754001E
	prStatAppMisc     mapi.PropTag = 0x6755001E
	prStatServerName  mapi.PropTag = 0x67F0001E
	prStatServerHost  mapi.PropTag = 0x67F1001E
	prStatServerHTTP  mapi.PropTag = 0x67F20003
	prStatServerSSL   mapi.PropTag = 0x67F30003
	prStatServerProxy mapi.PropTag = 0x67F5001E
	prStatServerURL   mapi.PropTag = 0x67F6001E
	prStatServerURLS  mapi.PropTag = 0x67F7001E
	prStatServerFile  mapi.PropTag = 0x67F8001E
)

func statsColumns(flags, tableType uint32) []mapi.PropTag {
	switch tableType {
	case mapi.TableStatsSystem:
		return append(inFlavour(flags, mapi.PrDisplayName), inFlavour(0, mapi.PrSystemDescription, mapi.PrSystemValue)...)
	case mapi.TableStatsSessions:
		return []mapi.PropTag{prStatID, prStatGroupID, prStatIPAddress, prStatIdleTime, prStatCapability, prStatLocked,
			flavour(flags, mapi.PrECUsername), prStatBusyStates, prStatProcStates, prStatCPUUser, prStatCPUSystem, prStatCPUReal,
			prStatVersion, prStatApp, prStatRequests, prStatProxy, prStatAppVersion, prStatAppMisc}
	case mapi.TableStatsUsers:
		return inFlavour(flags, mapi.PrECCompanyName, mapi.PrECUsername, mapi.PrDisplayName, mapi.PrSMTPAddress, mapi.PrECNonActive,
			mapi.PrECAdministrator, mapi.PrECHomeserverName, mapi.PrMessageSizeExtended, mapi.PrQuotaWarningThreshold,
			mapi.PrQuotaSendThreshold, mapi.PrQuotaReceiveThreshold, mapi.PrECQuotaMailTime, mapi.PrECOutOfOffice,
			mapi.PrLastLogonTime, mapi.PrLastLogoffTime)
	case mapi.TableStatsCompany:
		return inFlavour(flags, mapi.PrECCompanyName, mapi.PrECCompanyAdmin, mapi.PrMessageSizeExtended, mapi.PrQuotaWarningThreshold,
			mapi.PrQuotaSendThreshold, mapi.PrQuotaReceiveThreshold, mapi.PrECQuotaMailTime)
	case mapi.TableStatsServers:
		return []mapi.PropTag{prStatServerName, prStatServerHost, prStatServerHTTP, prStatServerSSL, prStatServerProxy,
			prStatServerURL, prStatServerURLS, prStatServerFile}
	}
	return nil
}
