package mapi

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEntryIDLayout(t *testing.T) {
	store, unique := GUID(unhex(t, "8962ffeffb7b4d639bc5967c4bb58234")), GUID(unhex(t, "000102030405060708090a0b0c0d0e0f"))
	f := func(id EntryID, want string, objType ObjectType) {
		t.Helper()
		if got := hex.EncodeToString(id); got != want {
			t.Errorf("id %s, want %s", got, want)
		}
		if !id.Valid() || id.Type() != objType || id.StoreGUID() != store || id.Override() {
			t.Errorf("id %x reads as %v %v %v", []byte(id), id.Valid(), id.Type(), id.StoreGUID())
		}
		if flagged := id.WithFlags(EntryIDOverrideFlag); !flagged.Override() || id.Override() {
			t.Error("the flag is not set, or on the original")
		}
	}
	f(MakeEntryID(store, TypeFolder, unique),
		"000000008962ffeffb7b4d639bc5967c4bb582340100000003000000000102030405060708090a0b0c0d0e0f00000000", TypeFolder)
	f(MakeEntryIDV0(store, TypeStore, 1), "000000008962ffeffb7b4d639bc5967c4bb58234000000000100000001000000"+"00000000", TypeStore)
}

func TestABEntryIDLayout(t *testing.T) {
	for _, a := range []ABEntryID{
		{Type: TypeDistList, ID: 1},
		{Version: 1, Type: TypeMailUser, ID: 3, ExternalID: bytes.Repeat([]byte{7}, 16)},
		{Version: 1, Type: TypeMailUser, ID: 3, ExternalID: []byte("x")},
		{Version: 1, Type: TypeABCont, ID: 9, ExternalID: []byte{}},
	} {
		b := a.Encode()
		got, ok := ParseABEntryID(b)
		if !ok || got.Version != a.Version || got.Type != a.Type || got.ID != a.ID || !bytes.Equal(got.ExternalID, a.ExternalID) || len(b)%4 != 0 {
			t.Errorf("%+v became %+v, %v (%d bytes)", a, got, ok, len(b))
		}
	}
	if n := len(ABEntryID{Version: 1, ExternalID: make([]byte, 16)}.Encode()); n != 60 {
		t.Errorf("an id with 16 bytes has %d bytes, recorded ones have 60", n)
	}
}

func TestPredecessors(t *testing.T) {
	a1, a2 := append(bytes.Repeat([]byte{'a'}, 16), 1), append(bytes.Repeat([]byte{'a'}, 16), 2)
	b1 := append(bytes.Repeat([]byte{'b'}, 16), 1, 0, 0, 0)
	entry := func(keys ...[]byte) (list []byte) {
		for _, k := range keys {
			list = append(append(list, byte(len(k))), k...)
		}
		return list
	}
	f := func(list, key, want []byte) {
		t.Helper()
		if got := AddToPredecessors(list, key); !bytes.Equal(got, want) {
			t.Errorf("%x + %x = %x, want %x", list, key, got, want)
		}
	}
	f(nil, a1, entry(a1))
	f(entry(a1, b1), a2, entry(a2, b1))
	f(entry(a1), b1, entry(a1, b1))
	f(entry(a1), []byte("short"), entry(a1))
	f(append(entry(a1), 200, 1), b1, entry(a1, b1)) // what makes no sense any more is cut
	f([]byte{5, 1, 2, 3, 4, 5}, a1, entry(a1))
}

// FuzzIdentifiers feeds the readers of identifiers: they take any bytes, and what they accept they write again as it was read.
func FuzzIdentifiers(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte(MakeEntryID(GUID{1}, TypeMessage, GUID{2})))
	f.Add([]byte(MakeEntryIDV0(GUID{1}, TypeStore, 1)))
	f.Add(ABEntryID{Type: TypeMailUser, ID: 2}.Encode())
	f.Add(ABEntryID{Version: 1, Type: TypeMailUser, ID: 3, ExternalID: []byte("external id")}.Encode())
	f.Add(InstanceID{PropID: 0x3701, Instance: 7, Server: GUID{3}}.Encode())
	f.Add(append([]byte{20}, ChangeKey(GUID{4}, 5)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		id := EntryID(b)
		id.Type()
		id.StoreGUID()
		id.Override()
		if id.Valid() && id.WithFlags(0).Override() {
			t.Errorf("flags of %x cannot be cleared", b)
		}
		if a, ok := ParseABEntryID(b); ok {
			if again, ok := ParseABEntryID(a.Encode()); !ok || again.ID != a.ID || again.Type != a.Type || !bytes.Equal(again.ExternalID, a.ExternalID) {
				t.Errorf("%x reads as %+v and is written as %+v", b, a, again)
			}
		}
		if i, ok := ParseInstanceID(b); ok {
			if again, ok := ParseInstanceID(i.Encode()); !ok || again != i {
				t.Errorf("%x reads as %+v and is written as %+v", b, i, again)
			}
		}
		key := ChangeKey(GUID{9}, 1)
		once := AddToPredecessors(b, key)
		if twice := AddToPredecessors(once, key); !bytes.Equal(once, twice) {
			t.Errorf("adding a key twice to %x gives %x, then %x", b, once, twice)
		}
	})
}

func TestHasPredecessor(t *testing.T) {
	key := func(origin byte, counter ...byte) []byte { return append(bytes.Repeat([]byte{origin}, 16), counter...) }
	list := AddToPredecessors(AddToPredecessors(nil, key('a', 0, 1)), key('b', 9, 0, 0, 0))
	for _, test := range []struct {
		key  []byte
		want bool
	}{
		{key('a', 0, 1), true}, {key('a', 255, 0), true}, {key('a', 1, 1), false}, {key('b', 9), true}, {key('b', 10), false},
		{key('c', 0), false}, {key('a'), false}, {nil, false},
	} {
		if got := HasPredecessor(list, test.key); got != test.want {
			t.Errorf("%x includes %x: %v", list, test.key, got)
		}
	}
	if HasPredecessor([]byte{200, 1, 2}, key('a', 1)) {
		t.Error("found in a broken list")
	}
}
