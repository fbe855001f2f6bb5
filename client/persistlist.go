package client

import (
	"encoding/binary"

	"zarafa/mapi"
)

// PR_IPM_OL2007_ENTRYIDS is a list of numbered entry ids (MS-OXOSFLD 2.2.5, objects.md section 2.1):
//
//	LE16 number, LE16 length of the rest, then elements: LE16 1 (an entry id), LE16 length, entry id
//	at the end LE16 0, LE16 0
const persistEntryID = 1

func appendPersist(dst []byte, number uint16, id mapi.EntryID) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, number)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(id)+4))
	dst = binary.LittleEndian.AppendUint16(dst, persistEntryID)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(id)))
	return append(dst, id...)
}

func appendPersistEnd(dst []byte) []byte { return append(dst, 0, 0, 0, 0) }

// parsePersistList reads as much of the list as is well-formed.
func parsePersistList(b []byte) map[uint16]mapi.EntryID {
	list := make(map[uint16]mapi.EntryID)
	for len(b) >= 4 {
		number, size := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if number == 0 || size > len(b)-4 {
			break
		}
		elements := b[4 : 4+size]
		b = b[4+size:]
		for len(elements) >= 4 {
			kind, n := binary.LittleEndian.Uint16(elements), int(binary.LittleEndian.Uint16(elements[2:]))
			if n > len(elements)-4 {
				break
			}
			if kind == persistEntryID {
				list[number] = copyID(elements[4 : 4+n])
			}
			elements = elements[4+n:]
		}
	}
	return list
}
