package mapi

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// Outside the protocol a store's id ends with the URL of its server instead of four zeros (objects.md section 1.1).
const entryIDTail = 4

// serverSchemes are the schemes of such URLs.
func serverSchemes() []string { return []string{"http:", "https:", "file:", "default:", "pseudo:"} }

// tailOffset is where the zeros or the URL begin; 0 if the id is too short to have them.
func (e EntryID) tailOffset() int {
	size := EntryIDSizeV1
	if len(e) >= EntryIDSizeV0 && binary.LittleEndian.Uint32(e[entryIDVersionOffset:]) == 0 {
		size = EntryIDSizeV0
	}
	if len(e) < size {
		return 0
	}
	return size - entryIDTail
}

// WithServer is a copy of a store's id that tells the URL of the server where the store is.
func (e EntryID) WithServer(url string) EntryID {
	id, _ := e.SplitServer()
	at := id.tailOffset()
	if at == 0 || url == "" {
		return id
	}
	return append(append(slices.Clone(id[:at]), url...), 0)
}

// SplitServer is the id as the protocol has it, and the URL that it told; "" if it told none.
func (e EntryID) SplitServer() (id EntryID, url string) {
	at := e.tailOffset()
	if at == 0 {
		return e, ""
	}
	text, _, ended := bytes.Cut(e[at:], []byte{0})
	for _, scheme := range serverSchemes() {
		if ended && strings.HasPrefix(string(text), scheme) {
			return append(slices.Clone(e[:at]), make([]byte, entryIDTail)...), string(text)
		}
	}
	return e, ""
}

// wrappedBy is MUIDMDB, which marks store entry ids as applications see them.
const wrappedBy = "\x38\xA1\xBB\x10\x05\xE5\x10\x1A\xA1\xBB\x08\x00\x2B\x2A\x56\xC2"

// Unwrap is the entry id of a store out of the form that applications keep, in rules for one: flags[4], MUIDMDB, two zero bytes, the
// provider's NUL-terminated file name, padded to a multiple of 4 (objects.md section 1.1). Other ids stay as they are.
func (e EntryID) Unwrap() EntryID {
	const name = 22
	if len(e) < name || string(e[4:20]) != wrappedBy {
		return e
	}
	end := bytes.IndexByte(e[name:], 0)
	if end < 0 {
		return e
	}
	start := (name + end + 1 + 3) &^ 3
	return e[min(start, len(e)):]
}
