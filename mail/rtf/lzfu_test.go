package rtf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The streams of MS-OXRTFCP 4.1 and 4.2 (in older editions 3.1).
var samples = []struct{ name, packed, rtf string }{
	{"simple", "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
		"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
	{"match crosses the write position", "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0",
		"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
}

func TestDecompressSamples(t *testing.T) {
	for _, s := range samples {
		got, err := Decompress(unhex(t, s.packed), 1000)
		if err != nil || string(got) != s.rtf {
			t.Errorf("%s: %q, %v", s.name, got, err)
		}
	}
}

func TestCompressSamples(t *testing.T) {
	for _, s := range samples {
		packed := Compress([]byte(s.rtf))
		if len(packed) > len(s.packed)/2 {
			t.Errorf("%s: %d bytes, the specification's writer makes %d", s.name, len(packed), len(s.packed)/2)
		}
		if got, err := Decompress(packed, 1000); err != nil || string(got) != s.rtf {
			t.Errorf("%s: %q, %v", s.name, got, err)
		}
	}
}

func TestDecompressRefuses(t *testing.T) {
	simple := unhex(t, samples[0].packed)
	flipped := bytes.Clone(simple)
	flipped[12] ^= 1
	unknown := bytes.Clone(simple)
	unknown[8] = 'X'
	huge := bytes.Clone(simple)
	copy(huge[4:], "\xff\xff\xff\xff")
	for _, c := range []struct {
		name  string
		data  []byte
		limit int
		want  error
	}{
		{"empty", nil, 100, ErrNotCompressed},
		{"half a header", simple[:15], 100, ErrNotCompressed},
		{"unknown type", unknown, 100, ErrNotCompressed},
		{"wrong checksum", flipped, 100, ErrChecksum},
		{"too big", simple, 42, ErrTooBig},
		{"too big, stored", Store(make([]byte, 43)), 42, ErrTooBig},
		{"claims 4 GiB", huge, 100, nil},
		{"fits exactly", simple, 43, nil},
		{"bytes after the end", append(bytes.Clone(simple), 1, 2, 3), 100, nil},
	} {
		if _, err := Decompress(c.data, c.limit); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if got, _ := Decompress(flipped, 100); string(got) != samples[0].rtf {
		t.Errorf("with a wrong checksum there is %q", got)
	}
}

func TestCompressionRoundTrip(t *testing.T) {
	rnd := testseed.New(t)
	for n := range 100 {
		data := make([]byte, rnd.IntN(12000))
		letters := 1 + rnd.IntN(256)
		for i := range data {
			data[i] = byte(rnd.IntN(letters))
		}
		for i := 0; n%2 == 0 && i+40 < len(data); i += 50 { // what repeats, at all distances
			copy(data[i:i+40], data[rnd.IntN(i+1):])
		}
		for _, packed := range [][]byte{Compress(data), Store(data)} {
			got, err := Decompress(packed, len(data))
			if err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%d bytes of %d letters do not come back: %v", len(data), letters, err)
			}
		}
	}
}

func FuzzDecompress(f *testing.F) {
	for _, s := range samples {
		f.Add(unhex(f, s.packed))
	}
	f.Add(Store([]byte("{\\rtf1}")))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := Decompress(data, 1<<16)
		if len(out) > 1<<16 {
			t.Fatalf("%d bytes", len(out))
		}
		if err != nil {
			return
		}
		if again, err := Decompress(Compress(out), len(out)); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("does not come back: %v", err)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	for _, c := range []struct {
		name string
		unit string
	}{
		{"text", `\par The quick brown fox {\b jumps} over \f1\fs20 the lazy dog. `},
		{"one letter", "a"}, // the worst for chains
	} {
		data := []byte(strings.Repeat(c.unit, 1<<20/len(c.unit)))
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				Compress(data)
			}
		})
	}
}

func BenchmarkDecompress(b *testing.B) {
	data := []byte(strings.Repeat(`\par The quick brown fox {\b jumps} over \f1\fs20 the lazy dog. `, 1<<14))
	packed := Compress(data)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decompress(packed, len(data)); err != nil {
			b.Fatal(err)
		}
	}
}
