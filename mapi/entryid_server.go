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
