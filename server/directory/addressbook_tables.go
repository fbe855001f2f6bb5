package directory

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

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
	s.refresh()
	snap := s.known()
	if ab.Type == mapi.TypeABCont && ab.Version == 0 && ab.ID <= containerLists {
		return s.containerRows(snap, caller, caps, ab.ID, objType, flags)
	}
	o := snap.byEntryID(ab)
	if o == nil || !snap.reaches(caller, o) {
		return nil, mapi.Errorf(mapi.NotFound, "tableOpen", "no such object in the address book")
	}
	if objType == mapi.TypeABCont || !s.settings().EnableGAB && s.requireAdmin(caller, "tableOpen") != nil {
		return nil, nil
	}
	if o.Class == mapi.ClassCompany {
		return s.objectRows(snap, caller, caps, snap.companyMembers(o, objType == mapi.TypeDistList)), nil
	}
	return s.objectRows(snap, caller, caps, listMembers(snap, o)), nil
}

// listMembers are the members of a distribution list or address list as address-book tables show them: without the built-in objects,
// and those of a group that can be granted rights without contacts.
func listMembers(snap *snapshot, group *Object) []*Object {
	if group.Class == mapi.ClassAddressList {
		return snap.related(group.ID, storage.RelationAddressListMember)
	}
	secure := group.Class == mapi.ClassSecurityGroup
	return slices.DeleteFunc(snap.members(group.ID), func(o *Object) bool {
		return isBuiltin(o) || secure && o.Class == mapi.ClassContact
	})
}

func (s *Service) containerRows(snap *snapshot, caller, caps, id uint32, objType mapi.ObjectType, flags uint32) ([]TableRow, error) {
	admin := s.requireAdmin(caller, "tableOpen") == nil
	if objType == mapi.TypeABCont {
		return s.hierarchyRows(snap, caller, caps, id, flags), nil
	}
	switch id {
	case containerLists:
		return nil, mapi.Errorf(mapi.InvalidParameter, "tableOpen", "the list of address lists has no members")
	case containerGlobal, containerRoot:
		if !s.settings().EnableGAB && !admin {
			return nil, nil
		}
		return s.objectRows(snap, caller, caps, snap.globalAddressBook(caller)), nil
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
