package soaphttp

import (
	"bufio"
	"io"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"

	"zarafa/wire/soaphttp/fixedgzip"
)

const (
	minBodyClass = 10 // smallest pooled body: 1 KiB
	maxBodyClass = 20 // largest pooled body: 1 MiB
)

// buffers are the pools of a server or client. Bodies are pooled by size, so that a
// request of a few hundred bytes which waits for a minute does not hold a large buffer.
type buffers struct {
	readers  sync.Pool // *bufio.Reader of maxLineBytes
	senders  sync.Pool // *[]byte of sendBufferBytes
	chunked  sync.Pool // *sender
	bodies   [maxBodyClass - minBodyClass + 1]sync.Pool
	gzipIn   sync.Pool // *gzip.Reader
	zlibIn   sync.Pool // io.ReadCloser that is a zlib.Resetter
	gzipOut  sync.Pool // *gzip.Writer
	answers  sync.Pool // *fixedgzip.Encoder
	buffered atomic.Int64
	limit    int64 // of buffered
	level    int   // of gzipOut
}

const sendBufferBytes = 32 << 10

func (b *buffers) reader(r io.Reader) *bufio.Reader {
	if br, ok := b.readers.Get().(*bufio.Reader); ok {
		br.Reset(r)
		return br
	}
	return bufio.NewReaderSize(r, maxLineBytes)
}

func (b *buffers) putReader(br *bufio.Reader) {
	br.Reset(nil)
	b.readers.Put(br)
}

func (b *buffers) sender() *[]byte {
	if p, ok := b.senders.Get().(*[]byte); ok {
		return p
	}
	p := make([]byte, 0, sendBufferBytes)
	return &p
}

// putSender takes a buffer back, unless something large was put behind a header.
func (b *buffers) putSender(p *[]byte) {
	if cap(*p) > 2*sendBufferBytes {
		return
	}
	*p = (*p)[:0]
	b.senders.Put(p)
}

// body gives an empty buffer with room for at least n bytes.
func (b *buffers) body(n int) *[]byte {
	class := max(bits.Len(uint(max(n, 1)-1)), minBodyClass)
	if class > maxBodyClass {
		p := make([]byte, 0, n)
		return &p
	}
	if p, ok := b.bodies[class-minBodyClass].Get().(*[]byte); ok {
		return p
	}
	p := make([]byte, 0, 1<<class)
	return &p
}

// putBody takes a buffer back. Buffers above the largest class are left to the garbage collector.
func (b *buffers) putBody(p *[]byte) {
	class := bits.Len(uint(cap(*p))) - 1
	if class < minBodyClass || class > maxBodyClass {
		return
	}
	*p = (*p)[:0]
	b.bodies[class-minBodyClass].Put(p)
}

// grow moves a buffer's contents into one of at least n bytes.
func (b *buffers) grow(p *[]byte, n int) *[]byte {
	q := b.body(n)
	*q = append(*q, *p...)
	b.putBody(p)
	return q
}

// reserve takes n bytes from the budget for large envelopes.
func (b *buffers) reserve(n int64) bool {
	if b.buffered.Add(n) > b.limit {
		b.buffered.Add(-n)
		return false
	}
	return true
}

func (b *buffers) release(n int64) { b.buffered.Add(-n) }

// decompressor starts to decompress r. Only one gzip member is read, since what follows
// may be the next message.
func (b *buffers) decompressor(coding contentCoding, r io.Reader) (io.ReadCloser, error) {
	if coding == deflateCoding {
		return b.zlibReader(r)
	}
	z, ok := b.gzipIn.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	if err := z.Reset(r); err != nil {
		b.gzipIn.Put(z)
		return nil, err
	}
	z.Multistream(false)
	return z, nil
}

func (b *buffers) zlibReader(r io.Reader) (io.ReadCloser, error) {
	z, ok := b.zlibIn.Get().(io.ReadCloser)
	if !ok {
		return zlib.NewReader(r)
	}
	if err := z.(zlib.Resetter).Reset(r, nil); err != nil {
		b.zlibIn.Put(z)
		return nil, err
	}
	return z, nil
}

// putDecompressor takes back what decompressor gave.
func (b *buffers) putDecompressor(z io.ReadCloser) {
	if g, ok := z.(*gzip.Reader); ok {
		b.gzipIn.Put(g)
		return
	}
	b.zlibIn.Put(z)
}

// gzipWriter starts to compress into w.
func (b *buffers) gzipWriter(w io.Writer) *gzip.Writer {
	z, ok := b.gzipOut.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(w, b.level) // the level is one of ours and valid
		return z
	}
	z.Reset(w)
	return z
}

func (b *buffers) putGzipWriter(z *gzip.Writer) {
	z.Reset(io.Discard)
	b.gzipOut.Put(z)
}

// answerEncoder is for answers that are in memory; answers.Put takes it back.
func (b *buffers) answerEncoder() *fixedgzip.Encoder {
	if z, ok := b.answers.Get().(*fixedgzip.Encoder); ok {
		return z
	}
	return new(fixedgzip.Encoder)
}
