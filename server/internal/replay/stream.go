package replay

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"

	"zarafa/mapi"
)

// streamObject is a message, recipient or attachment in a message stream (wire.md section 11).
type streamObject struct {
	objType  uint32
	props    *node // as a list of propVal, so that the rules for properties apply
	names    map[uint32]string
	subs     []streamObject
	embedded []streamObject // at most one
}

// streamReader reads big-endian values; the first error sticks.
type streamReader struct {
	b   []byte
	err error
}

const (
	streamVersion   = 1
	objAttachment   = 7
	maxStreamObject = 100_000
)

func parseStream(b []byte) (streamObject, error) {
	r := &streamReader{b: b}
	if v := r.u32(); r.err == nil && v != streamVersion {
		return streamObject{}, fmt.Errorf("stream version %d", v)
	}
	m := r.message(0)
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("%d bytes behind the message", len(r.b))
	}
	return m, r.err
}

func (r *streamReader) take(n uint32) []byte {
	if r.err == nil && uint64(n) > uint64(len(r.b)) {
		r.err = fmt.Errorf("stream ends: %d bytes wanted, %d left", n, len(r.b))
	}
	if r.err != nil {
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *streamReader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// count reads a number of things of which each takes at least one byte.
func (r *streamReader) count() int {
	n := r.u32()
	if r.err == nil && (n > maxStreamObject || int(n) > len(r.b)) {
		r.err = fmt.Errorf("count %d is too large", n)
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

func (r *streamReader) message(depth int) streamObject {
	if depth > maxDepth {
		r.err = errors.New("too deep")
		return streamObject{}
	}
	m := streamObject{objType: 5}
	m.props, m.names = r.properties()
	for range r.count() {
		sub := streamObject{objType: r.u32()}
		r.u32() // the sender's object id says nothing to a reader
		sub.props, sub.names = r.properties()
		if sub.objType == objAttachment {
			r.attachment(&sub, depth)
		}
		m.subs = append(m.subs, sub)
		if r.err != nil {
			break
		}
	}
	return m
}

// attachment reads what follows an attachment's properties; the data becomes PR_ATTACH_DATA_BIN.
func (r *streamReader) attachment(sub *streamObject, depth int) {
	const tagAttachData = 0x37010102
	if data := r.take(r.u32()); len(data) > 0 {
		sub.props.kids = append(sub.props.kids, propNode(tagAttachData, "bin", base64.StdEncoding.EncodeToString(data)))
	}
	for range r.count() {
		r.u32()
		r.u32()
		sub.embedded = append(sub.embedded, r.message(depth+1))
		if r.err != nil {
			return
		}
	}
}

// properties reads a list; names holds the names of the named ones.
func (r *streamReader) properties() (*node, map[uint32]string) {
	list, names := &node{name: "modProps"}, map[uint32]string{}
	for range r.count() {
		tag := r.u32()
		p := r.property(tag)
		if tag>>16 > mapi.NamedBase {
			names[tag] = r.name()
		}
		if r.err != nil {
			break
		}
		list.kids = append(list.kids, p)
	}
	return list, names
}

func (r *streamReader) name() string {
	guid, kind := r.take(guidSize), r.u32()
	if kind == 0 {
		return fmt.Sprintf("%x/%d", guid, r.u32())
	}
	return fmt.Sprintf("%x/%s", guid, r.take(r.u32()))
}

const multiValued = 0x1000

func (r *streamReader) property(tag uint32) *node {
	if tag&multiValued == 0 {
		return propNode(tag, "", "").with(r.single(tag & 0xFFFF))
	}
	values := &node{name: "mv"}
	for range r.count() {
		v := r.single(tag & 0xFFFF &^ multiValued)
		v.name = "item"
		values.kids = append(values.kids, v)
		if r.err != nil {
			break
		}
	}
	return propNode(tag, "", "").with(values)
}

// single reads one value and gives it the element it has on the wire (wire.md section 4).
func (r *streamReader) single(propType uint32) *node {
	switch propType {
	case 0x0002:
		if b := r.take(2); b != nil {
			return text("i", strconv.Itoa(int(int16(binary.BigEndian.Uint16(b)))))
		}
	case typeLong:
		return text("ul", strconv.FormatUint(uint64(r.u32()), 10))
	case 0x0004:
		return text("flt", strconv.FormatFloat(float64(math.Float32frombits(r.u32())), 'g', -1, 32))
	case 0x0005, 0x0007:
		if b := r.take(8); b != nil {
			return text("dbl", strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(b)), 'g', -1, 64))
		}
	case 0x000B:
		if b := r.take(1); b != nil {
			return text("b", strconv.FormatBool(b[0] != 0))
		}
	case 0x0006, typeSysTime:
		hi, lo := r.u32(), r.u32()
		return &node{name: "hilo", kids: []*node{text("hi", strconv.Itoa(int(int32(hi)))), text("lo", strconv.FormatUint(uint64(lo), 10))}}
	case 0x0014:
		if b := r.take(8); b != nil {
			return text("li", strconv.FormatInt(int64(binary.BigEndian.Uint64(b)), 10))
		}
	case typeString8, typeUnicode:
		return text("lpszA", string(r.take(r.u32())))
	case 0x0048, typeBinary:
		return text("bin", base64.StdEncoding.EncodeToString(r.take(r.u32())))
	default:
		if r.err == nil {
			r.err = fmt.Errorf("type %04X cannot be in a stream", propType)
		}
	}
	return text("none", "")
}

func text(name, value string) *node { return &node{name: name, text: value} }

func propNode(tag uint32, member, value string) *node {
	n := &node{name: "item", kids: []*node{text("ulPropTag", strconv.FormatUint(uint64(tag), 10))}}
	if member != "" {
		n.kids = append(n.kids, text(member, value))
	}
	return n
}

func (n *node) with(value *node) *node {
	n.kids = append(n.kids, value)
	return n
}

// streamObject compares two objects of a stream: properties by tag (their order is free), children by place.
func (c *comparer) streamObject(path string, recorded, live streamObject) {
	if recorded.objType != live.objType {
		c.differ(path, fmt.Sprint("type ", recorded.objType), fmt.Sprint("type ", live.objType), "other kind of object")
		return
	}
	c.propertySet(path+"/props", "", recorded.props, live.props)
	for tag, name := range recorded.names {
		if got := live.names[c.renameTag(tag, c.names)]; got != name {
			c.differ(fmt.Sprintf("%s/name/%08X", path, tag), name, got, "other name")
		}
	}
	c.streamChildren(path+"/sub", recorded.subs, live.subs)
	c.streamChildren(path+"/embedded", recorded.embedded, live.embedded)
}

func (c *comparer) streamChildren(path string, recorded, live []streamObject) {
	if len(recorded) != len(live) {
		c.differ(path, fmt.Sprint(len(recorded)), fmt.Sprint(len(live)), "number of children")
	}
	for i := range min(len(recorded), len(live)) {
		c.streamObject(fmt.Sprintf("%s[%d]", path, i), recorded[i], live[i])
	}
}
