package directory_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
	"zarafa/wire"
)

// rows lists the numbers and display types of an address-book table of the directory with the fake plugin.
func (f *foreign) rows(container []byte, objType mapi.ObjectType, flags uint32) (ids []uint32, types []uint32) {
	f.Helper()
	rows, err := f.dir.TableRows(f.Context(), mapi.UserSystem, mapi.CapMultiServer, container, objType, flags)
	f.OK(err)
	for _, r := range rows {
		v, _ := r.Cell(mapi.PrDisplayType)
		ids, types = append(ids, r.ID), append(types, v.Uint32())
	}
	return ids, types
}

func TestAddressLists(t *testing.T) {
	f := newForeign(t, directory.Settings{EnableGAB: true})
	list := plugin.Object{ExternalID: []byte("berlin"), Class: mapi.ClassAddressList, Signature: "1", Props: map[string]string{plugin.CompanyName: "Berlin"}}
	f.fake.set([]plugin.Object{fakeUser("1000", "alice"), fakeUser("1001", "bob"), list}, plugin.Relation{
		Parent: list.Key(), Child: plugin.KeyOf(mapi.ClassActiveUser, []byte("1001")), Type: storage.RelationAddressListMember,
	})
	f.OK(f.sync())
	o, err := f.dir.ByID(f.Context(), 5)
	f.OK(err)
	if o.Name != "Berlin" {
		t.Fatalf("%+v", o)
	}
	lists := mapi.ABEntryID{Type: mapi.TypeABCont, ID: 2}.Encode()
	if ids, types := f.rows(lists, mapi.TypeABCont, 0); !slices.Equal(ids, []uint32{5}) || types[0] != 0x01000000 {
		t.Errorf("lists %v %#x", ids, types)
	}
	if ids, _ := f.rows(nil, mapi.TypeABCont, mapi.OpenConvenientDepth); !slices.Equal(ids, []uint32{1, 2, 5}) {
		t.Errorf("containers %v", ids)
	}
	self := f.dir.EntryID(o, mapi.CapMultiServer)
	if ids, _ := f.rows(self, mapi.TypeMailUser, 0); !slices.Equal(ids, []uint32{4}) {
		t.Errorf("members %v", ids)
	}
	if ids, _ := f.rows(mapi.ABEntryID{Type: mapi.TypeABCont, ID: 1}.Encode(), mapi.TypeMailUser, 0); slices.Contains(ids, 5) {
		t.Errorf("the Global Address Book has the list among its members: %v", ids)
	}
	var props wire.ReadPropsResponse
	f.OK(f.dir.ReadABProps(f.system, &wire.ReadABPropsRequest{EntryID: self}, &props))
	if name, _ := mapi.Props(props.PropVal).ByID(mapi.PrDisplayName.ID()); name.Str() != "Berlin" {
		t.Errorf("properties %v", props.PropVal)
	}
}
