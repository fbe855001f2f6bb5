package main

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// MAPI's types, and the properties that are columns of the packed layout.
const (
	typeLong, typeString, typeTime, typeBinary = 0x0003, 0x001F, 0x0040, 0x0102

	tagClass, tagSubject, tagDelivery, tagModified, tagFlags, tagSize = 0x001A, 0x0037, 0x0E06, 0x3008, 0x0E07, 0x0E08
)

// tableCap is how much of a string tables show.
const tableCap = 255

type property struct {
	tag, kind uint16
	size      int  // bytes of a string or binary
	column    bool // one of the twelve columns that a client opens a folder with
	hidden    bool // tables cannot show it
	value     any
}

// template is an ordinary mail as a delivery agent stores it: 41 properties, 6 kB.
func template() []property {
	list := []property{
		{tag: tagClass, kind: typeString, size: 8, column: true}, {tag: tagSubject, kind: typeString, size: 45, column: true},
		{tag: tagDelivery, kind: typeTime, column: true}, {tag: tagModified, kind: typeTime, column: true},
		{tag: tagFlags, kind: typeLong, column: true}, {tag: tagSize, kind: typeLong, column: true},
		{tag: 0x0042, kind: typeString, size: 20, column: true}, {tag: 0x0E04, kind: typeString, size: 40, column: true},
		{tag: 0x0017, kind: typeLong, column: true}, {tag: 0x1080, kind: typeLong, column: true}, {tag: 0x1090, kind: typeLong, column: true},
		{tag: 0x0E1D, kind: typeString, size: 42, column: true},
		{tag: 0x1000, kind: typeString, size: 2000, hidden: true}, {tag: 0x007D, kind: typeString, size: 1800},
	}
	for i := range 8 {
		list = append(list, property{tag: uint16(0x0C00 + i), kind: typeString, size: 24})
	}
	for i := range 8 {
		list = append(list, property{tag: uint16(0x0040 + 0x60 + i), kind: typeBinary, size: 70})
	}
	for i := range 7 {
		list = append(list, property{tag: uint16(0x0E20 + i), kind: typeLong})
	}
	for i := range 4 {
		list = append(list, property{tag: uint16(0x3010 + i), kind: typeTime})
	}
	return list
}

type message struct {
	store, folder, id int
}

// all are the properties with values that depend on the message.
func (m message) all() []property {
	list := template()
	for i := range list {
		p := &list[i]
		seed := uint64(m.id)*1_000_003 + uint64(p.tag)
		switch p.kind {
		case typeLong:
			p.value = int64(seed % 50_000)
		case typeTime:
			p.value = int64(133_000_000_000_000_000 + m.id*10_000_000)
		case typeString:
			p.value = text(seed, p.size)
		case typeBinary:
			p.value = bytesOf(seed, p.size)
		}
	}
	return list
}

// short are the values as tables show them: at most tableCap characters, and none of the hidden ones.
func (m message) short() []property {
	var list []property
	for _, p := range m.all() {
		if p.hidden {
			continue
		}
		if s, ok := p.value.(string); ok {
			p.value = s[:min(len(s), tableCap)]
		}
		list = append(list, p)
	}
	return list
}

func (m message) of(tag uint16) any {
	for _, p := range m.all() {
		if p.tag == tag {
			return p.value
		}
	}
	panic(fmt.Sprintf("no property %04X", tag)) // of the template
}

func (m message) text(tag uint16) string  { return m.of(tag).(string) }
func (m message) number(tag uint16) int64 { return m.of(tag).(int64) }
func (m message) entryID() []byte         { return bytesOf(uint64(m.id)<<20, 48) }
func (m message) sourceKey() []byte {
	return binary.BigEndian.AppendUint64([]byte("0123456789abcdef"), uint64(m.id))
}

// text has words, so that it is as compressible as text is.
func text(seed uint64, size int) string {
	words := strings.Fields("the of and to in a is that for it was on are as with be at by this have from or one had not but what all were when we there can an your which their said if do")
	var b strings.Builder
	for b.Len() < size {
		seed = seed*6364136223846793005 + 1442695040888963407
		b.WriteString(words[seed>>33%uint64(len(words))])
		b.WriteByte(' ')
	}
	return b.String()[:size]
}

func bytesOf(seed uint64, size int) []byte {
	b := make([]byte, 0, size+8)
	for len(b) < size {
		seed = seed*6364136223846793005 + 1442695040888963407
		b = binary.BigEndian.AppendUint64(b, seed)
	}
	return b[:size]
}
