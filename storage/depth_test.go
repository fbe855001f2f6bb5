package storage

import (
	"testing"

	"zarafa/mapi"
)

// TestAscent: a walk that ends is let through however long it is, and one that does not is found wherever its cycle begins.
func TestAscent(t *testing.T) {
	var long Ascent
	for id := range uint32(100_000) {
		if err := long.Step(id + 1); err != nil {
			t.Fatal(err)
		}
	}
	for before := range 40 {
		for length := 1; length < 40; length++ {
			var a Ascent
			steps := 0
			var err error
			for ; err == nil && steps < 1000; steps++ {
				at := steps
				if at >= before {
					at = before + (steps-before)%length
				}
				err = a.Step(uint32(at + 1))
			}
			if mapi.CodeOf(err) != mapi.DatabaseError || steps > 4*(before+length) {
				t.Errorf("a cycle of %d after %d steps: %v after %d", length, before, err, steps)
			}
		}
	}
}
