package directory

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
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

// abTags are the properties readABProps asks for, in the order in which clients have always got them.
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

func containerTags() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrContainerFlags, mapi.PrDepth, mapi.PrEMSABContainerID, mapi.PrDisplayName, mapi.PrEMSABIsMaster,
		mapi.PrEMSABParentEntryID, mapi.PrObjectType, mapi.PrDisplayType, mapi.PrSearchKey, mapi.PrRecordKey, mapi.PrParentEntryID,
		mapi.PrABProviderID, mapi.PrEMSABHierarchyPath, mapi.PrAccount, mapi.PrECHomeserverName, mapi.PrECCompanyName,
	}
}

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
	o := s.current.Load().byEntryID(ab)
	if o == nil {
		return mapi.Errorf(mapi.NotFound, "readABProps", "no such object in the address book")
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

// cell is one property of a user or group, under the flavour of string that tag asks for.
func (s *Service) cell(o *Object, tag mapi.PropTag, caps uint32) (mapi.PropValue, bool) {
	if v, ok := s.commonCell(o, tag, caps); ok {
		return v, true
	}
	user := o.Class.Kind() == mapi.ClassActiveUser.Kind()
	switch tag.Canonical() {
	case mapi.PrMessageClass:
		if user {
			return mapi.String(tag, "IPM.Contact"), true
		}
		return mapi.String(tag, "IPM.DistList"), true
	case mapi.PrSMTPAddress:
		return mapi.String(tag, o.Email), user || o.Email != ""
	case mapi.PrEMSABProxyAddresses:
		addresses := o.addresses()
		return mapi.Strings(tag, addresses...), len(addresses) > 0
	case mapi.PrECEnabledFeatures:
		enabled, _ := s.featuresOf(o)
		return mapi.Strings(tag, enabled...), len(enabled) > 0
	case mapi.PrECDisabledFeatures:
		_, disabled := s.featuresOf(o)
		return mapi.Strings(tag, disabled...), len(disabled) > 0
	case mapi.PrECSendAsUserEntryIDs:
		return s.sendAsCell(o, tag, caps)
	}
	if user {
		if v, ok := s.userCell(o, tag); ok {
			return v, true
		}
	}
	return extraCell(o, tag)
}

// commonCell are the properties that users and groups share.
func (s *Service) commonCell(o *Object, tag mapi.PropTag, caps uint32) (mapi.PropValue, bool) {
	switch tag.Canonical() {
	case mapi.PrEntryID:
		return mapi.Binary(tag, s.EntryID(o, caps)), true
	case mapi.PrInstanceKey:
		return mapi.Binary(tag, mapi.InstanceKey(o.ID, 0)), true
	case mapi.PrRecordKey:
		return mapi.Binary(tag, mapi.InstanceKey(o.ID, 0)[:4]), true
	case mapi.PrObjectType:
		return mapi.Long(tag, uint32(o.Class.ABType())), true
	case mapi.PrDisplayType:
		return mapi.Long(tag, displayType(o.Class)), true
	case mapi.PrDisplayTypeEx:
		return mapi.Long(tag, displayTypeEx(o.Class)), true
	case mapi.PrAddrtype:
		return mapi.String(tag, "ZARAFA"), true
	case mapi.PrAccount, mapi.PrEmailAddress:
		if o.Class == mapi.ClassContact {
			return mapi.String(tag, o.FullName), true
		}
		return mapi.String(tag, o.Name), true
	case mapi.PrDisplayName, mapi.PrTransmitableDisplayName, mapi.PrNormalizedSubject:
		return mapi.String(tag, o.FullName), true
	case mapi.PrSearchKey:
		key := o.FullName
		if o.Class.Kind() == mapi.ClassActiveUser.Kind() {
			key = o.Email
		}
		return mapi.Binary(tag, append([]byte("ZARAFA:"+strings.ToUpper(key)), 0)), true
	case mapi.PrECCompanyName:
		return mapi.String(tag, ""), true
	case mapi.PrABProviderID:
		return mapi.Binary(tag, mapi.ABProvider()), true
	}
	return mapi.PropValue{}, false
}

func (s *Service) userCell(o *Object, tag mapi.PropTag) (mapi.PropValue, bool) {
	switch tag.Canonical() {
	case mapi.PrECNonActive:
		return mapi.Bool(tag, o.Class == mapi.ClassNonActiveUser), true
	case mapi.PrECAdministrator:
		return mapi.Long(tag, o.AdminLevel), true
	case mapi.PrECHomeserverName:
		return mapi.String(tag, o.Server), o.Server != ""
	case mapi.PrEMSABHomeMDB:
		return mapi.String(tag, "/o=Domain/ou=Location/cn=Configuration/cn=Servers/cn="+s.serverName()+"/cn=Microsoft Private MDB"), true
	case mapi.PrEMSABRoomCapacity:
		return mapi.Long(tag, o.Capacity), true
	case mapi.PrEMSABRoomDescription.Canonical():
		if text := o.Props[eightBit(mapi.PrEMSABRoomDescription)]; text != "" {
			return mapi.String(tag, text), true
		}
		switch o.Class {
		case mapi.ClassRoom:
			return mapi.String(tag, "Room"), true
		case mapi.ClassEquipment:
			return mapi.String(tag, "Equipment"), true
		}
	case mapi.PrSendRichInfo:
		return mapi.Bool(tag, true), true
	case mapi.PrSendInternetEncoding:
		return mapi.Long(tag, 0), true
	}
	return mapi.PropValue{}, false
}

func (s *Service) sendAsCell(o *Object, tag mapi.PropTag, caps uint32) (mapi.PropValue, bool) {
	list := s.current.Load().related(o.ID, storage.RelationSendAs)
	values := make([]mapi.PropValue, len(list))
	for i, sender := range list {
		values[i].Data = s.EntryID(sender, caps)
	}
	return mapi.Multi(tag, values...), len(list) > 0
}

// extraCell looks among the further properties, which are stored as text under the 8-bit tags.
func extraCell(o *Object, tag mapi.PropTag) (mapi.PropValue, bool) {
	for have, value := range o.Props {
		if have.Canonical() != tag.Canonical() {
			continue
		}
		switch t := tag.Type(); {
		case t.IsString():
			return mapi.String(tag, value), true
		case t.IsBinary():
			b, err := base64.StdEncoding.DecodeString(value)
			return mapi.Binary(tag, b), err == nil
		case t == mapi.PtLong:
			return mapi.Long(tag, uint32(number(value))), true
		case t == mapi.PtBoolean:
			return mapi.Bool(tag, number(value) != 0), true
		}
	}
	return extraList(o, tag)
}

// extraList is extraCell for lists.
func extraList(o *Object, tag mapi.PropTag) (mapi.PropValue, bool) {
	list, ok := o.Multi[eightBit(tag)]
	if !ok || len(list) == 0 {
		return mapi.PropValue{}, false
	}
	switch {
	case tag.Type().IsString():
		return mapi.Strings(tag, list...), true
	case tag.Type().IsBinary():
		values := make([]mapi.PropValue, len(list))
		for i, text := range list {
			var err error
			if values[i].Data, err = base64.StdEncoding.DecodeString(text); err != nil {
				return mapi.PropValue{}, false
			}
		}
		return mapi.Multi(tag, values...), true
	}
	return mapi.PropValue{}, false
}

// addresses are the object's mail addresses in the form of PR_EMS_AB_PROXY_ADDRESSES: the main one is in capitals.
func (o *Object) addresses() []string {
	var out []string
	if o.Email != "" {
		out = append(out, "SMTP:"+o.Email)
	}
	for _, alias := range o.aliases() {
		if len(alias) > 5 && strings.EqualFold(alias[:5], "smtp:") {
			alias = alias[5:]
		}
		if !strings.EqualFold(alias, o.Email) {
			out = append(out, "smtp:"+alias)
		}
	}
	return out
}

func displayType(class mapi.ObjectClass) uint32 {
	switch {
	case class == mapi.ClassContact:
		return 6 // DT_REMOTE_MAILUSER
	case class.Kind() == mapi.ClassGroup.Kind():
		return 1 // DT_DISTLIST
	case class.Kind() == mapi.ClassCompany.Kind():
		return 4 // DT_ORGANIZATION
	}
	return 0
}

func displayTypeEx(class mapi.ObjectClass) uint32 {
	switch class {
	case mapi.ClassActiveUser:
		return 0x40000000
	case mapi.ClassRoom:
		return 7
	case mapi.ClassEquipment:
		return 8
	case mapi.ClassContact:
		return 6
	case mapi.ClassGroup:
		return 1
	case mapi.ClassSecurityGroup:
		return 0x40000009
	case mapi.ClassDynamicGroup:
		return 3
	case mapi.ClassCompany:
		return 0x40000004
	}
	return 0
}

// TableRow is one row of an address-book table.
type TableRow struct {
	ID    uint32
	Order uint32 // second half of the instance key
	Cell  func(tag mapi.PropTag) (mapi.PropValue, bool)
}

// TableRows are the rows of an address-book table (tables.md section 2): the sub-containers of a container for
// mapi.TypeABCont, else its members. Convenient depth adds what lies below.
func (s *Service) TableRows(_ context.Context, caller uint32, caps uint32, entryID []byte, objType mapi.ObjectType, flags uint32) ([]TableRow, error) {
	ab := containerID(containerRoot)
	if len(entryID) > 0 {
		var ok bool
		if ab, ok = mapi.ParseABEntryID(entryID); !ok {
			return nil, mapi.Errorf(mapi.InvalidEntryID, "tableOpen", "not an address-book entry id")
		}
	}
	snap := s.current.Load()
	if ab.Type == mapi.TypeABCont && ab.Version == 0 && ab.ID <= containerLists {
		return s.containerRows(snap, caller, caps, ab.ID, objType, flags)
	}
	o := snap.byEntryID(ab)
	if o == nil {
		return nil, mapi.Errorf(mapi.NotFound, "tableOpen", "no such object in the address book")
	}
	if objType == mapi.TypeABCont || !s.settings().EnableGAB && s.requireAdmin(caller, "tableOpen") != nil {
		return nil, nil
	}
	return s.objectRows(snap, caller, caps, listMembers(snap, o)), nil
}

// listMembers are the members of a distribution list as address-book tables show them: without the built-in objects,
// and those of a group that can be granted rights without contacts.
func listMembers(snap *snapshot, group *Object) []*Object {
	secure := group.Class == mapi.ClassSecurityGroup
	return slices.DeleteFunc(snap.members(group.ID), func(o *Object) bool {
		return isBuiltin(o) || secure && o.Class == mapi.ClassContact
	})
}

func (s *Service) containerRows(snap *snapshot, caller, caps, id uint32, objType mapi.ObjectType, flags uint32) ([]TableRow, error) {
	admin := s.requireAdmin(caller, "tableOpen") == nil
	if objType == mapi.TypeABCont {
		if id != containerRoot {
			return nil, nil
		}
		deep := flags&mapi.OpenConvenientDepth != 0
		return []TableRow{s.containerRow(containerGlobal, deep), s.containerRow(containerLists, deep)}, nil
	}
	switch id {
	case containerLists:
		return nil, mapi.Errorf(mapi.InvalidParameter, "tableOpen", "the list of address lists has no members")
	case containerGlobal, containerRoot:
		if !s.settings().EnableGAB && !admin {
			return nil, nil
		}
		list := make([]*Object, 0, len(snap.ids))
		for _, oid := range snap.ids {
			list = append(list, snap.byID[oid])
		}
		return s.objectRows(snap, caller, caps, list), nil
	}
	return nil, nil
}

// containerRow is the row of a container. Where it stands is told only in tables of convenient depth; the
// others keep the order of the containers' numbers, which clients rely on to find the Global Address Book.
func (s *Service) containerRow(id uint32, deep bool) TableRow {
	cell := s.containerCell(id)
	return TableRow{ID: id, Order: id, Cell: func(tag mapi.PropTag) (mapi.PropValue, bool) {
		switch {
		case deep && tag == mapi.PrDepth:
			return mapi.Long(tag, 0), true
		case deep && tag.Canonical() == mapi.PrEMSABHierarchyPath:
			return mapi.String(tag, "/"+containerName(id)), true
		}
		return cell(tag)
	}}
}

func (s *Service) objectRows(snap *snapshot, caller, caps uint32, list []*Object) []TableRow {
	list = slices.DeleteFunc(list, func(o *Object) bool { return !snap.visible(caller, o) })
	rows := make([]TableRow, len(list))
	for i, o := range list {
		rows[i] = TableRow{ID: o.ID, Cell: func(tag mapi.PropTag) (mapi.PropValue, bool) { return s.cell(o, tag, caps) }}
	}
	return rows
}
