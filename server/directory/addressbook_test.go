package directory_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/wire"
)

func TestAddressBookProperties(t *testing.T) {
	b := newBench(t)
	alice := b.userWith(wire.User{Username: wire.Text("alice"), ObjClass: uint32(mapi.ClassActiveUser), MVPropmap: []wire.PropmapMVPair{
		{PropID: uint32(mapi.PrEMSABProxyAddresses), Values: []string{"al@example.com", "smtp:a@example.com"}},
	}})
	room := b.userWith(wire.User{Username: wire.Text("room"), ObjClass: uint32(mapi.ClassRoom), Capacity: 12})
	beamer := b.userWith(wire.User{Username: wire.Text("beamer"), ObjClass: uint32(mapi.ClassEquipment), Propmap: []wire.PropmapPair{
		{PropID: 0x0809001E, Value: wire.Text("4K")},
	}})
	shared, contact, staff := b.user("shared", mapi.ClassNonActiveUser), b.user("carol", mapi.ClassContact), b.group("staff")
	for _, tt := range []struct {
		id   uint32
		want mapi.PropValue
	}{
		{alice, mapi.Long(mapi.PrObjectType, 6)},
		{alice, mapi.Long(mapi.PrDisplayType, 0)},
		{alice, mapi.Long(mapi.PrDisplayTypeEx, 0x40000000)},
		{alice, mapi.String(mapi.PrAccount, "alice")},
		{alice, mapi.String(mapi.PrEmailAddress, "alice")},
		{alice, mapi.String(mapi.PrSMTPAddress, "alice@example.com")},
		{alice, mapi.Binary(mapi.PrSearchKey, []byte("ZARAFA:ALICE@EXAMPLE.COM\x00"))},
		{alice, mapi.Strings(mapi.PrEMSABProxyAddresses, "SMTP:alice@example.com", "smtp:al@example.com", "smtp:a@example.com")},
		{alice, mapi.Bool(mapi.PrECNonActive, false)},
		{shared, mapi.Bool(mapi.PrECNonActive, true)},
		{shared, mapi.Long(mapi.PrDisplayTypeEx, 0)},
		{room, mapi.Long(mapi.PrDisplayTypeEx, 7)},
		{room, mapi.Long(mapi.PrEMSABRoomCapacity, 12)},
		{room, mapi.String(mapi.PrEMSABRoomDescription.Canonical(), "Room")},
		{beamer, mapi.Long(mapi.PrDisplayTypeEx, 8)},
		{beamer, mapi.String(mapi.PrEMSABRoomDescription.Canonical(), "4K")},
		{contact, mapi.Long(mapi.PrDisplayType, 6)},
		{contact, mapi.Long(mapi.PrDisplayTypeEx, 6)},
		{contact, mapi.String(mapi.PrAccount, "carol Example")},
		{staff, mapi.Long(mapi.PrObjectType, 8)},
		{staff, mapi.Long(mapi.PrDisplayType, 1)},
		{staff, mapi.Long(mapi.PrDisplayTypeEx, 0x40000009)},
		{staff, mapi.Binary(mapi.PrSearchKey, []byte("ZARAFA:STAFF\x00"))},
		{staff, mapi.Missing(mapi.PrSMTPAddress)},
	} {
		if v, ok := b.abProps(alice, tt.id).ByID(tt.want.Tag.ID()); !ok || !v.Equal(tt.want) {
			t.Errorf("object %d: %v, want %v", tt.id, v, tt.want)
		}
	}
	missing := &wire.ReadABPropsRequest{EntryID: mapi.ABEntryID{Type: mapi.TypeMailUser, ID: 99}.Encode()}
	b.Fails(b.Users.ReadABProps(b.As(alice), missing, &wire.ReadPropsResponse{}), mapi.NotFound)
	// Version 0 finds by number within the type, version 1 by external id whatever number it has.
	wrong := &wire.ReadABPropsRequest{EntryID: mapi.ABEntryID{Type: mapi.TypeDistList, ID: alice}.Encode()}
	b.Fails(b.Users.ReadABProps(b.As(alice), wrong, &wire.ReadPropsResponse{}), mapi.NotFound)
	moved, _ := mapi.ParseABEntryID(b.entryID(alice))
	moved.ID = 4711
	b.OK(b.Users.ReadABProps(b.As(alice), &wire.ReadABPropsRequest{EntryID: moved.Encode()}, &wire.ReadPropsResponse{}))
}

// TestEntryIDVersions: clients that do not know of several servers, and built-in objects, have the short form.
func TestEntryIDVersions(t *testing.T) {
	b := newBench(t)
	alice := b.user("alice", mapi.ClassActiveUser)
	for _, tt := range []struct{ id, caps, version uint32 }{
		{alice, mapi.CapMultiServer, 1}, {alice, 0, 0}, {mapi.UserEveryone, mapi.CapMultiServer, 0}, {mapi.UserSystem, mapi.CapMultiServer, 0},
	} {
		o, err := b.Users.ByID(t.Context(), tt.id)
		b.OK(err)
		ab, ok := mapi.ParseABEntryID(b.Users.EntryID(o, tt.caps))
		if !ok || ab.Version != tt.version || ab.ID != tt.id {
			t.Errorf("object %d with %#x: %+v", tt.id, tt.caps, ab)
		}
	}
}

func TestResolveNames(t *testing.T) {
	b := newBench(t)
	john := b.user("john", mapi.ClassActiveUser)
	b.user("johnny", mapi.ClassActiveUser)
	ghost := b.userWith(wire.User{Username: wire.Text("ghost"), IsABHidden: 1, ObjClass: uint32(mapi.ClassActiveUser)})
	staff, contact := b.group("staff"), b.user("zed", mapi.ClassContact)
	b.userWith(wire.User{Username: wire.Text("other"), FullName: wire.Text("staff"), ObjClass: uint32(mapi.ClassContact)})
	for _, tt := range []struct {
		caller uint32
		text   string
		exact  bool
		flag   uint32
		id     uint32
	}{
		{john, "john", false, 1, 0},
		{john, "JOHN", true, 2, john},
		{john, "john@example.com", true, 2, john},
		{john, "john@example.com", false, 2, john},
		{john, "nny", true, 0, 0},
		{john, "zed", false, 2, contact},
		{john, "staff", true, 2, staff}, // groups come before contacts
		{john, "staff", false, 1, 0},
		{john, "ghost", true, 0, 0},
		{john, "", false, 0, 0},
		{john, "everyone", false, 2, mapi.UserEveryone},
		{john, "every", false, 0, 0},
		{mapi.UserSystem, "system", false, 2, mapi.UserSystem},
		{mapi.UserSystem, "ghost", true, 2, ghost},
	} {
		req := &wire.ABResolveNamesRequest{
			PropTag: []mapi.PropTag{mapi.PrInstanceKey, mapi.PrDisplayName}, LpaFlags: []uint32{0},
			RowSet: &wire.RowSet{Rows: [][]mapi.PropValue{{mapi.String(mapi.PrDisplayName, tt.text)}}},
		}
		if tt.exact {
			req.UlFlags = 1
		}
		var resp wire.ABResolveNamesResponse
		b.OK(b.Users.ABResolveNames(b.As(tt.caller), req, &resp))
		if resp.Flags[0] != tt.flag {
			t.Errorf("%q (exact %v): flag %d, want %d", tt.text, tt.exact, resp.Flags[0], tt.flag)
			continue
		}
		key, _ := mapi.Props(resp.RowSet.Rows[0]).Get(mapi.PrInstanceKey)
		if tt.flag == 2 && !slices.Equal(key.Data, mapi.InstanceKey(tt.id, 0)) {
			t.Errorf("%q: key %x, want object %d", tt.text, key.Data, tt.id)
		}
	}
	nameless := &wire.ABResolveNamesRequest{LpaFlags: []uint32{0}, RowSet: &wire.RowSet{Rows: [][]mapi.PropValue{{}}}}
	b.Fails(b.Users.ABResolveNames(b.system, nameless, &wire.ABResolveNamesResponse{}), mapi.InvalidParameter)
}

// tableIDs lists the rows of an address-book table.
func (b *bench) tableIDs(caller uint32, entryID []byte, objType mapi.ObjectType) (ids []uint32) {
	b.Helper()
	rows, err := b.Users.TableRows(b.Context(), caller, 0, entryID, objType, 0)
	b.OK(err)
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestAddressBookTables(t *testing.T) {
	b := newBench(t)
	b.Users.Reconfigure(directory.Settings{EnableGAB: true, HideSystem: true})
	alice, contact, staff := b.user("alice", mapi.ClassActiveUser), b.user("carol", mapi.ClassContact), b.group("staff")
	ghost := b.userWith(wire.User{Username: wire.Text("ghost"), IsABHidden: 1, ObjClass: uint32(mapi.ClassActiveUser)})
	for _, id := range []uint32{alice, contact, ghost} {
		b.addMember(staff, id)
	}
	container := func(id uint32) []byte { return mapi.ABEntryID{Type: mapi.TypeABCont, ID: id}.Encode() }
	for _, tt := range []struct {
		name   string
		caller uint32
		id     []byte
		kind   mapi.ObjectType
		want   []uint32
	}{
		{"containers", alice, nil, mapi.TypeABCont, []uint32{1, 2}},
		{"address lists", alice, container(2), mapi.TypeABCont, nil},
		{"global address book", alice, container(1), mapi.TypeMailUser, []uint32{mapi.UserEveryone, alice, contact, staff}},
		{"of an administrator", mapi.UserSystem, container(1), mapi.TypeMailUser, []uint32{mapi.UserEveryone, mapi.UserSystem, alice, contact, staff, ghost}},
		{"a security group has no contacts", alice, b.entryID(staff), mapi.TypeMailUser, []uint32{alice}},
		{"everyone has no built-in members", mapi.UserSystem, b.entryID(mapi.UserEveryone), mapi.TypeMailUser, []uint32{alice, ghost}},
	} {
		if got := b.tableIDs(tt.caller, tt.id, tt.kind); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	_, err := b.Users.TableRows(t.Context(), alice, 0, container(2), mapi.TypeMailUser, 0)
	b.Fails(err, mapi.InvalidParameter)
	b.Users.Reconfigure(directory.Settings{EnableGAB: false})
	if got := b.tableIDs(alice, container(1), mapi.TypeMailUser); len(got) != 0 {
		t.Errorf("enable_gab=no shows %v", got)
	}
	if got := b.tableIDs(alice, b.entryID(staff), mapi.TypeMailUser); len(got) != 0 {
		t.Errorf("enable_gab=no shows the members %v", got)
	}
	if got := b.tableIDs(mapi.UserSystem, container(1), mapi.TypeMailUser); len(got) != 6 {
		t.Errorf("enable_gab=no shows administrators %v", got)
	}
	if got := b.tableIDs(alice, nil, mapi.TypeABCont); len(got) != 2 {
		t.Errorf("enable_gab=no hides containers: %v", got)
	}
}

// TestContainersInDepth: a table of convenient depth says where its rows stand.
func TestContainersInDepth(t *testing.T) {
	b := newBench(t)
	rows, err := b.Users.TableRows(t.Context(), mapi.UserSystem, 0, nil, mapi.TypeABCont, mapi.OpenConvenientDepth)
	b.OK(err)
	for i, path := range []string{"/Global Address Book", "/All Address Lists"} {
		if v, ok := rows[i].Cell(mapi.PrDepth); !ok || v.Uint32() != 0 {
			t.Errorf("depth of %s: %v", path, v)
		}
		if v, ok := rows[i].Cell(mapi.PrEMSABHierarchyPath); !ok || v.Str() != path {
			t.Errorf("path %v, want %s", v, path)
		}
	}
	for id, want := range map[uint32][]mapi.PropValue{
		0: {mapi.Long(mapi.PrContainerFlags, 0x4B), mapi.Long(mapi.PrDisplayType, 0x20000), mapi.Bool(mapi.PrEMSABIsMaster, true), mapi.Missing(mapi.PrEMSABContainerID)},
		1: {mapi.Long(mapi.PrContainerFlags, 0x49), mapi.Long(mapi.PrDisplayType, 0x50000), mapi.Bool(mapi.PrEMSABIsMaster, false), mapi.Long(mapi.PrEMSABContainerID, 0)},
		2: {mapi.Long(mapi.PrContainerFlags, 0x49), mapi.Long(mapi.PrDisplayType, 0x50000), mapi.String(mapi.PrDisplayName, "All Address Lists"), mapi.Long(mapi.PrEMSABContainerID, 7000)},
	} {
		var resp wire.ReadPropsResponse
		self := mapi.ABEntryID{Type: mapi.TypeABCont, ID: id}.Encode()
		b.OK(b.Users.ReadABProps(b.system, &wire.ReadABPropsRequest{EntryID: self}, &resp))
		for _, w := range append(want, mapi.Binary(mapi.PrRecordKey, self), mapi.Binary(mapi.PrSearchKey, self)) {
			if v, ok := mapi.Props(resp.PropVal).ByID(w.Tag.ID()); !ok || !v.Equal(w) {
				t.Errorf("container %d: %v, want %v", id, v, w)
			}
		}
	}
}
