package mailbox

import (
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

// The short way finds what the plain one finds.
func TestTextSearch(t *testing.T) {
	rnd := testseed.New(t)
	letters := []rune("aAbBkK\u212a ßẞäÄéİi<>&;\x00")
	text := func(n int) string {
		var b strings.Builder
		for range rnd.IntN(n) {
			if rnd.IntN(2) == 0 {
				b.WriteRune(letters[rnd.IntN(4)])
			} else {
				b.WriteRune(letters[rnd.IntN(len(letters))])
			}
		}
		return b.String()
	}
	for range 20_000 {
		whole, part := text(30), text(3)
		if got, want := newTextSearch(part).in([]byte(whole)), strings.Contains(strings.ToLower(whole), strings.ToLower(part)); got != want {
			t.Fatalf("%q in %q: %v, want %v", part, whole, got, want)
		}
	}
}
