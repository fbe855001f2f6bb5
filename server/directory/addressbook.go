package directory

import (
	"slices"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// ReadABProps answers readABProps: the fixed list of properties, missing ones as error cells, and whatever else the
// directory knows of the object. Objects that are hidden from lists can still be opened by whoever has their entry id: they
// are the senders of messages.
func (s *Service) ReadABProps(c *session.Call, req *wire.ReadABPropsRequest, resp *wire.ReadPropsResponse) error {
	ab, ok := mapi.ParseABEntryID(req.EntryID)
	if !ok {
		return mapi.Errorf(mapi.InvalidEntryID, "readABProps", "not an address-book entry id")
	}
	if ab.Type == mapi.TypeABCont && ab.Version == 0 && ab.ID <= containerLists {
		fillABProps(resp, containerTags(), s.containerCell(ab.ID))
		return nil
	}
	snap := s.known()
	o := snap.byEntryID(ab)
	if o == nil || !snap.reaches(c.Session.UserID, o) {
		return mapi.Errorf(mapi.NotFound, "readABProps", "no such object in the address book")
	}
	if o.Class.Kind() == mapi.ClassCompany.Kind() {
		fillABProps(resp, containerTags(), s.companyCell(o, c.Session.Capabilities))
		return nil
	}
	tags := userTags()
	for _, tag := range slices.Concat(sortedTags(o.Props), sortedTags(o.Multi)) {
		if tag = tag.Canonical(); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	fillABProps(resp, tags, func(tag mapi.PropTag) (mapi.PropValue, bool) { return s.cell(o, tag, c.Session.Capabilities) })
	return nil
}

func fillABProps(resp *wire.ReadPropsResponse, tags []mapi.PropTag, cell func(mapi.PropTag) (mapi.PropValue, bool)) {
	resp.PropTag, resp.PropVal = []mapi.PropTag{}, []mapi.PropValue{}
	for _, tag := range tags {
		v, ok := cell(tag)
		if !ok {
			v = mapi.Missing(tag)
		} else {
			resp.PropTag = append(resp.PropTag, tag)
		}
		resp.PropVal = append(resp.PropVal, v)
	}
}

// userTags are the properties readABProps asks for, in the order in which clients have always got them.
func userTags() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrContainerFlags, mapi.PrDepth, mapi.PrEMSABContainerID, mapi.PrDisplayName, mapi.PrEMSABIsMaster,
		mapi.PrEMSABParentEntryID, mapi.PrEmailAddress, mapi.PrObjectType, mapi.PrDisplayType, mapi.PrSearchKey, mapi.PrParentEntryID,
		mapi.PrAddrtype, mapi.PrRecordKey, mapi.PrAccount, mapi.PrSMTPAddress, mapi.PrTransmitableDisplayName, mapi.PrEMSABHomeMDB,
		prEMSABHomeMTA, mapi.PrEMSABProxyAddresses, mapi.PrECAdministrator, mapi.PrECNonActive, mapi.PrECCompanyName, mapi.PrEMSABX509Cert,
		mapi.PrABProviderID, mapi.PrEMSABHierarchyPath, mapi.PrECSendAsUserEntryIDs, mapi.PrECHomeserverName, mapi.PrDisplayTypeEx,
		mapi.PrEMSABIsMemberOfDL, mapi.PrECEnabledFeatures, mapi.PrECDisabledFeatures, prECArchiveServers, prECArchiveCouplings,
		mapi.PrEMSABRoomCapacity, mapi.PrEMSABRoomDescription, mapi.PrAssistant,
	}
}

// Tags that only this package uses.
const (
	prEMSABHomeMTA       mapi.PropTag = 0x8007001F
	prECArchiveServers   mapi.PropTag = 0x67C4101F
	prECArchiveCouplings mapi.PropTag = 0x67C5101F
)
