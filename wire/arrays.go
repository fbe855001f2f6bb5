package wire

import (
	"bytes"
	"strconv"

	"zarafa/mapi"
)

// arrayHeader is what the start tag of a SOAP array says.
type arrayHeader struct {
	typed bool // has an arrayType attribute
	size  int  // number of members it announces, or -1
}

// array reads the header of the array that is the current element; a wrong item type is a fault.
func (d *Decoder) array(item string) arrayHeader {
	if d.attr.set&attrType != 0 {
		if _, local := splitName(d.attr.xsiType); string(local) != "Array" {
			d.failOn("type mismatch")
		}
	}
	if d.attr.set&attrArrayType == 0 {
		return arrayHeader{size: -1}
	}
	value := trim(d.attr.arrayType)
	open := bytes.LastIndexByte(value, '[')
	if open < 0 || value[len(value)-1] != ']' {
		d.failOn("malformed arrayType")
		return arrayHeader{}
	}
	if _, local := splitName(value[:open]); string(local) != item {
		d.failOn("type mismatch")
		return arrayHeader{}
	}
	digits := trim(value[open+1 : len(value)-1])
	if len(digits) == 0 {
		return arrayHeader{typed: true, size: -1}
	}
	size, err := strconv.ParseUint(alias(digits), 10, 31)
	if err != nil || size > uint64(d.limits.Array) {
		d.failOn("occurrence constraint violation")
	}
	return arrayHeader{typed: true, size: int(size)}
}

// member moves to the next member of an array that has n already. Surplus ones are dropped.
func (d *Decoder) member(h arrayHeader, n int) bool {
	for d.child() {
		if h.size < 0 || n < h.size {
			return d.room(n)
		}
		d.skip()
	}
	return false
}

// item moves to the next member of a list that has n already; other children than item are ignored.
func (d *Decoder) item(n int) bool {
	for d.child() {
		if string(d.name) == "item" {
			return d.room(n)
		}
		d.skip()
	}
	return false
}

func (d *Decoder) room(n int) bool {
	if n >= d.limits.Array {
		d.failOn("occurrence constraint violation")
		return false
	}
	return true
}

// endArray completes an array: members that were announced but not sent are zero. An array without
// header and members is nil.
func endArray[T any](d *Decoder, p *pool[T], mark int, h arrayHeader) []T {
	missing := h.size - (len(p.stack) - mark)
	if d.fault == nil && missing > 0 {
		if d.padding += missing; d.padding > d.limits.Padding {
			d.fail("occurrence constraint violation")
		}
	}
	var zero T
	for ; d.fault == nil && missing > 0; missing-- {
		p.push(zero)
	}
	if !h.typed && len(p.stack) == mark {
		return nil
	}
	return p.list(mark)
}

// present makes the list of an optional member that is there not nil.
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (d *Decoder) propTagArray() []mapi.PropTag {
	p, h := &d.pools.propTag, d.array("unsignedInt")
	mark := p.begin()
	for d.member(h, len(p.stack)-mark) {
		p.push(mapi.PropTag(d.uint32()))
	}
	return endArray(d, p, mark, h)
}

func (d *Decoder) sortOrderArray() []mapi.SortOrder {
	p, h := &d.pools.sortOrder, d.array("sortOrder")
	mark := p.begin()
	for d.member(h, len(p.stack)-mark) {
		p.push(d.sortOrder())
	}
	return endArray(d, p, mark, h)
}

func (d *Decoder) sortOrder() (s mapi.SortOrder) {
	d.typed("sortOrder")
	var seen uint32
	for d.child() {
		switch string(d.name) {
		case "ulPropTag":
			if d.first(&seen, 1) {
				s.Tag = mapi.PropTag(d.uint32())
			}
		case "ulOrder":
			if d.first(&seen, 2) {
				s.Order = d.uint32()
			}
		default:
			d.skip()
		}
	}
	return s
}

// appendPropTags appends the rest of the start tag and the members.
func appendPropTags(dst []byte, list []mapi.PropTag) []byte {
	if list == nil {
		return append(dst, '>')
	}
	dst = append(appendArrayType(dst, "xsd:unsignedInt", len(list)), '>')
	for _, tag := range list {
		dst = appendUint(dst, "<item>", "</item>", uint64(tag))
	}
	return dst
}

// appendSortOrders appends the rest of the start tag and the members.
func appendSortOrders(dst []byte, list []mapi.SortOrder) []byte {
	if list == nil {
		return append(dst, '>')
	}
	dst = append(appendArrayType(dst, "sortOrder", len(list)), '>')
	for _, s := range list {
		dst = append(dst, "<item>"...)
		dst = appendUint(dst, "<ulPropTag>", "</ulPropTag>", uint64(s.Tag))
		dst = appendUint(dst, "<ulOrder>", "</ulOrder>", uint64(s.Order))
		dst = append(dst, "</item>"...)
	}
	return dst
}
