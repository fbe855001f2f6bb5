package msgstream

import (
	"bufio"
	"encoding/binary"
	"io"

	"zarafa/mapi"
)

const (
	blockBytes = 16 << 10 // small values share blocks of this size
	smallBytes = 4 << 10  // larger values get memory of their own
	stepBytes  = 64 << 10 // how far a length is believed before bytes arrive
)

// input reads numbers and byte strings, and keeps account of two budgets: of the stream's
// bytes and of the memory that one object takes.
type input struct {
	br     *bufio.Reader
	left   int64 // bytes of the stream that may still be read
	memory int64 // that the current object may still take
	block  []byte
}

// reset starts a new object; the values of the last one become invalid.
func (in *input) reset(memory int64) {
	in.memory = memory
	in.block = in.block[:0]
}

// Read implements io.Reader for attachment data, which takes no memory.
func (in *input) Read(p []byte) (int, error) {
	if err := in.spend(0); err != nil {
		return 0, err
	}
	n, err := in.br.Read(p[:min(int64(len(p)), max(in.left, 1))])
	if err != nil && err != io.EOF {
		err = cutOff(err)
	}
	if err2 := in.spend(int64(n)); err2 != nil {
		return n, err2
	}
	return n, err
}

// spend takes n bytes from the stream's budget.
func (in *input) spend(n int64) error {
	if in.left -= n; in.left < 0 {
		return tooBig("the stream is too long")
	}
	return nil
}

// charge takes n bytes from the object's budget.
func (in *input) charge(n int64) error {
	if in.memory -= n; in.memory < 0 {
		return tooBig("an object's properties are too large")
	}
	return nil
}

// fixed reads n bytes that are valid until the next read; n is at most 16.
func (in *input) fixed(n int) ([]byte, error) {
	if err := in.spend(int64(n)); err != nil {
		return nil, err
	}
	b, err := in.br.Peek(n)
	if err != nil {
		return nil, cutOff(err)
	}
	in.br.Discard(n) // peeked
	return b, nil
}

func (in *input) uint16() (uint16, error) {
	b, err := in.fixed(2)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint16(b), nil
}

func (in *input) uint32() (uint32, error) {
	b, err := in.fixed(4)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(b), nil
}

func (in *input) uint64() (uint64, error) {
	b, err := in.fixed(8)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(b), nil
}

// count reads a number of things and checks it.
func (in *input) count(limit int, what string) (int, error) {
	n, err := in.uint32()
	if err != nil {
		return 0, err
	}
	if int64(n) > int64(limit) {
		return 0, tooBig("%d %s, the limit is %d", n, what, limit)
	}
	return int(n), nil
}

// bytes reads a byte string with its length. It is valid until the next object.
func (in *input) bytes() ([]byte, error) {
	length, err := in.uint32()
	if err != nil {
		return nil, err
	}
	n := int64(length)
	if err := in.charge(n); err != nil {
		return nil, err
	}
	if err := in.spend(n); err != nil {
		return nil, err
	}
	if n <= smallBytes {
		b := in.allot(int(n))
		_, err := io.ReadFull(in.br, b)
		return b, cutOff(err)
	}
	var b []byte
	for int64(len(b)) < n {
		step := int(min(n-int64(len(b)), max(stepBytes, int64(len(b)))))
		start := len(b)
		b = append(b, make([]byte, step)...)
		if _, err := io.ReadFull(in.br, b[start:]); err != nil {
			return nil, cutOff(err)
		}
	}
	return b, nil
}

// allot takes n bytes from the object's block. A full block is left to the values that alias it.
func (in *input) allot(n int) []byte {
	if len(in.block)+n > cap(in.block) {
		in.block = make([]byte, 0, blockBytes)
	}
	start := len(in.block)
	in.block = in.block[:start+n]
	return in.block[start : start+n : start+n]
}

// malformed: the bytes are not a stream.
func malformed(format string, args ...any) error {
	return mapi.Errorf(mapi.InvalidType, "message stream", format, args...)
}

func tooBig(format string, args ...any) error {
	return mapi.Errorf(mapi.TooBig, "message stream", format, args...)
}

// cutOff wraps an error of the reader below; nil stays nil.
func cutOff(err error) error {
	if err == nil {
		return nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return mapi.Errorf(mapi.CallFailed, "message stream", "%w", err)
}
