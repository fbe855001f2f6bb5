package tnef

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"zarafa/mapi"
)

// cursor reads from bytes. Its first error sticks, after which all reads give nothing.
type cursor struct {
	data []byte
	err  error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: "+format, append([]any{ErrBroken}, args...)...)
	}
	c.data = nil
}

// take is the next n bytes, which are not copied.
func (c *cursor) take(n uint32) []byte {
	if uint64(n) > uint64(len(c.data)) {
		c.fail("%d bytes are missing", uint64(n)-uint64(len(c.data)))
		return nil
	}
	out := c.data[:n:n]
	c.data = c.data[n:]
	return out
}

// padded is the next n bytes and what fills them up to a multiple of four. At the end of the data that may be missing.
func (c *cursor) padded(n uint32) []byte {
	out := c.take(n)
	c.data = c.data[min(int(-n&3), len(c.data)):]
	return out
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (c *cursor) guid() (g mapi.GUID) {
	copy(g[:], c.take(uint32(len(g))))
	return g
}

// count is a number of things of which each has at least size bytes.
func (c *cursor) count(size int) int {
	n := c.u32()
	if uint64(n)*uint64(size) > uint64(len(c.data)) {
		c.fail("%d values in %d bytes", n, len(c.data))
		return 0
	}
	return int(n)
}

// fromUTF16 is a string up to its first NUL, in UTF-8.
func fromUTF16(data []byte) []byte {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		u := binary.LittleEndian.Uint16(data)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return []byte(string(utf16.Decode(units)))
}

func toUTF16(text []byte) []byte {
	units := utf16.Encode([]rune(string(text)))
	out := make([]byte, 0, 2*len(units)+2)
	for _, u := range units {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return append(out, 0, 0)
}
