package mapi

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
)

// abProvider is MUIDECSAB, which marks entry ids of the address book.
var abProvider = [16]byte{0xAC, 0x21, 0xA9, 0x50, 0x40, 0xD3, 0xEE, 0x48, 0xB3, 0x19, 0xFB, 0xA7, 0x53, 0x30, 0x44, 0x25}

// ABProvider is MUIDECSAB (PR_AB_PROVIDER_ID).
func ABProvider() []byte { return append([]byte{}, abProvider[:]...) }

// ABEntryID is an address-book entry id (objects.md section 1.2).
//
//	flags[4]=0, MUIDECSAB[16], LE32 version, LE32 type, LE32 id, tail
//	v0: tail = 0[4];  v1: tail = base64(external id), NUL, padded to a multiple of 4
type ABEntryID struct {
	Version    uint32
	Type       ObjectType
	ID         uint32
	ExternalID []byte // version 1 only
}

const abFixedSize = 32

// Encode is the id's bytes. Built-in objects and containers are version 0.
func (a ABEntryID) Encode() []byte {
	size := abFixedSize + 4
	var ext string
	if a.Version == 1 {
		ext = base64.StdEncoding.EncodeToString(a.ExternalID)
		size = (abFixedSize + len(ext) + 4) / 4 * 4
	}
	b := make([]byte, size)
	copy(b[4:], abProvider[:])
	binary.LittleEndian.PutUint32(b[20:], a.Version)
	binary.LittleEndian.PutUint32(b[24:], uint32(a.Type))
	binary.LittleEndian.PutUint32(b[28:], a.ID)
	copy(b[abFixedSize:], ext)
	return b
}

// ParseABEntryID reads an address-book entry id; ok is false for anything else.
func ParseABEntryID(b []byte) (a ABEntryID, ok bool) {
	if len(b) < abFixedSize+4 || !bytes.Equal(b[4:20], abProvider[:]) {
		return a, false
	}
	a.Version = binary.LittleEndian.Uint32(b[20:])
	a.Type = ObjectType(binary.LittleEndian.Uint32(b[24:]))
	a.ID = binary.LittleEndian.Uint32(b[28:])
	switch a.Version {
	case 0:
		return a, true
	case 1:
		tail := b[abFixedSize:]
		end := bytes.IndexByte(tail, 0)
		if end < 0 {
			return a, false
		}
		ext, err := base64.StdEncoding.DecodeString(string(tail[:end]))
		if err != nil {
			return a, false
		}
		a.ExternalID = ext
		return a, true
	}
	return a, false
}
