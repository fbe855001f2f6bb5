package mailbox

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/mapi"
)

func FuzzSubscribed(f *testing.F) {
	f.Add([]byte{})
	f.Add(formatSubscribed(nil))
	f.Add(formatSubscribed([]mapi.EntryID{{1, 2, 3}, {}, {4}}))
	f.Add([]byte{2, 0, 0, 0, 1, 0, 0, 0, 7})
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, b []byte) {
		ids, err := parseSubscribed(b)
		size := 0
		for _, id := range ids {
			size += 4 + len(id)
		}
		if size > len(b) {
			t.Fatalf("%d bytes were made of %d", size, len(b))
		}
		if err != nil || len(b) == 0 {
			return
		}
		again := formatSubscribed(ids)
		if !bytes.HasPrefix(b, again) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

// Names without a mailbox are bounded, so that they come with the other properties of the inbox; another gateway sees them, and a deletion is none the
// less done if there is no more room.
func TestMissingNames(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	_, err := a.Create(t.Context(), "Work", "")
	ok(t, err)
	ok(t, a.Subscribe(t.Context(), "Work", true))
	n := 0
	for ; a.Subscribe(t.Context(), fmt.Sprint(n, strings.Repeat("x", 500)), true) == nil; n++ {
	}
	want(t, "names that fit", n, missingBytes/501)
	wantCode(t, "one more", a.Subscribe(t.Context(), "z"+strings.Repeat("x", 500), true), mailstore.Limit)
	ok(t, a.Delete(t.Context(), "Work"))
	for range 3 {
		_ = a.Subscribe(t.Context(), "Never", true)
	}
	other := newWorldLike(t, w).logOn("alice")
	names := other.names()
	want(t, "names that are shown", strings.Count(names, "x \\Noselect subscribed\n"), n)
	want(t, "one that was subscribed to three times", strings.Count(names, "Never"), 1)
}
