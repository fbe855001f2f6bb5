package directory

import (
	"zarafa/mapi"
)

// Containers of the address book (objects.md section 10).
const (
	containerRoot   = 0
	containerGlobal = 1
	containerLists  = 2
)

// containerID is the entry id of a container.
func containerID(id uint32) mapi.ABEntryID { return mapi.ABEntryID{Type: mapi.TypeABCont, ID: id} }

func globalAddressBook() mapi.ABEntryID { return containerID(containerGlobal) }

// containerName is what a container is called; clients of the family look for the root under this name.
func containerName(id uint32) string {
	switch id {
	case containerRoot:
		return "Kopano Address Book"
	case containerGlobal:
		return "Global Address Book"
	default:
		return "All Address Lists"
	}
}

// containerTags are the properties of a container, in the order in which clients have always got them.
func containerTags() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrContainerFlags, mapi.PrDepth, mapi.PrEMSABContainerID, mapi.PrDisplayName, mapi.PrEMSABIsMaster,
		mapi.PrEMSABParentEntryID, mapi.PrObjectType, mapi.PrDisplayType, mapi.PrSearchKey, mapi.PrRecordKey, mapi.PrParentEntryID,
		mapi.PrABProviderID, mapi.PrEMSABHierarchyPath, mapi.PrAccount, mapi.PrECHomeserverName, mapi.PrECCompanyName,
	}
}

// containerCell gives the properties of one of the three containers.
func (s *Service) containerCell(id uint32) func(tag mapi.PropTag) (mapi.PropValue, bool) {
	self := containerID(id).Encode()
	return func(tag mapi.PropTag) (mapi.PropValue, bool) {
		switch tag.Canonical() {
		case mapi.PrEntryID, mapi.PrSearchKey, mapi.PrRecordKey:
			return mapi.Binary(tag, self), true
		case mapi.PrContainerFlags:
			if id == containerRoot {
				return mapi.Long(tag, 0x4B), true
			}
			return mapi.Long(tag, 0x49), true
		case mapi.PrEMSABContainerID:
			switch id {
			case containerGlobal:
				return mapi.Long(tag, 0), true
			case containerLists:
				return mapi.Long(tag, 7000), true
			}
		case mapi.PrDisplayName, mapi.PrAccount:
			return mapi.String(tag, containerName(id)), true
		case mapi.PrEMSABIsMaster:
			return mapi.Bool(tag, id == containerRoot), true
		case mapi.PrEMSABParentEntryID, mapi.PrParentEntryID:
			if id != containerRoot {
				return mapi.Binary(tag, containerID(containerRoot).Encode()), true
			}
		case mapi.PrObjectType:
			return mapi.Long(tag, uint32(mapi.TypeABCont)), true
		case mapi.PrDisplayType:
			if id == containerRoot {
				return mapi.Long(tag, 0x20000), true
			}
			return mapi.Long(tag, 0x50000), true
		case mapi.PrABProviderID:
			return mapi.Binary(tag, mapi.ABProvider()), true
		case mapi.PrContainerClass, mapi.PrMessageClass:
			return mapi.String(tag, "IPM.Contact"), true
		case mapi.PrInstanceKey:
			return mapi.Binary(tag, mapi.InstanceKey(id, id)), true
		case mapi.PrEMSABHierarchyPath:
			return mapi.PropValue{}, false // only tables know it
		}
		return mapi.PropValue{}, false
	}
}
