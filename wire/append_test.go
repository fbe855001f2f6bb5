package wire

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"testing"
)

// TestAppendBinary: values of all lengths around the vector sizes are encoded as the standard library encodes them, and
// nothing beside them is touched.
func TestAppendBinary(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{})
	for n := range 600 {
		value := make([]byte, n)
		rng.Read(value)
		encoded := base64.StdEncoding.EncodeToString(value)
		buffer := bytes.Repeat([]byte{0xAA}, 4+len("<a>")+len(encoded)+len("</a>")+64)
		got := appendBinary(buffer[:4], "<a>", "</a>", value)
		if want := "<a>" + encoded + "</a>"; string(got[4:]) != want {
			t.Fatalf("%d bytes are encoded as %q, not %q", n, got[4:], want)
		}
		if left := buffer[len(got):]; !bytes.Equal(buffer[:4], []byte{0xAA, 0xAA, 0xAA, 0xAA}) || bytes.Count(left, []byte{0xAA}) != len(left) {
			t.Fatalf("encoding %d bytes writes elsewhere", n)
		}
	}
}
