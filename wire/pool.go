package wire

import "unsafe"

const (
	// firstChunk is the number of values in the first chunk of a pool.
	firstChunk = 16
	// retainBytes bounds what a pool keeps between messages.
	retainBytes = 1 << 20
)

// pool hands out values of one type that live until the next reset. Lists whose length is not
// known are built on a stack, because lists of the same type nest.
type pool[T any] struct {
	stack []T // lists under construction, the innermost last
	chunk []T // memory being handed out
	used  int // of chunk
}

// take is n zero values.
func (p *pool[T]) take(n int) []T {
	if n > len(p.chunk)-p.used {
		p.chunk, p.used = make([]T, max(n, 2*len(p.chunk), firstChunk)), 0
	}
	list := p.chunk[p.used : p.used+n : p.used+n]
	p.used += n
	return list
}

// one is a zero value.
func (p *pool[T]) one() *T { return &p.take(1)[0] }

// begin starts a list; list and the methods in between get its result.
func (p *pool[T]) begin() int { return len(p.stack) }

// push appends to the innermost list.
func (p *pool[T]) push(v T) { p.stack = append(p.stack, v) }

// list ends the list that began at mark. It is never nil.
func (p *pool[T]) list(mark int) []T {
	built := p.stack[mark:]
	if len(built) == 0 {
		return []T{}
	}
	list := p.take(len(built))
	copy(list, built)
	clear(built)
	p.stack = p.stack[:mark]
	return list
}

// reset takes everything back. Of several chunks the last and largest stays, so that messages of one
// size need no allocation after a few.
func (p *pool[T]) reset() {
	var zero T
	size := int(unsafe.Sizeof(zero))
	if len(p.chunk)*size > retainBytes {
		p.chunk = nil
	}
	clear(p.chunk[:min(p.used, len(p.chunk))])
	p.used = 0
	if cap(p.stack)*size > retainBytes {
		p.stack = nil
	}
	clear(p.stack)
	p.stack = p.stack[:0]
}
