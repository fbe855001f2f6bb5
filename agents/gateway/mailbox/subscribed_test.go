package mailbox

import (
	"bytes"
	"testing"

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
