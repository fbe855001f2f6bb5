package mapi

import (
	"bytes"
	"encoding/binary"
)

// SourceKey is PR_SOURCE_KEY as the server makes it: its GUID and a 6-byte counter.
func SourceKey(server GUID, counter uint64) []byte {
	b := make([]byte, 0, 22)
	b = append(b, server[:]...)
	b = binary.LittleEndian.AppendUint64(b, counter)
	return b[:22]
}

// ChangeKey is PR_CHANGE_KEY as the server makes it: its GUID and the change id.
func ChangeKey(server GUID, change uint32) []byte {
	b := make([]byte, 0, 20)
	b = append(b, server[:]...)
	return binary.LittleEndian.AppendUint32(b, change)
}

// ModificationNumber is the value of PR_MODIFICATION_NUMBER of a message that has these properties: the number of its last change. That is
// the one in its change key, if the server made it. Where a synchronising client's key had to stay, the number is stored beside it. What
// was there before the server kept such numbers, and has another's key, has 1, which is less than that of any change to come.
func ModificationNumber(server GUID, props Props) uint32 {
	if v, ok := props.Get(PrModificationNumber); ok {
		return v.Uint32()
	}
	if key := props.Bytes(PrChangeKey); len(key) == 20 && GUID(key[:16]) == server {
		return max(binary.LittleEndian.Uint32(key[16:]), 1)
	}
	return 1
}

// AddToPredecessors puts a change key into a PR_PREDECESSOR_CHANGE_LIST: it replaces the entry
// with the same 16-byte GUID or is appended. Keys of at most 16 or more than 255 bytes are
// ignored; a malformed list is cut where it stops making sense.
func AddToPredecessors(list, key []byte) []byte {
	out := make([]byte, 0, len(list)+len(key)+1)
	usable := len(key) > 16 && len(key) <= 255
	done := false
	for len(list) > 0 {
		n := int(list[0])
		if n <= 16 || n > len(list)-1 {
			break
		}
		entry := list[1 : 1+n]
		list = list[1+n:]
		if usable && !done && bytes.Equal(entry[:16], key[:16]) {
			entry, done = key, true
		}
		out = append(append(out, byte(len(entry))), entry...)
	}
	if usable && !done {
		out = append(append(out, byte(len(key))), key...)
	}
	return out
}

// HasPredecessor reports whether a PR_PREDECESSOR_CHANGE_LIST includes a change key: it names a change of the same origin that is
// not older (objects.md section 13). A key of at most 16 bytes is included in nothing.
func HasPredecessor(list, key []byte) bool {
	if len(key) <= 16 {
		return false
	}
	for len(list) > 0 {
		n := int(list[0])
		if n <= 16 || n > len(list)-1 {
			return false
		}
		entry := list[1 : 1+n]
		if bytes.Equal(entry[:16], key[:16]) {
			return changeNumber(entry) >= changeNumber(key)
		}
		list = list[1+n:]
	}
	return false
}

// changeNumber is the counter behind the GUID of a change key.
func changeNumber(key []byte) (n uint64) {
	for i := min(len(key), 24) - 1; i >= 16; i-- {
		n = n<<8 | uint64(key[i])
	}
	return n
}

// instanceProvider marks single-instance ids (objects.md section 1.3).
var instanceProvider = [16]byte{0x79, 0x76, 0xED, 0x54, 0xD0, 0xD2, 0x11, 0xDD, 0x97, 0x05, 0xBE, 0x50, 0x55, 0xD8, 0x95, 0x93}

// InstanceID names a large value that several objects may share.
type InstanceID struct {
	PropID   uint16 // 0x3701 or 0x678C
	Instance uint32
	Server   GUID
}

// Encode is the id's 52 bytes.
func (i InstanceID) Encode() []byte {
	b := make([]byte, 52)
	copy(b[4:], instanceProvider[:])
	binary.LittleEndian.PutUint32(b[24:], uint32(i.PropID))
	binary.LittleEndian.PutUint32(b[28:], i.Instance)
	copy(b[36:], i.Server[:])
	return b
}

// ParseInstanceID reads one; ok is false for anything else.
func ParseInstanceID(b []byte) (i InstanceID, ok bool) {
	if len(b) != 52 || !bytes.Equal(b[4:20], instanceProvider[:]) || binary.LittleEndian.Uint32(b[20:]) != 0 {
		return i, false
	}
	prop := binary.LittleEndian.Uint32(b[24:])
	if prop > 0xFFFF {
		return i, false
	}
	return InstanceID{PropID: uint16(prop), Instance: binary.LittleEndian.Uint32(b[28:]), Server: GUID(b[36:52])}, true
}
