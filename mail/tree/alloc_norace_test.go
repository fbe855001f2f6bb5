//go:build !race

package tree_test

import (
	"bytes"
	"runtime"
	"testing"

	"zarafa/mail/tree"
)

// TestAllocations: what is allocated depends on the number of parts, not on the size.
func TestAllocations(t *testing.T) {
	small, large := sized(20_000), sized(1_000_000)
	count := func(mail []byte) float64 { return testing.AllocsPerRun(20, func() { tree.ParseBytes(mail) }) }
	if a, b := count(small), count(large); a != b || a > 120 {
		t.Errorf("a mail of %d bytes allocates %v times, one of %d bytes %v times", len(small), a, len(large), b)
	}
}

// TestMemory: a large mail is not in memory; neither is a line of that length.
func TestMemory(t *testing.T) {
	for name, mail := range map[string][]byte{"attachment": sized(20 << 20), "line": append([]byte("Subject: x\r\n\r\n"), make([]byte, 30<<20)...)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := tree.Parse(bytes.NewReader(mail), int64(len(mail))); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: parsing %d bytes allocates %d", name, len(mail), n)
		}
	}
}
