package mapi

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// oneOffProvider is MUIDOOP, which marks one-off entry ids.
var oneOffProvider = [16]byte{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}

// Flags of one-off entry ids (MS-OXCDATA 2.2.5.1).
const (
	oneOffNoRichText uint16 = 0x0001
	oneOffUnicode    uint16 = 0x8000
)

const oneOffHeader = 24

// OneOff is somebody outside of the address book, as an entry id says it.
type OneOff struct {
	Name        string
	AddressType string
	Address     string
	// NoRichText says that mail to the address has no winmail.dat.
	NoRichText bool
}

// Encode is the entry id (MS-OXCDATA 2.2.5.1).
//
//	flags[4]=0, MUIDOOP[16], LE16 0, LE16 flags, then NUL-terminated UTF-16LE: name, address type, address
func (o OneOff) Encode() []byte {
	flags := oneOffUnicode
	if o.NoRichText {
		flags |= oneOffNoRichText
	}
	size := oneOffHeader + 2*(len(o.Name)+len(o.AddressType)+len(o.Address)+3)
	id := append(make([]byte, 4, size), oneOffProvider[:]...)
	id = append(id, 0, 0)
	id = binary.LittleEndian.AppendUint16(id, flags)
	for _, text := range []string{o.Name, o.AddressType, o.Address} {
		for _, r := range text {
			if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
				id = binary.LittleEndian.AppendUint16(id, uint16(high))
				r = low
			}
			id = binary.LittleEndian.AppendUint16(id, uint16(r))
		}
		id = append(id, 0, 0)
	}
	return id
}

// ParseOneOff reads a one-off entry id; ok is false for anything else, and for one whose texts are 8-bit, since their character set
// is not told.
func ParseOneOff(b []byte) (o OneOff, ok bool) {
	if len(b) < oneOffHeader || !bytes.Equal(b[4:20], oneOffProvider[:]) {
		return o, false
	}
	flags := binary.LittleEndian.Uint16(b[22:])
	if flags&oneOffUnicode == 0 {
		return o, false
	}
	o.NoRichText = flags&oneOffNoRichText != 0
	rest := b[oneOffHeader:]
	for _, text := range []*string{&o.Name, &o.AddressType, &o.Address} {
		if *text, rest, ok = cutUTF16(rest); !ok {
			return OneOff{}, false
		}
	}
	return o, true
}

// cutUTF16 takes a NUL-terminated text from the front of b.
func cutUTF16(b []byte) (text string, rest []byte, ok bool) {
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		unit := binary.LittleEndian.Uint16(b)
		if unit == 0 {
			return string(utf16.Decode(units)), b[2:], true
		}
		units = append(units, unit)
	}
	return "", nil, false
}

// AddressSearchKey is the PR_SEARCH_KEY of an address: TYPE:ADDRESS in upper case, with a NUL.
func AddressSearchKey(addressType, address string) []byte {
	return append([]byte(strings.ToUpper(addressType+":"+address)), 0)
}

// FlatEntryList is the value of a property that holds several entry ids, such as PR_REPLY_RECIPIENT_ENTRIES (MS-OXCDATA 2.3.3).
//
//	LE32 number, LE32 bytes that follow, then of each: LE32 size, the entry id, zeros up to a multiple of 4 bytes
func FlatEntryList(ids ...[]byte) []byte {
	list := make([]byte, 8)
	for _, id := range ids {
		list = binary.LittleEndian.AppendUint32(list, uint32(len(id)))
		list = append(list, id...)
		list = append(list, make([]byte, -len(id)&3)...)
	}
	binary.LittleEndian.PutUint32(list, uint32(len(ids)))
	binary.LittleEndian.PutUint32(list[4:], uint32(len(list)-8))
	return list
}

// ParseFlatEntryList reads a list of entry ids, which alias b; ok is false if it is malformed.
func ParseFlatEntryList(b []byte) (ids [][]byte, ok bool) {
	if len(b) < 8 {
		return nil, false
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[8:]
	for range n {
		if len(b) < 4 {
			return nil, false
		}
		size := binary.LittleEndian.Uint32(b)
		b = b[4:]
		if uint64(size) > uint64(len(b)) {
			return nil, false
		}
		ids = append(ids, b[:size:size])
		b = b[min(len(b), int(size)+(-int(size)&3)):]
	}
	return ids, true
}
