package repository

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A pack is packMagic, blobs one behind the other, the sealed directory, and the directory's length in 4 bytes, the lowest first.
const (
	packMagic  = "ZBKPACK1"
	packTail   = 4
	packSize   = 16 << 20 // from which on a pack is written
	entryBytes = len(ID{}) + 1
)

// blobEntry is a line of a directory: where in the pack a blob lies.
type blobEntry struct {
	id             ID
	kind           Kind
	offset, length uint32
}

// packBuffer collects blobs for a pack.
type packBuffer struct {
	data    []byte
	entries []blobEntry
}

func newPackBuffer() *packBuffer {
	return &packBuffer{data: append(make([]byte, 0, 64<<10), packMagic...)}
}

func (b *packBuffer) add(id ID, kind Kind, sealed []byte) {
	b.entries = append(b.entries, blobEntry{id, kind, uint32(len(b.data)), uint32(len(sealed))})
	b.data = append(b.data, sealed...)
}

// finish is the whole pack.
func (b *packBuffer) finish(s *secrets) []byte {
	sealed := seal(s.meta, appendEntries(nil, b.entries), []byte(packsFolder))
	b.data = append(b.data, sealed...)
	b.data = binary.LittleEndian.AppendUint32(b.data, uint32(len(sealed)))
	return b.data
}

// appendEntries encodes a directory.
func appendEntries(out []byte, entries []blobEntry) []byte {
	out = binary.AppendUvarint(out, uint64(len(entries)))
	for i := range entries {
		e := &entries[i]
		out = append(out, e.id[:]...)
		out = append(out, byte(e.kind))
		out = binary.AppendUvarint(out, uint64(e.offset))
		out = binary.AppendUvarint(out, uint64(e.length))
	}
	return out
}

var errDirectory = errors.New("a directory of blobs is broken")

// parseEntries decodes a directory, and returns what follows it. Blobs outside of a pack of size bytes are an error.
func parseEntries(data []byte, size int64) ([]blobEntry, []byte, error) {
	n, data, err := uvarint(data)
	if err != nil || n > uint64(len(data)/entryBytes) {
		return nil, nil, errDirectory
	}
	entries := make([]blobEntry, n)
	for i := range entries {
		if len(data) < entryBytes {
			return nil, nil, errDirectory
		}
		e := &entries[i]
		e.id, e.kind, data = ID(data), Kind(data[entryBytes-1]), data[entryBytes:]
		var offset, length uint64
		if offset, data, err = uvarint(data); err != nil {
			return nil, nil, errDirectory
		}
		if length, data, err = uvarint(data); err != nil || offset > math.MaxUint32 || length > math.MaxUint32 || int64(offset+length) > size {
			return nil, nil, errDirectory
		}
		if e.kind != Meta && e.kind != Body {
			return nil, nil, errDirectory
		}
		e.offset, e.length = uint32(offset), uint32(length)
	}
	return entries, data, nil
}

func uvarint(data []byte) (uint64, []byte, error) {
	n, used := binary.Uvarint(data)
	if used <= 0 {
		return 0, nil, errDirectory
	}
	return n, data[used:], nil
}

// directoryOf opens the directory at the end of a pack. tail gives the last n bytes of the pack.
func directoryOf(s *secrets, size int64, tail func(n int64) ([]byte, error)) ([]blobEntry, error) {
	if size < int64(len(packMagic)+packTail) {
		return nil, fmt.Errorf("%d bytes are too few for a pack", size)
	}
	end, err := tail(packTail)
	if err != nil {
		return nil, err
	}
	length := int64(binary.LittleEndian.Uint32(end))
	if length > size-int64(len(packMagic)+packTail) {
		return nil, errDirectory
	}
	sealed, err := tail(length + packTail)
	if err != nil {
		return nil, err
	}
	plain, err := open(s.meta, sealed[:length], []byte(packsFolder))
	if err != nil {
		return nil, err
	}
	entries, _, err := parseEntries(plain, size)
	return entries, err
}
