package mapi

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
)

// GUID is 16 bytes in MAPI memory layout.
type GUID [16]byte

// NewGUID makes a random one.
func NewGUID() GUID {
	var g GUID
	rand.Read(g[:]) // never fails (crypto/rand)
	return g
}

// GUIDOf copies 16 bytes; ok is false for another length.
func GUIDOf(b []byte) (g GUID, ok bool) {
	if len(b) != len(g) {
		return g, false
	}
	return GUID(b), true
}

// String is the GUID in lower-case hex, as the tools print it.
func (g GUID) String() string { return hex.EncodeToString(g[:]) }

// EntryID is the entry id of a store, folder or message (objects.md section 1.1).
//
//	v1, 48 bytes: flags[4]=0, store GUID[16], LE32 1, LE16 type, LE16 flags, unique GUID[16], 0[4]
//	v0, 36 bytes: flags[4]=0, store GUID[16], LE32 0, LE16 type, LE16 flags, LE32 object id, 0[4]
type EntryID []byte

// Sizes of entry ids and the flag that overrides the home server.
const (
	EntryIDSizeV1        = 48
	EntryIDSizeV0        = 36
	EntryIDOverrideFlag  = 0x10
	entryIDVersionOffset = 20
	entryIDTypeOffset    = 24
	EntryIDFlagsOffset   = 26 // of the flags field, two bytes
)

// NewEntryID makes a version 1 id with a random unique part.
func NewEntryID(store GUID, t ObjectType) EntryID { return MakeEntryID(store, t, NewGUID()) }

// MakeEntryID makes a version 1 id.
func MakeEntryID(store GUID, t ObjectType, unique GUID) EntryID {
	b := make([]byte, EntryIDSizeV1)
	copy(b[4:], store[:])
	binary.LittleEndian.PutUint32(b[entryIDVersionOffset:], 1)
	binary.LittleEndian.PutUint16(b[entryIDTypeOffset:], uint16(t))
	copy(b[28:], unique[:])
	return b
}

// MakeEntryIDV0 makes a legacy id, as the seeded admin store has it.
func MakeEntryIDV0(store GUID, t ObjectType, objectID uint32) EntryID {
	b := make([]byte, EntryIDSizeV0)
	copy(b[4:], store[:])
	binary.LittleEndian.PutUint16(b[entryIDTypeOffset:], uint16(t))
	binary.LittleEndian.PutUint32(b[28:], objectID)
	return b
}

// Valid reports whether length and version fit each other.
func (e EntryID) Valid() bool {
	if len(e) < EntryIDSizeV0 {
		return false
	}
	switch binary.LittleEndian.Uint32(e[entryIDVersionOffset:]) {
	case 0:
		return len(e) == EntryIDSizeV0
	case 1:
		return len(e) == EntryIDSizeV1
	}
	return false
}

// Type is the object type inside a valid id.
func (e EntryID) Type() ObjectType {
	if len(e) < EntryIDSizeV0 {
		return 0
	}
	return ObjectType(binary.LittleEndian.Uint16(e[entryIDTypeOffset:]))
}

// StoreGUID is the GUID of the store inside a valid id.
func (e EntryID) StoreGUID() (g GUID) {
	if len(e) >= EntryIDSizeV0 {
		copy(g[:], e[4:20])
	}
	return g
}

// Override reports the flag by which a client insists on this server.
func (e EntryID) Override() bool {
	return len(e) >= EntryIDSizeV0 && e[EntryIDFlagsOffset]&EntryIDOverrideFlag != 0
}

// WithFlags is a copy with the flags field set; ids are stored and looked up with 0.
func (e EntryID) WithFlags(flags uint16) EntryID {
	c := append(EntryID{}, e...)
	if len(c) >= EntryIDSizeV0 {
		binary.LittleEndian.PutUint16(c[EntryIDFlagsOffset:], flags)
	}
	return c
}

// InstanceKey is PR_INSTANCE_KEY of a row: object id and order id, little-endian.
func InstanceKey(objectID, orderID uint32) []byte {
	b := make([]byte, 8)
	binary.LittleEndian.PutUint32(b, objectID)
	binary.LittleEndian.PutUint32(b[4:], orderID)
	return b
}
