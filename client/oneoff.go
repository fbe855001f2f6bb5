package client

import (
	"encoding/binary"
	"unicode/utf16"
)

// oneOffProvider is MUIDOOP, which marks one-off entry ids.
var oneOffProvider = [16]byte{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}

// oneOffUnicode says that the strings are UTF-16.
const oneOffUnicode = 0x8000

// oneOff makes the entry id of somebody outside the address book (MS-OXCDATA 2.2.5.1):
//
//	flags[4]=0, MUIDOOP[16], LE16 0, LE16 flags, then NUL-terminated UTF-16LE: name, address type, address
func oneOff(name, addressType, address string) []byte {
	id := append(make([]byte, 4), oneOffProvider[:]...)
	id = append(id, 0, 0)
	id = binary.LittleEndian.AppendUint16(id, oneOffUnicode)
	for _, text := range []string{name, addressType, address} {
		for _, unit := range utf16.Encode([]rune(text)) {
			id = binary.LittleEndian.AppendUint16(id, unit)
		}
		id = append(id, 0, 0)
	}
	return id
}
