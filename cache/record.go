package cache

import (
	"encoding/binary"
	"sort"

	"zarafa/mapi"
)

// Record is an object's properties in one immutable block: a [Header], an index
// sorted by property id, and the values. Reading one property decodes nothing else.
//
//	0   header: Type, Flags, Owner, Parent, Store, Kinds
//	24  number of properties
//	28  for each property: tag, then the value itself if it fits 32 bits, else the
//	    offset of the value in the record
//	…   values
//
// All numbers are 32 bits, little endian. Values that its methods return alias the
// record. A record that is damaged yields missing properties, never a panic. The
// format lives in memory only and may change with every version.
//
// A byte string that is not made by Pack (an object already encoded for the wire)
// may be kept in [Cells] as a Record too, under a kind of its own; the methods are
// meaningless for it.
type Record []byte

// Header is what the caller wants to know of an object without a property look-up.
// The package gives no meaning to it.
type Header struct {
	Type   uint32 // MAPI object type
	Flags  uint32 // flags of the object's row in the hierarchy
	Owner  uint32 // user id
	Parent uint32 // object id
	Store  uint32 // object id
	Kinds  uint32 // which kinds of properties are in the record
}

const (
	headerSize   = 24
	indexStart   = headerSize + 4
	indexStep    = 8
	maxValueNest = 64 // of restrictions, actions and multi-values inside each other
)

// Pack makes a record. It returns nil, which [Cells] does not keep, when values are
// nested more than 64 deep or the record would exceed 1 GiB.
func Pack(h Header, props []mapi.PropValue) Record {
	r, ok := AppendRecord(nil, h, props)
	if !ok {
		return nil
	}
	return r
}

// AppendRecord appends a record to a buffer, as Pack makes it, and reports whether
// it could; if not, the buffer is as it was.
func AppendRecord(dst []byte, h Header, props []mapi.PropValue) ([]byte, bool) {
	start := len(dst)
	for _, n := range [...]uint32{h.Type, h.Flags, h.Owner, h.Parent, h.Store, h.Kinds, uint32(len(props))} {
		dst = binary.LittleEndian.AppendUint32(dst, n)
	}
	index := len(dst)
	dst = append(dst, make([]byte, len(props)*indexStep)...)
	p := packer{b: dst}
	for i := range props {
		v := &props[i]
		at := index + i*indexStep
		word := uint32(len(p.b) - start)
		if inline(v.Tag.Type()) {
			word = uint32(v.Num)
		} else {
			p.body(v, 0)
		}
		binary.LittleEndian.PutUint32(p.b[at:], uint32(v.Tag))
		binary.LittleEndian.PutUint32(p.b[at+4:], word)
	}
	if p.failed || len(p.b)-start > 1<<30 {
		return dst[:start], false
	}
	list := recordIndex(p.b[index : index+len(props)*indexStep])
	if !list.sorted() {
		sort.Stable(list)
	}
	return p.b, true
}

// recordIndex sorts the index by property id.
type recordIndex []byte

func (x recordIndex) Len() int           { return len(x) / indexStep }
func (x recordIndex) entry(i int) uint64 { return binary.LittleEndian.Uint64(x[i*indexStep:]) }
func (x recordIndex) id(i int) uint16    { return binary.LittleEndian.Uint16(x[i*indexStep+2:]) }

// sorted is sort.IsSorted without the allocation of an interface.
func (x recordIndex) sorted() bool {
	for i := 1; i < x.Len(); i++ {
		if x.Less(i, i-1) {
			return false
		}
	}
	return true
}

func (x recordIndex) Less(i, j int) bool { return x.id(i) < x.id(j) }

func (x recordIndex) Swap(i, j int) {
	a, b := x.entry(i), x.entry(j)
	binary.LittleEndian.PutUint64(x[i*indexStep:], b)
	binary.LittleEndian.PutUint64(x[j*indexStep:], a)
}

// inline reports whether values of the type lie in the index.
func inline(t mapi.PropType) bool {
	switch t {
	case mapi.PtUnspecified, mapi.PtNull, mapi.PtI2, mapi.PtLong, mapi.PtError, mapi.PtBoolean, mapi.PtObject:
		return true
	}
	return false
}

// Header is the record's header; of a damaged record, the zero Header.
func (r Record) Header() Header {
	if len(r) < headerSize {
		return Header{}
	}
	u := func(i int) uint32 { return binary.LittleEndian.Uint32(r[i*4:]) }
	return Header{Type: u(0), Flags: u(1), Owner: u(2), Parent: u(3), Store: u(4), Kinds: u(5)}
}

// Len is the number of properties.
func (r Record) Len() int { return r.index().Len() }

func (r Record) index() recordIndex {
	if len(r) < indexStart {
		return nil
	}
	n := uint64(binary.LittleEndian.Uint32(r[headerSize:]))
	if n > uint64(len(r)-indexStart)/indexStep {
		return nil
	}
	return recordIndex(r[indexStart : indexStart+int(n)*indexStep])
}

// Value finds a property by its id and type, the way [mapi.Props.Get] does: the
// string flavours count as one.
func (r Record) Value(tag mapi.PropTag) (mapi.PropValue, bool) {
	v, ok := r.ByID(tag.ID())
	if !ok || v.Tag.Canonical() != tag.Canonical() {
		return mapi.PropValue{}, false
	}
	return v, true
}

// ByID finds a property by its id alone.
func (r Record) ByID(id uint16) (mapi.PropValue, bool) {
	x := r.index()
	lo, hi := 0, x.Len()
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if x.id(mid) < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == x.Len() || x.id(lo) != id {
		return mapi.PropValue{}, false
	}
	return r.decode(x.entry(lo))
}

// At is property i in the order of the ids.
func (r Record) At(i int) (mapi.PropValue, bool) {
	x := r.index()
	if i < 0 || i >= x.Len() {
		return mapi.PropValue{}, false
	}
	return r.decode(x.entry(i))
}

// AppendProps appends all properties to a list, in the order of their ids.
func (r Record) AppendProps(list []mapi.PropValue) []mapi.PropValue {
	for i := range r.Len() {
		if v, ok := r.At(i); ok {
			list = append(list, v)
		}
	}
	return list
}

// Props are all properties in the order of their ids.
func (r Record) Props() mapi.Props {
	return r.AppendProps(make([]mapi.PropValue, 0, r.Len()))
}

func (r Record) decode(e uint64) (mapi.PropValue, bool) {
	tag, word := mapi.PropTag(uint32(e)), uint32(e>>32)
	if inline(tag.Type()) {
		v := mapi.PropValue{Tag: tag, Num: uint64(word)}
		if tag.Type() == mapi.PtI2 {
			v.Num = uint64(int64(int16(word)))
		}
		return v, true
	}
	if uint64(word) > uint64(len(r)) {
		return mapi.PropValue{}, false
	}
	u := unpacker{b: r[word:]}
	v := u.body(tag, 0)
	if u.failed {
		return mapi.PropValue{}, false
	}
	return v, true
}
