//go:build !race

package webaccess

import (
	"testing"

	"zarafa/agents/webaccess/api"
)

// Opening a folder takes the same few calls however long it is.
func TestRowsCalls(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	inbox := b.folder(api.RoleInbox)
	w.deliver("alice", letters(1000)...)
	for _, size := range []int{1000, 16_000} {
		for have := 1000; have < size; have *= 2 {
			w.double("alice")
		}
		if total := b.rows(inbox, "").Total; total != size {
			t.Fatalf("%d messages", total)
		}
		middle := b.rows(inbox, "&sort=size&at=50").Rows[0].Key
		for _, tt := range []struct {
			place      string
			first, two int // calls of a list that is not open, and of one that is
		}{
			{"", 2, 3}, {"&at=70", 4, 3}, {"&key=" + middle, 4, 3}, {"&key=" + middle + "&before=20", 4, 4},
		} {
			b.forget()
			for i, want := range []int{tt.first, tt.two} {
				if calls := w.counted(func() { b.rows(inbox, tt.place) }); len(calls) != want {
					t.Errorf("%d messages, %q, time %d: %q", size, tt.place, i+1, calls)
				}
			}
		}
		b.forget()
		halvings := 0
		for n := size; n > 0; n /= 2 {
			halvings++
		}
		if calls := w.counted(func() { b.rows(inbox, "&date=2026-05-04T12:30:30Z") }); len(calls) > 4+2*halvings {
			t.Errorf("%d messages, a date: %d calls", size, len(calls))
		}
	}
}
