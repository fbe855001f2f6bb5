package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
)

// piece is a run of bytes of a binary value: literal (kind "") or an id that a server made up. An id with width > 0 is a little-endian
// number, which its canonical form gives in decimal, because the same number also stands in elements; else its bytes are its form.
type piece struct {
	kind  kind
	raw   []byte
	width int
}

func (p piece) value() string {
	if p.width == 0 {
		return string(p.raw)
	}
	var buf [8]byte
	copy(buf[:], p.raw)
	return strconv.FormatUint(binary.LittleEndian.Uint64(buf[:]), 10)
}

func (p piece) encode(v string) []byte {
	if p.width == 0 {
		return []byte(v)
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return p.raw
	}
	return binary.LittleEndian.AppendUint64(nil, n)[:p.width]
}

func literal(b []byte) piece            { return piece{raw: b} }
func number(k kind, b []byte) piece     { return piece{kind: k, raw: b, width: len(b)} }
func identifier(k kind, b []byte) piece { return piece{kind: k, raw: b} }

// shaper cuts a binary value into pieces; guid is the GUID of the server the value comes from. nil means: no such shape.
type shaper func(b, guid []byte) []piece

// Sizes and places of objects.md section 1.
const (
	guidSize       = 16
	entryIDSize    = 48
	sourceKeySize  = 22
	changeKeySize  = 20
	instanceIDSize = 52
	abFixedSize    = 32
)

// addressBookGUID is MUIDECSAB (objects.md section 1.2).
func addressBookGUID() []byte {
	return []byte{0xAC, 0x21, 0xA9, 0x50, 0x40, 0xD3, 0xEE, 0x48, 0xB3, 0x19, 0xFB, 0xA7, 0x53, 0x30, 0x44, 0x25}
}

// shapeEntryID cuts entry ids of stores, folders and messages (version 1) and of the address book.
func shapeEntryID(b, _ []byte) []piece {
	if len(b) >= abFixedSize && bytes.Equal(b[4:20], addressBookGUID()) {
		return shapeAddressBookID(b)
	}
	if len(b) != entryIDSize || binary.LittleEndian.Uint32(b[20:]) != 1 || !isStoreObject(b[24]) {
		return nil
	}
	return []piece{literal(b[:28]), identifier(kindEntry, b[28:44]), literal(b[44:])}
}

// isStoreObject tells the types that have entry ids: store 1, folder 3, message 5.
func isStoreObject(t byte) bool { return t == 1 || t == 3 || t == 5 }

// shapeAddressBookID: a container's id is fixed, a user's or group's number is made up, so is the external id of version 1.
func shapeAddressBookID(b []byte) []piece {
	const container = 4
	if binary.LittleEndian.Uint32(b[24:]) == container {
		return []piece{literal(b)}
	}
	out := []piece{literal(b[:28]), number(kindUser, b[28:32])}
	if binary.LittleEndian.Uint32(b[20:]) == 0 {
		return append(out, literal(b[32:]))
	}
	end := 32
	for end < len(b) && b[end] != 0 {
		end++
	}
	return append(out, identifier(kindExtern, b[32:end]), literal(b[end:]))
}

func shapeSourceKey(b, guid []byte) []piece {
	if len(b) != sourceKeySize || len(guid) == 0 || !bytes.HasPrefix(b, guid) {
		return nil
	}
	return []piece{identifier(kindGUID, b[:guidSize]), number(kindSourceKey, b[guidSize:])}
}

func shapeChangeKey(b, guid []byte) []piece {
	if len(b) != changeKeySize || len(guid) == 0 || !bytes.HasPrefix(b, guid) {
		return nil
	}
	return []piece{identifier(kindGUID, b[:guidSize]), number(kindChange, b[guidSize:])}
}

// shapeChangeList cuts a predecessor change list. Recorded lists also hold keys without their length byte (rules.go).
func shapeChangeList(b, guid []byte) []piece {
	var out []piece
	for len(b) > 0 {
		if key := shapeChangeKey(b[:min(changeKeySize, len(b))], guid); key != nil {
			out, b = append(out, key...), b[changeKeySize:]
			continue
		}
		size := int(b[0])
		if size > len(b)-1 {
			return nil
		}
		out = append(out, literal(b[:1]))
		if key := shapeChangeKey(b[1:1+size], guid); key != nil {
			out = append(out, key...)
		} else {
			out = append(out, literal(b[1:1+size]))
		}
		b = b[1+size:]
	}
	return out
}

// shapeInstanceID: objects.md section 1.3.
func shapeInstanceID(b, _ []byte) []piece {
	if len(b) != instanceIDSize {
		return nil
	}
	return []piece{literal(b[:28]), number(kindInstance, b[28:32]), literal(b[32:36]), identifier(kindGUID, b[36:])}
}

func shapeSyncState(b, _ []byte) []piece {
	if len(b) != 8 {
		return nil
	}
	return []piece{number(kindSync, b[:4]), number(kindChange, b[4:])}
}

func shapeGUID(b, _ []byte) []piece {
	if len(b) != guidSize {
		return nil
	}
	return []piece{identifier(kindGUID, b)}
}

// shapeNumber makes a shaper for 4-byte ids, and for 8-byte ids whose second half is an order (instance keys).
func shapeNumber(k kind) shaper {
	return func(b, _ []byte) []piece {
		switch len(b) {
		case 4:
			return []piece{number(k, b)}
		case 8:
			return []piece{number(k, b[:4]), literal(b[4:])}
		}
		return nil
	}
}

// shapeAddressBookKey is for instance keys of address-book containers (id, id): those are fixed.
func shapeAddressBookKey(b, guid []byte) []piece {
	if len(b) == 8 && bytes.Equal(b[:4], b[4:]) {
		return []piece{literal(b)}
	}
	return shapeNumber(kindUser)(b, guid)
}

// renameBinary translates a recorded binary value: by its shape, or, where it has none, by the ids that occur in it.
func renameBinary(shape shaper, b, guid []byte, r renamer) []byte {
	pieces := shape(b, guid)
	if pieces == nil {
		return renameInside(b, guid, r)
	}
	out := make([]byte, 0, len(b))
	for _, p := range pieces {
		if p.kind == "" {
			out = append(out, p.raw...)
		} else {
			out = append(out, p.encode(r.rename(p.kind, p.value()))...)
		}
	}
	return out
}

// renameInside replaces the server's GUID, entry ids and address-book ids wherever they stand in a value of unknown shape, such as a list
// of entry ids a client has packed.
func renameInside(b, guid []byte, r renamer) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		rest := b[i:]
		if len(rest) < guidSize {
			return append(out, rest...)
		}
		if i >= 4 && len(rest) >= abFixedSize-4 && bytes.HasPrefix(rest, addressBookGUID()) {
			end := endOfAddressBookID(rest)
			id := renameBinary(shapeEntryID, append(make([]byte, 4), rest[:end]...), guid, r)
			out, i = append(out, id[4:]...), i+end
			continue
		}
		head := string(rest[:guidSize])
		k := kindEntry
		if len(guid) > 0 && bytes.Equal(rest[:guidSize], guid) {
			k = kindGUID
		}
		if v := r.rename(k, head); v != head {
			out, i = append(out, v...), i+guidSize
			continue
		}
		out, i = append(out, b[i]), i+1
	}
	return out
}

// endOfAddressBookID finds where the external id of an address-book entry id ends; b starts at its GUID.
func endOfAddressBookID(b []byte) int {
	end := abFixedSize - 4
	if binary.LittleEndian.Uint32(b[16:]) == 0 {
		return end
	}
	for end < len(b) && b[end] != 0 {
		end++
	}
	return end
}

// checkBinary compares a recorded and a live binary value and learns the ids in them.
func (m *mapping) checkBinary(shape shaper, recorded, live []byte) error {
	want, got := shape(recorded, m.recorded), shape(live, m.live)
	if want == nil || got == nil {
		if renamed := renameInside(recorded, m.recorded, m); !bytes.Equal(renamed, live) {
			return fmt.Errorf("must be %s", shorten(fmt.Sprintf("%x", renamed)))
		}
		return nil
	}
	if len(want) != len(got) {
		return fmt.Errorf("other shape: %d pieces, recorded %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		switch {
		case w.kind != g.kind || len(w.raw) != len(g.raw):
			return fmt.Errorf("piece %d: %x, recorded %x", i, g.raw, w.raw)
		case w.kind == "" && !bytes.Equal(w.raw, g.raw):
			return fmt.Errorf("piece %d: %x, recorded %x", i, g.raw, w.raw)
		case w.kind != "":
			if err := m.check(w.kind, w.value(), g.value()); err != nil {
				return err
			}
		}
	}
	return nil
}
