package webaccess

import (
	"slices"
	"testing"

	"zarafa/agents/webaccess/api"
)

func TestBulk(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letters(30)...)
	b := w.logOn("alice")
	inbox, deleted := b.folder(api.RoleInbox), b.folder(api.RoleDeleted)
	rows := b.rows(inbox, "").Rows
	set := api.FlagSet
	r := call[api.Bulk](b, "messages/set", api.MessagesSet{
		Of: api.MessageSelection{Folder: inbox, IDs: []api.ID{rows[0].ID, rows[3].ID}}, Flag: &set, Due: "2026-06-01T00:00:00Z", AddCategories: []string{"Red", "Blue"},
	})
	if r.Done != 2 || len(r.Failed) != 0 || r.Next != "" {
		t.Fatalf("%+v", r)
	}
	got := b.rows(inbox, "&filter=flagged")
	if got.Total != 2 || got.Rows[0].Flag != api.FlagSet || got.Rows[0].Due != "2026-06-01T00:00:00.000Z" || !slices.Equal(got.Rows[0].Categories, []string{"Red", "Blue"}) {
		t.Fatalf("%+v", got)
	}
	done := api.FlagComplete
	call[api.Bulk](b, "messages/set", api.MessagesSet{Of: api.MessageSelection{Folder: inbox, IDs: []api.ID{rows[0].ID}}, Flag: &done, RemoveCategories: []string{"red"}})
	if row := b.rows(inbox, "").Rows[0]; row.Flag != api.FlagComplete || !slices.Equal(row.Categories, []string{"Blue"}) {
		t.Errorf("%+v", row)
	}
	// rows that the browser has not loaded
	moved := call[api.Bulk](b, "messages/move", api.MessagesMove{
		Of: api.MessageSelection{Folder: inbox, Ranges: []api.RowRange{{At: 20, N: 3}, {At: 5, N: 2}}, Except: []api.ID{rows[21].ID}}, To: deleted,
	})
	for moved.Next != "" {
		next := call[api.Bulk](b, "messages/move", api.MessagesMove{
			Of: api.MessageSelection{Folder: inbox, Ranges: []api.RowRange{{At: 20, N: 3}, {At: 5, N: 2}}, Except: []api.ID{rows[21].ID}}, To: deleted, Cursor: moved.Next,
		})
		for from, to := range next.Moved {
			moved.Moved[from] = to
		}
		moved.Done, moved.Next = moved.Done+next.Done, next.Next
	}
	if moved.Done != 4 || len(moved.Moved) != 4 || b.rows(inbox, "").Total != 26 {
		t.Fatalf("%+v", moved)
	}
	if s := subjects(b.rows(deleted, "").Rows); s != "letter 24, letter 23, letter 9, letter 7" {
		t.Errorf("moved %s", s)
	}
	var back []api.ID
	for _, id := range moved.Moved {
		back = append(back, id)
	}
	if undo := call[api.Bulk](b, "messages/move", api.MessagesMove{Of: api.MessageSelection{Folder: deleted, IDs: back}, To: inbox}); undo.Done != 4 {
		t.Errorf("%+v", undo)
	}
	if now := b.rows(inbox, ""); now.Total != 30 || now.Rows[5].Subject != "letter 24" || now.Rows[5].Read {
		t.Errorf("%s", subjects(now.Rows))
	}
	copied := call[api.Bulk](b, "messages/move", api.MessagesMove{Of: api.MessageSelection{Folder: inbox, IDs: []api.ID{rows[0].ID}}, To: deleted, Copy: true})
	if copied.Done != 1 || b.rows(inbox, "").Total != 30 || b.rows(deleted, "").Total != 1 {
		t.Errorf("%+v", copied)
	}
	// deleting goes by the deleted items
	all := api.MessageSelection{Folder: inbox}
	if r := call[api.Bulk](b, "messages/delete", api.MessagesDelete{Of: all}); r.Done != 30 || b.rows(inbox, "").Total != 0 || b.rows(deleted, "").Total != 31 {
		t.Errorf("%+v", r)
	}
	if r := call[api.Bulk](b, "messages/delete", api.MessagesDelete{Of: api.MessageSelection{Folder: deleted}}); r.Done != 31 || b.rows(deleted, "").Total != 0 {
		t.Errorf("%+v", r)
	}
	b.refused("messages/set", api.MessagesSet{Of: all}, api.Invalid)
	b.refused("messages/set", api.MessagesSet{Of: all, AddCategories: []string{""}}, api.Invalid)
	b.refused("messages/delete", api.MessagesDelete{Of: api.MessageSelection{Folder: inbox, Ranges: []api.RowRange{{At: 0, N: 5}, {At: 3, N: 5}}}}, api.Invalid)
	b.refused("messages/delete", api.MessagesDelete{Of: all, Cursor: "nonsense"}, api.Invalid)
}
