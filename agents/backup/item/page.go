package item

import (
	"encoding/binary"
	"hash/fnv"
	"math"

	"zarafa/agents/backup/repository"
	"zarafa/mapi"
)

// Entry is a message in a page.
type Entry struct {
	SourceKey  []byte
	ChangeKey  []byte
	Flags      uint32 // PR_MESSAGE_FLAGS; so a message that is read needs no new copy
	Associated bool
	Item       repository.ID
	Refs       []repository.ID // pieces that the message needs; who cannot read it must know them too
	Size       uint64          // as the server counts it
	Modified   mapi.FileTime
	Class      string
	Summary    []byte // sealed: subject and sender
}

// mostEntries bounds a page.
const mostEntries = 1000

// borderMask says how often a page ends: after one entry of borderMask+1 on average.
const borderMask = 255

// EndsPage reports whether a page of n entries ends with this one. It depends on the last entry alone, up to the bound, so that a change
// in one page leaves those behind it as they are.
func EndsPage(e *Entry, n int) bool {
	h := fnv.New32a()
	h.Write(e.SourceKey)
	return n >= mostEntries || h.Sum32()&borderMask == borderMask
}

// EncodePage encodes entries, which are sorted by source key.
func EncodePage(entries []Entry) []byte {
	e := encoder{out: []byte{version}}
	e.number(uint64(len(entries)))
	for i := range entries {
		n := &entries[i]
		e.text(n.SourceKey)
		e.text(n.ChangeKey)
		flags := uint64(n.Flags) << 1
		if n.Associated {
			flags |= 1
		}
		e.number(flags)
		e.out = append(e.out, n.Item[:]...)
		e.number(uint64(len(n.Refs)))
		for j := range n.Refs {
			e.out = append(e.out, n.Refs[j][:]...)
		}
		e.number(n.Size)
		e.out = binary.BigEndian.AppendUint64(e.out, uint64(n.Modified))
		e.text([]byte(n.Class))
		e.text(n.Summary)
	}
	return e.out
}

func (e *encoder) text(b []byte) {
	e.number(uint64(len(b)))
	e.out = append(e.out, b...)
}

// DecodePage decodes what EncodePage has made. Entries refer to data.
func DecodePage(data []byte) ([]Entry, error) {
	d := decoder{in: data}
	if v := d.take(1); v == nil || v[0] != version {
		return nil, errBroken
	}
	entries := make([]Entry, 0, d.count(len(repository.ID{})+14))
	for range cap(entries) {
		var n Entry
		n.SourceKey = d.take(d.number())
		n.ChangeKey = d.take(d.number())
		flags := d.number()
		if flags>>1 > math.MaxUint32 {
			d.fail()
		}
		n.Flags, n.Associated = uint32(flags>>1), flags&1 != 0
		copy(n.Item[:], d.take(uint64(len(n.Item))))
		for range d.count(len(repository.ID{})) {
			var id repository.ID
			copy(id[:], d.take(uint64(len(id))))
			n.Refs = append(n.Refs, id)
		}
		n.Size = d.number()
		if raw := d.take(8); raw != nil {
			n.Modified = mapi.FileTime(binary.BigEndian.Uint64(raw))
		}
		n.Class = string(d.take(d.number()))
		n.Summary = d.take(d.number())
		if d.err != nil {
			return nil, d.err
		}
		entries = append(entries, n)
	}
	if len(d.in) > 0 {
		return nil, errBroken
	}
	return entries, d.err
}
