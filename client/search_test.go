package client_test

import (
	"bytes"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func TestSearch(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ctx := t.Context()
	where, err := s.CreateFolder(ctx, st.RootID, client.NewFolder{Name: "searched"})
	if err != nil {
		t.Fatal(err)
	}
	below, err := s.CreateFolder(ctx, where, client.NewFolder{Name: "below"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []mapi.EntryID{where, below} {
		if _, err := s.CreateMessage(ctx, f, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "needle")}}); err != nil {
			t.Fatal(err)
		}
	}
	search, err := s.CreateFolder(ctx, st.RootID, client.NewFolder{Name: "search", Search: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.SearchCriteria(ctx, search); mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("criteria of a new folder: %v", err)
	}
	if err := s.Subscribe(ctx, 1, search, mapi.EventSearchComplete); err != nil {
		t.Fatal(err)
	}
	word := mapi.String(mapi.PrSubject, "needle")
	c := client.SearchCriteria{
		Restrict: &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: mapi.PrSubject, Value: &word},
		Folders:  []mapi.EntryID{where},
	}
	for _, recursive := range []bool{false, true} {
		c.Recursive = recursive
		if err := s.SetSearchCriteria(ctx, search, c); err != nil {
			t.Fatal(err)
		}
		for e, err := range s.Events(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Type == mapi.EventSearchComplete {
				break
			}
		}
		found := 0
		err := s.EachRow(ctx, client.TableQuery{Kind: mapi.TableMS, EntryID: search, ObjectType: mapi.TypeMessage}, func(mapi.Props) error { found++; return nil })
		if want := map[bool]int{false: 1, true: 2}[recursive]; found != want || err != nil {
			t.Errorf("recursive %v: %d found, %v", recursive, found, err)
		}
		got, state, err := s.SearchCriteria(ctx, search)
		if err != nil || state != mapi.SearchRunning || got.Recursive != recursive || len(got.Folders) != 1 || !bytes.Equal(got.Folders[0], where) ||
			got.Restrict.Value.Str() != "needle" {
			t.Errorf("criteria %+v, state %d, %v", got, state, err)
		}
	}
	if err := s.StopSearch(ctx, search); err != nil {
		t.Error(err)
	}
	if _, _, err := s.SearchCriteria(ctx, search); mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("criteria of a search that was stopped: %v", err)
	}
	if err := s.SetSearchCriteria(ctx, where, c); err == nil {
		t.Error("a folder of another kind has criteria")
	}
}

func TestDeleted(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ctx := t.Context()
	folder, err := s.CreateFolder(ctx, st.RootID, client.NewFolder{Name: "f"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.CreateMessage(ctx, folder, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "gone")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteMessages(ctx, false, id); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Deleted(ctx, folder, mapi.TypeMessage, mapi.PrEntryID, mapi.PrSubject, mapi.PrDeletedOn)
	if err != nil || len(rows) != 1 || !bytes.Equal(rows[0].Bytes(mapi.PrEntryID), id) || rows[0].Str(mapi.PrSubject) != "gone" || !rows[0].Has(mapi.PrDeletedOn.ID()) {
		t.Fatalf("deleted %v, %v", rows, err)
	}
	if err := s.RestoreMessages(ctx, folder, id); err != nil {
		t.Error(err)
	}
	if rows, err := s.Deleted(ctx, folder, mapi.TypeMessage, mapi.PrEntryID); err != nil || rows != nil {
		t.Errorf("deleted after all were restored: %v, %v", rows, err)
	}
	if err := s.RestoreMessages(ctx, folder, mapi.NewEntryID(st.GUID, mapi.TypeMessage)); err == nil {
		t.Error("a message that does not exist was restored")
	}
	if err := s.DeleteFolder(ctx, folder, mapi.DelMessages); err != nil {
		t.Fatal(err)
	}
	if rows, err = s.Deleted(ctx, st.RootID, mapi.TypeFolder, mapi.PrEntryID, mapi.PrDisplayName); err != nil || len(rows) != 1 || rows[0].Str(mapi.PrDisplayName) != "f" {
		t.Fatalf("deleted folders %v, %v", rows, err)
	}
	if err := s.RestoreFolder(ctx, rows[0].Bytes(mapi.PrEntryID), st.RootID); err != nil {
		t.Error(err)
	}
	if found, err := s.FolderByPath(ctx, st.RootID, "f"); err != nil || !bytes.Equal(found, folder) {
		t.Errorf("the folder is %x, %v", found, err)
	}
}

func TestCategories(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ctx := t.Context()
	folder, err := s.CreateFolder(ctx, st.RootID, client.NewFolder{Name: "f"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		subject    string
		associated bool
	}{{"a", false}, {"b", false}, {"b", false}, {"hidden", true}} {
		if _, err := s.CreateMessage(ctx, folder, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, m.subject)}, Associated: m.associated}); err != nil {
			t.Fatal(err)
		}
	}
	query := client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{mapi.PrInstanceKey, mapi.PrSubject, mapi.PrRowType},
	}
	table, err := s.OpenTable(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close(ctx)
	if err := table.Group(ctx, 1, 0, mapi.SortOrder{Tag: mapi.PrSubject}); err != nil {
		t.Fatal(err)
	}
	rows, err := table.Rows(ctx, 10)
	if err != nil || len(rows) != 2 || rows[1].Uint32(mapi.PrRowType) != mapi.RowCollapsed || rows[1].Str(mapi.PrSubject) != "b" {
		t.Fatalf("categories %v, %v", rows, err)
	}
	inside, more, err := table.Expand(ctx, rows[1].Bytes(mapi.PrInstanceKey), 1)
	if err != nil || len(inside) != 1 || more != 1 || inside[0].Uint32(mapi.PrRowType) != mapi.RowLeaf {
		t.Errorf("expanded %v and %d, %v", inside, more, err)
	}
	state, err := table.CollapseState(ctx, inside[0].Bytes(mapi.PrInstanceKey))
	if err != nil {
		t.Error(err)
	}
	if n, err := table.Collapse(ctx, rows[1].Bytes(mapi.PrInstanceKey)); n != 2 || err != nil {
		t.Errorf("collapsed %d, %v", n, err)
	}
	if _, err := table.SetCollapseState(ctx, state); err != nil {
		t.Error(err)
	}
	if n, _, err := table.RowCount(ctx); n != 4 || err != nil {
		t.Errorf("%d rows after the state was set, %v", n, err)
	}
	if _, _, err := table.Expand(ctx, make([]byte, 8), 1); !client.IsNotFound(err) {
		t.Errorf("a category that does not exist: %v", err)
	}
	if _, err := table.Seek(ctx, client.BookmarkBeginning, 2); err != nil {
		t.Fatal(err)
	}
	mark, err := table.Bookmark(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Seek(ctx, client.BookmarkEnd, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Seek(ctx, mark, 0); err != nil {
		t.Error(err)
	}
	if _, at, err := table.RowCount(ctx); at != 2 || err != nil {
		t.Errorf("the bookmark leads to row %d, %v", at, err)
	}
	if err := table.FreeBookmark(ctx, mark); err != nil {
		t.Error(err)
	}
	if _, err := table.Seek(ctx, mark, 0); mapi.CodeOf(err) != mapi.InvalidBookmark {
		t.Errorf("a bookmark that is gone: %v", err)
	}
	if tags, err := table.AllColumns(ctx); err != nil || len(tags) < 10 {
		t.Errorf("all columns %v, %v", tags, err)
	}
	query.Flags |= mapi.OpenAssociated
	var hidden []string
	if err := s.EachRow(ctx, query, func(row mapi.Props) error { hidden = append(hidden, row.Str(mapi.PrSubject)); return nil }); err != nil || len(hidden) != 1 || hidden[0] != "hidden" {
		t.Errorf("associated contents %q, %v", hidden, err)
	}
}
