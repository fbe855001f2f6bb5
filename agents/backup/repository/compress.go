package repository

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxBlob bounds what one blob becomes when it is decompressed.
const maxBlob = 256 << 20

// codec compresses. It may be used by several goroutines.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newCodec() (*codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(4<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBlob), zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true))
	return &codec{enc, dec}, err
}

func (c *codec) compress(data []byte) []byte { return c.enc.EncodeAll(data, nil) }

func (c *codec) decompress(data []byte) ([]byte, error) {
	out, err := c.dec.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	return out, nil
}
