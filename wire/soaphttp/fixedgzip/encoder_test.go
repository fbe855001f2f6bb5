package fixedgzip

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// compress makes a member of pieces.
func compress(t testing.TB, pieces ...[]byte) []byte {
	t.Helper()
	var e Encoder
	out := e.Start(nil)
	for _, p := range pieces {
		before := len(out)
		out = e.Append(out, p)
		if got, most := len(out)-before, len(p)+len(p)/8+2; got > most {
			t.Errorf("%d bytes have become %d, more than %d", len(p), got, most)
		}
	}
	return e.Finish(out)
}

// decompress is what the standard library makes of one member, which must be all there is.
func decompress(t testing.TB, member []byte) []byte {
	t.Helper()
	in := bytes.NewReader(member)
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	z.Multistream(false)
	data, err := io.ReadAll(z) // checks checksum and size
	if err != nil {
		t.Fatal(err)
	}
	if in.Len() > 0 {
		t.Fatalf("%d bytes behind the member", in.Len())
	}
	return data
}

func TestMembers(t *testing.T) {
	row := "<item><ulPropTag>3604511</ulPropTag><lpszA>subject %05d of a message</lpszA></item>"
	var rows strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&rows, row, i*7919%100_003)
	}
	noise := make([]byte, MaxPiece)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	for _, c := range []struct {
		name string
		data string
		size int // of the member
	}{
		{"nothing", "", 20},
		{"a letter", "a", 21},
		{"seven letters and more", "abcdefghijklmnopqrstuvwxyz", 46},
		{"one letter again and again", strings.Repeat("a", MaxPiece), 435},
		{"match at the very end", "abcdefghijkl abcdefghijkl", 35},
		{"letters of nine bits", "grüße, 你好, привет, ÿ", 55},
		{"rows", rows.String()[:MaxPiece], 5128},
		{"noise", string(noise), 69_139},
	} {
		got := compress(t, []byte(c.data))
		if string(decompress(t, got)) != c.data {
			t.Errorf("%s: something else came out", c.name)
		}
		if len(got) != c.size {
			t.Errorf("%s: %d bytes, want %d", c.name, len(got), c.size)
		}
	}
}

// TestReuse: an encoder begins anew with each member.
func TestReuse(t *testing.T) {
	var e Encoder
	var dst []byte
	for _, text := range []string{"first first first first", "second", "", "first first first first"} {
		dst = e.Finish(e.Append(e.Start(dst[:0]), []byte(text)))
		if got := string(decompress(t, dst)); got != text {
			t.Errorf("%q in place of %q", got, text)
		}
	}
}

// TestCodes: every length, and distances on both sides of every border between symbols, are those of RFC 1951.
func TestCodes(t *testing.T) {
	start := make([]byte, maxDistance)
	rand.NewChaCha8([32]byte{2}).Read(start)
	var distances []int
	for d := 1; d <= maxDistance; d *= 2 {
		for _, n := range []int{d - 1, d, d + 1, d + d/2 - 1, d + d/2, d + d/2 + 1} {
			if n > 0 && n <= maxDistance {
				distances = append(distances, n)
			}
		}
	}
	var e Encoder
	out := make([]byte, 1<<20)
	at := copy(out, e.Start(nil))
	want := bytes.Clone(start)
	b, at := e.rest.bytes(out, at, start)
	for i := range 2000 {
		length, distance := minMatch+i%600, distances[i%len(distances)]
		b, at = b.copy(out, at, length, distance)
		for range length {
			want = append(want, want[len(want)-distance])
		}
	}
	e.rest = b
	out = e.Finish(out[:at])
	z, err := gzip.NewReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want)+1)
	n, err := io.ReadFull(z, got) // the checksum is not that of the matches
	if n != len(want) || !bytes.Equal(got[:n], want) {
		t.Errorf("%d bytes in place of %d, or others: %v", n, len(want), err)
	}
}

// sample is text as it comes in answers: tags and words that repeat, numbers, letters of other alphabets, and noise.
func sample(r *rand.Rand) []byte {
	words := []string{"<item>", "</item>", "<ulPropTag>", "</ulPropTag>", "<lpszA>", "Lorem ipsum dolor ", "grüße", "привет", "你好", "&amp;", "="}
	var b []byte
	for size := r.IntN(1 << (1 + r.IntN(17))); len(b) < size; {
		switch r.IntN(8) {
		case 0:
			b = fmt.Appendf(b, "%d", r.Uint32())
		case 1:
			for range r.IntN(40) {
				b = append(b, byte(r.Uint32()))
			}
		case 2:
			from := r.IntN(len(b) + 1)
			b = append(b, b[from:min(len(b), from+r.IntN(2000))]...)
		default:
			b = append(b, words[r.IntN(len(words))]...)
		}
	}
	return b
}

// pieces cuts data anywhere.
func pieces(r *rand.Rand, data []byte) [][]byte {
	var list [][]byte
	for len(data) > MaxPiece || len(data) > 0 && r.IntN(3) > 0 {
		n := r.IntN(min(len(data), MaxPiece) + 1)
		list, data = append(list, data[:n]), data[n:]
	}
	return append(list, data)
}

// decoders are other programs that decompress members one behind the other. Python's is zlib, which clients have.
var decoders = [][]string{
	{"gzip", "-dc"},
	{"python3", "-c", `
import sys, zlib
data = sys.stdin.buffer.read()
while data:
    z = zlib.decompressobj(31)
    sys.stdout.buffer.write(z.decompress(data))
    if not z.eof: sys.exit("a member without end")
    data = z.unused_data
`},
}

func TestOtherDecoders(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	var members, want []byte
	for range 60 {
		data := sample(r)
		member := compress(t, pieces(r, data)...)
		if !bytes.Equal(decompress(t, member), data) {
			t.Fatal("something else came out")
		}
		members, want = append(members, member...), append(want, data...)
	}
	for _, d := range decoders {
		t.Run(d[0], func(t *testing.T) {
			path, err := exec.LookPath(d[0])
			if err != nil {
				t.Skip("it is not installed here")
			}
			cmd := exec.CommandContext(t.Context(), path, d[1:]...)
			cmd.Stdin = bytes.NewReader(members)
			got, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Error("something else came out")
			}
		})
	}
}

func TestAllocations(t *testing.T) {
	data := []byte(strings.Repeat("<item><ulPropTag>3604511</ulPropTag></item>", 1000))
	e, dst := new(Encoder), make([]byte, 0, Bound(len(data)))
	if n := testing.AllocsPerRun(10, func() { dst = e.Finish(e.Append(e.Start(dst[:0]), data)) }); n != 0 {
		t.Errorf("%v allocations, although the buffer is large enough", n)
	}
}

func FuzzEncoder(f *testing.F) {
	r := rand.New(rand.NewPCG(4, 0))
	for range 8 {
		f.Add(sample(r), uint64(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, cuts uint64) {
		member := compress(t, pieces(rand.New(rand.NewPCG(cuts, 0)), data)...)
		if !bytes.Equal(decompress(t, member), data) {
			t.Error("something else came out")
		}
	})
}
