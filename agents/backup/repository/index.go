package repository

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// packInfo is a pack that is known.
type packInfo struct {
	name      string // without the folder
	size      int64
	condemned bool
}

// location is where a blob lies.
type location struct {
	id             ID
	pack           uint32 // in index.packs
	offset, length uint32
	kind           Kind
}

// index finds blobs: most in a sorted list, which takes less memory than a map, and what is new in a map until it is many.
type index struct {
	packs  []packInfo
	sorted []location
	fresh  map[ID]location
}

const mostFresh = 1 << 16

func newIndex() *index { return &index{fresh: make(map[ID]location)} }

// add takes over the blobs of a pack. Of two places of one blob that in a pack that stays is kept.
func (x *index) add(p packInfo, entries []blobEntry) {
	x.packs = append(x.packs, p)
	at := uint32(len(x.packs) - 1)
	for _, e := range entries {
		l := location{e.id, at, e.offset, e.length, e.kind}
		if before, ok := x.find(e.id); ok && (p.condemned || !x.packs[before.pack].condemned) {
			continue
		}
		x.fresh[e.id] = l
	}
	if len(x.fresh) > mostFresh {
		x.merge()
	}
}

// merge sorts what is new into the list.
func (x *index) merge() {
	if len(x.fresh) == 0 {
		return
	}
	added := make([]location, 0, len(x.fresh))
	for _, l := range x.fresh {
		added = append(added, l)
	}
	byID := func(a, b location) int { return bytes.Compare(a.id[:], b.id[:]) }
	slices.SortFunc(added, byID)
	out := make([]location, 0, len(added)+len(x.sorted))
	for i, j := 0, 0; i < len(added) || j < len(x.sorted); {
		order := 1
		switch {
		case i == len(added):
		case j == len(x.sorted):
			order = -1
		default:
			order = byID(added[i], x.sorted[j])
		}
		switch {
		case order <= 0:
			out = append(out, added[i])
			i++
			if order == 0 {
				j++
			}
		default:
			out = append(out, x.sorted[j])
			j++
		}
	}
	x.sorted, x.fresh = out, make(map[ID]location)
}

func (x *index) find(id ID) (location, bool) {
	if l, ok := x.fresh[id]; ok {
		return l, true
	}
	i, ok := slices.BinarySearchFunc(x.sorted, id, func(l location, id ID) int { return bytes.Compare(l.id[:], id[:]) })
	if !ok {
		return location{}, false
	}
	return x.sorted[i], true
}

// indexedPack is a pack in an index file.
type indexedPack struct {
	packInfo
	entries []blobEntry
}

// appendIndex encodes an index file.
func appendIndex(out []byte, packs []indexedPack) []byte {
	out = binary.AppendUvarint(out, uint64(len(packs)))
	for i := range packs {
		out = append(out, decodeHex(packs[i].name)...)
		out = binary.AppendUvarint(out, uint64(packs[i].size))
		out = appendEntries(out, packs[i].entries)
	}
	return out
}

// parseIndex decodes an index file.
func parseIndex(data []byte) ([]indexedPack, error) {
	n, data, err := uvarint(data)
	if err != nil || n > uint64(len(data)/len(ID{})) {
		return nil, errDirectory
	}
	packs := make([]indexedPack, n)
	for i := range packs {
		if len(data) < len(ID{}) {
			return nil, errDirectory
		}
		p := &packs[i]
		p.name, data = hex.EncodeToString(data[:len(ID{})]), data[len(ID{}):]
		var size uint64
		if size, data, err = uvarint(data); err != nil || size > 1<<40 {
			return nil, errDirectory
		}
		p.size = int64(size)
		if p.entries, data, err = parseEntries(data, p.size); err != nil {
			return nil, err
		}
	}
	return packs, nil
}
