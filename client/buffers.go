package client

import (
	"sync"

	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// largestKept is the largest buffer that is used for another request; the collector gets larger ones.
const largestKept = 1 << 20

// Buffers are what calls need for a moment: buffers, decoders, compressors. Sessions may share them, so that a thousand
// sessions that mostly wait need hardly more than one. They may be used by several goroutines.
type Buffers struct {
	http     *soaphttp.ClientBuffers
	decoders sync.Pool // of *wire.Decoder
	requests sync.Pool // of *[]byte
	streams  sync.Pool // of *bufio.Reader
}

// NewBuffers makes an empty supply.
func NewBuffers() *Buffers { return &Buffers{http: soaphttp.NewClientBuffers()} }

// request takes a buffer for a request. A poll waits for a minute with it, so it gets a small one of its own.
func (b *Buffers) request(op wire.Op) *[]byte {
	if op == wire.OpNotifyGetItems {
		return new([]byte)
	}
	if buffer, ok := b.requests.Get().(*[]byte); ok {
		return buffer
	}
	return new([]byte)
}

func (b *Buffers) putRequest(buffer *[]byte, op wire.Op) {
	if op != wire.OpNotifyGetItems && cap(*buffer) <= largestKept {
		b.requests.Put(buffer)
	}
}

func (b *Buffers) decoder() *wire.Decoder {
	if d, ok := b.decoders.Get().(*wire.Decoder); ok {
		return d
	}
	return wire.NewDecoder(wire.ClientLimits())
}

func (b *Buffers) putDecoder(d *wire.Decoder) {
	d.Release()
	b.decoders.Put(d)
}
