package rtf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Errors of [Decompress].
var (
	ErrNotCompressed = errors.New("not compressed RTF")
	// ErrChecksum comes with the data: whoever has no other body may still want it.
	ErrChecksum = errors.New("the checksum of compressed RTF is wrong")
)

// The container (MS-OXRTFCP 2.1.3.1.1).
const (
	headerSize        = 16
	magicCompressed   = 0x75465A4C // "LZFu"
	magicUncompressed = 0x414C454D // "MELA"

	dictionarySize = 4096
	shortestMatch  = 2
	longestMatch   = 17
)

// preset is what the dictionary holds before the first byte (MS-OXRTFCP 2.1.3.1.2).
const preset = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript ` +
	`\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" +
	`\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// Decompress is the RTF in a value of PR_RTF_COMPRESSED, at most limit bytes. Bytes after the end are ignored, and so is a size in the
// header that differs from what is there.
func Decompress(data []byte, limit int) ([]byte, error) {
	if len(data) < headerSize {
		return nil, fmt.Errorf("%w: %d bytes are less than a header", ErrNotCompressed, len(data))
	}
	packed, raw := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
	magic, sum := binary.LittleEndian.Uint32(data[8:]), binary.LittleEndian.Uint32(data[12:])
	contents := data[headerSize:]
	if packed >= headerSize-4 && uint64(packed-(headerSize-4)) < uint64(len(contents)) {
		contents = contents[:packed-(headerSize-4)]
	}
	switch magic {
	case magicUncompressed:
		contents = contents[:min(uint64(raw), uint64(len(contents)))]
		if len(contents) > limit {
			return nil, ErrTooBig
		}
		return append([]byte{}, contents...), nil
	case magicCompressed:
	default:
		return nil, fmt.Errorf("%w: unknown type %#08x", ErrNotCompressed, magic)
	}
	out, err := expand(contents, raw, limit)
	if err == nil && checksum(contents) != sum {
		err = ErrChecksum
	}
	return out, err
}

// expand undoes the compression (MS-OXRTFCP 2.2.3.1.3).
func expand(in []byte, raw uint32, limit int) ([]byte, error) {
	// A token of two bytes makes 17 at most, so no header can make this allocate more than ten times its data.
	out := make([]byte, 0, min(uint64(raw), uint64(limit), uint64(len(in))*longestMatch/2))
	var dictionary [dictionarySize]byte
	write := copy(dictionary[:], preset)
	put := func(c byte) {
		dictionary[write] = c
		write = (write + 1) % dictionarySize
		out = append(out, c)
	}
	for len(in) > 0 {
		control := in[0]
		in = in[1:]
		for bit := 0; bit < 8 && len(in) > 0; bit, control = bit+1, control>>1 {
			if len(out) > limit {
				return nil, ErrTooBig
			}
			if control&1 == 0 {
				put(in[0])
				in = in[1:]
				continue
			}
			if len(in) < 2 {
				return out, nil
			}
			token := int(in[0])<<8 | int(in[1])
			in = in[2:]
			offset, n := token>>4, token&0xF+shortestMatch
			if offset == write {
				in = nil // the end
				break
			}
			for ; n > 0; n-- {
				put(dictionary[offset])
				offset = (offset + 1) % dictionarySize
			}
		}
	}
	if len(out) > limit {
		return nil, ErrTooBig
	}
	return out, nil
}

// checksum is CRC-32 without the usual inversions (MS-OXRTFCP 2.1.3.1.3).
func checksum(p []byte) uint32 { return ^crc32.Update(^uint32(0), crc32.IEEETable, p) }

// Store is a value of PR_RTF_COMPRESSED without compression.
func Store(rtf []byte) []byte {
	return append(header(len(rtf), len(rtf), magicUncompressed, 0), rtf...)
}

func header(packed, raw int, magic, sum uint32) []byte {
	h := make([]byte, headerSize, headerSize+packed)
	binary.LittleEndian.PutUint32(h, uint32(packed+headerSize-4))
	binary.LittleEndian.PutUint32(h[4:], uint32(raw))
	binary.LittleEndian.PutUint32(h[8:], magic)
	binary.LittleEndian.PutUint32(h[12:], sum)
	return h
}

// Compress makes a value of PR_RTF_COMPRESSED.
func Compress(rtf []byte) []byte {
	m := newMatcher(rtf)
	packed := make([]byte, 0, len(rtf)/2+headerSize)
	control, bit := 0, 8
	next := func(reference bool) {
		if bit == 8 {
			control, bit = len(packed), 0
			packed = append(packed, 0)
		}
		if reference {
			packed[control] |= 1 << bit
		}
		bit++
	}
	token := func(offset, n int) { packed = append(packed, byte(offset>>4), byte(offset<<4|n)) }
	for m.pos < len(m.data) {
		at, n := m.longest()
		if n < shortestMatch {
			next(false)
			packed = append(packed, m.data[m.pos])
			m.advance(1)
			continue
		}
		next(true)
		token(at%dictionarySize, n-shortestMatch)
		m.advance(n)
	}
	next(true)
	token(m.pos%dictionarySize, 0)
	return append(header(len(packed), len(rtf), magicCompressed, checksum(packed)), packed...)
}

// longestChain is how many places with the same two bytes are compared. It bounds the work for each byte of the input.
const longestChain = 96

// matcher finds earlier copies of what comes next.
type matcher struct {
	data []byte                // the preset and the input
	pos  int                   // what comes next
	head []int32               // by two bytes: the last place, plus one
	prev [dictionarySize]int32 // by place: the place before it with the same two bytes, plus one
}

func newMatcher(rtf []byte) *matcher {
	data := make([]byte, 0, len(preset)+len(rtf))
	m := &matcher{data: append(append(data, preset...), rtf...), head: make([]int32, 1<<16)}
	m.advance(len(preset))
	return m
}

func (m *matcher) key(at int) int { return int(m.data[at])<<8 | int(m.data[at+1]) }

// advance takes n bytes into the dictionary.
func (m *matcher) advance(n int) {
	for ; n > 0; n-- {
		if m.pos+1 < len(m.data) {
			key := m.key(m.pos)
			m.prev[m.pos%dictionarySize] = m.head[key]
			m.head[key] = int32(m.pos + 1)
		}
		m.pos++
	}
}

// longest is the place and length of the best match; a place at the distance of the dictionary's size would read as the end.
func (m *matcher) longest() (at, n int) {
	if m.pos+shortestMatch > len(m.data) {
		return 0, 0
	}
	most := min(longestMatch, len(m.data)-m.pos)
	want := m.data[m.pos : m.pos+most]
	for place, left := int(m.head[m.key(m.pos)])-1, longestChain; place > m.pos-dictionarySize && place >= 0 && left > 0; left-- {
		same := 0
		for same < most && m.data[place+same] == want[same] {
			same++
		}
		if same > n {
			if at, n = place, same; n == most {
				break
			}
		}
		place = int(m.prev[place%dictionarySize]) - 1
	}
	return at, n
}
