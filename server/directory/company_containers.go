package directory

import (
	"context"
	"slices"

	"zarafa/mapi"
)

// globalAddressBook are the objects of the Global Address Book that a user may see: those of his company, and all that he
// sees if he belongs to none. Other companies have containers of their own.
func (s *snapshot) globalAddressBook(caller uint32) []*Object {
	company := s.companyOf(caller)
	var list []*Object
	for _, id := range s.ids {
		o := s.byID[id]
		if o.Class != mapi.ClassAddressList && s.visible(caller, o) && (company == 0 || o.Company == company || isBuiltin(o)) {
			list = append(list, o)
		}
	}
	return list
}

// GlobalAddressBook implements [Directory].
func (s *Service) GlobalAddressBook(_ context.Context, caller uint32) ([]*Object, error) {
	return s.known().globalAddressBook(caller), nil
}

// ListsChange implements [Directory].
func (s *Service) ListsChange(_ context.Context, caller uint32, abEntryID []byte) bool {
	snap := s.known()
	if !snap.hosted {
		return true
	}
	ab, ok := mapi.ParseABEntryID(abEntryID)
	if !ok {
		return true
	}
	o, company := snap.byEntryID(ab), snap.companyOf(caller)
	return o == nil || o.Company == company || company == 0 && snap.reaches(caller, o)
}

// viewedCompanies are the containers below the Global Address Book. A caller who sees no company but his own has no use for them.
func (s *snapshot) viewedCompanies(caller uint32) []*Object {
	var list []*Object
	for _, id := range s.ids {
		if o := s.byID[id]; o.Class == mapi.ClassCompany && s.visible(caller, o) {
			list = append(list, o)
		}
	}
	if c := s.byID[caller]; len(list) == 1 && (c == nil || !c.AdministersSystem()) {
		return nil
	}
	return list
}

// addressLists are the containers below the list of address lists.
func (s *snapshot) addressLists(caller uint32) []*Object {
	var list []*Object
	for _, id := range s.ids {
		if o := s.byID[id]; o.Class == mapi.ClassAddressList && s.visible(caller, o) {
			list = append(list, o)
		}
	}
	return list
}

// companyMembers are the users and groups of a company. Where a company stands for a list of recipients it has no contacts.
func (s *snapshot) companyMembers(company *Object, asList bool) []*Object {
	var list []*Object
	for _, id := range s.ids {
		o := s.byID[id]
		if o.Company == company.ID && o.ID != company.ID && !(asList && o.Class == mapi.ClassContact) {
			list = append(list, o)
		}
	}
	return list
}

// companyCell gives the properties of a company or address list as a container of the address book (objects.md section 10).
func (s *Service) companyCell(o *Object, caps uint32) func(tag mapi.PropTag) (mapi.PropValue, bool) {
	self := s.EntryID(o, caps)
	return func(tag mapi.PropTag) (mapi.PropValue, bool) {
		switch tag.Canonical() {
		case mapi.PrEntryID, mapi.PrSearchKey, mapi.PrRecordKey:
			return mapi.Binary(tag, self), true
		case mapi.PrContainerFlags:
			return mapi.Long(tag, 0x49), true
		case mapi.PrEMSABContainerID:
			return mapi.Long(tag, o.ID), true
		case mapi.PrDisplayName, mapi.PrAccount:
			return mapi.String(tag, o.Name), true
		case mapi.PrECCompanyName:
			if o.Class == mapi.ClassAddressList {
				return mapi.String(tag, s.known().companyNameOf(o)), true
			}
			return mapi.String(tag, o.Name), true
		case mapi.PrEMSABIsMaster:
			return mapi.Bool(tag, false), true
		case mapi.PrEMSABParentEntryID, mapi.PrParentEntryID:
			return mapi.Binary(tag, globalAddressBook().Encode()), true
		case mapi.PrObjectType:
			return mapi.Long(tag, uint32(mapi.TypeABCont)), true
		case mapi.PrDisplayType:
			return mapi.Long(tag, displayType(o.Class)), true
		case mapi.PrABProviderID:
			return mapi.Binary(tag, mapi.ABProvider()), true
		case mapi.PrContainerClass, mapi.PrMessageClass:
			return mapi.String(tag, "IPM.Contact"), true
		case mapi.PrInstanceKey:
			return mapi.Binary(tag, mapi.InstanceKey(o.ID, 0)), true
		case mapi.PrECHomeserverName:
			return mapi.String(tag, o.Server), o.Server != ""
		}
		return mapi.PropValue{}, false
	}
}

// nestedRows are the rows of companies or address lists as containers below another one; below says how deep they stand in a table of
// convenient depth, which is also where their place is told.
func (s *Service) nestedRows(list []*Object, caps uint32, deep bool, parent, below uint32) []TableRow {
	var rows []TableRow
	for _, o := range list {
		cell := s.companyCell(o, caps)
		path := "/" + o.Name
		if below > 0 {
			path = "/" + containerName(parent) + path
		}
		rows = append(rows, TableRow{ID: o.ID, Cell: func(tag mapi.PropTag) (mapi.PropValue, bool) {
			switch {
			case deep && tag == mapi.PrDepth:
				return mapi.Long(tag, below), true
			case deep && tag.Canonical() == mapi.PrEMSABHierarchyPath:
				return mapi.String(tag, path), true
			}
			return cell(tag)
		}})
	}
	return rows
}

// hierarchyRows are the containers below a container.
func (s *Service) hierarchyRows(snap *snapshot, caller, caps, id, flags uint32) []TableRow {
	deep := flags&mapi.OpenConvenientDepth != 0
	switch id {
	case containerRoot:
		rows := []TableRow{s.containerRow(containerGlobal, deep), s.containerRow(containerLists, deep)}
		if deep {
			rows = slices.Insert(rows, 1, s.nestedRows(snap.viewedCompanies(caller), caps, deep, containerGlobal, 1)...)
			rows = append(rows, s.nestedRows(snap.addressLists(caller), caps, deep, containerLists, 1)...)
		}
		return rows
	case containerGlobal:
		return s.nestedRows(snap.viewedCompanies(caller), caps, deep, containerGlobal, 0)
	case containerLists:
		return s.nestedRows(snap.addressLists(caller), caps, deep, containerLists, 0)
	}
	return nil
}

// companyNameOf is the name of an object's company.
func (s *snapshot) companyNameOf(o *Object) string {
	if c := s.byID[o.Company]; c != nil {
		return c.Name
	}
	return ""
}
