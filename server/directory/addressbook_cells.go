package directory

import (
	"encoding/base64"
	"strings"

	"zarafa/mapi"
	"zarafa/storage"
)

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
		if o.Class == mapi.ClassCompany { // among users it is a list of recipients
			return mapi.Long(tag, uint32(mapi.TypeDistList)), true
		}
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
		return mapi.String(tag, s.known().companyNameOf(o)), true
	case mapi.PrECHomeserverName:
		return mapi.String(tag, o.Server), o.Server != ""
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
	case mapi.PrEMSABHomeMDB:
		return mapi.String(tag, "/o=Domain/ou=Location/cn=Configuration/cn=Servers/cn="+s.homeName(o)+"/cn=Microsoft Private MDB"), true
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
	list := s.known().related(o.ID, storage.RelationSendAs)
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
	case class == mapi.ClassAddressList:
		return 0x01000000
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
