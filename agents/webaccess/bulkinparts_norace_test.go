//go:build !race

package webaccess

import (
	"testing"

	"zarafa/agents/webaccess/api"
)

// A change of more messages than one call changes goes on with the cursor, and new mail in between moves nothing out of the selection.
func TestBulkInParts(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letters(2500)...)
	b := w.logOn("alice")
	inbox := b.folder(api.RoleInbox)
	yes, seen, cursor := true, 0, ""
	for turn := 0; turn == 0 || cursor != ""; turn++ {
		r := call[api.Bulk](b, "messages/set", api.MessagesSet{Of: api.MessageSelection{Folder: inbox}, Read: &yes, Cursor: cursor})
		if seen += r.Done; r.Left != 2500-seen && r.Next != "" || len(r.Failed) != 0 {
			t.Errorf("turn %d: %d done, %d left, seen %d", turn, r.Done, r.Left, seen)
		}
		cursor = r.Next
		if turn == 0 {
			w.deliver("alice", letter(5000), letter(5001))
		}
	}
	if got := b.rows(inbox, "&filter=unread"); seen != 2500 || got.Total != 2 || subjects(got.Rows) != "letter 5001, letter 5000" {
		t.Errorf("%d messages were read, %d are unread: %s", seen, got.Total, subjects(got.Rows))
	}
	for turn := 0; turn == 0 || cursor != ""; turn++ {
		r := call[api.Bulk](b, "messages/delete", api.MessagesDelete{Of: api.MessageSelection{Folder: inbox, Ranges: []api.RowRange{{At: 2, N: 2500}}}, Cursor: cursor})
		cursor = r.Next
		if turn == 0 {
			w.deliver("alice", letter(5002))
		}
	}
	if got := b.rows(inbox, ""); subjects(got.Rows) != "letter 5002, letter 5001, letter 5000" {
		t.Errorf("left: %d: %s", got.Total, subjects(got.Rows))
	}
}
