package snapshot_test

import (
	"bytes"
	"testing"

	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/mapi"
)

// A search folder searches the folders of the store that it was restored into.
func TestRestoreSearchFolder(t *testing.T) {
	w := newWorld(t, "")
	anna, ben := w.user("anna"), w.user("ben")
	a, b := w.defaults(anna)[client.Inbox], w.defaults(ben)[client.Inbox]
	finder := func(st client.Store) mapi.EntryID {
		o, err := w.admin.LoadObject(t.Context(), st.EntryID)
		if err != nil {
			t.Fatal(err)
		}
		return o.Props.Bytes(mapi.PrFinderEntryID)
	}
	id, err := w.admin.CreateFolder(t.Context(), finder(anna), client.NewFolder{Name: "Urgent", Search: true})
	if err != nil {
		t.Fatal(err)
	}
	value := mapi.Long(mapi.PrImportance, 2)
	want := client.SearchCriteria{
		Restrict: &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrImportance, Value: &value}, Folders: []mapi.EntryID{a}, Recursive: true,
	}
	if err := w.admin.SetSearchCriteria(t.Context(), id, want); err != nil {
		t.Fatal(err)
	}
	if done := w.restore(w.capture(anna, "anna", nil), snapshot.Restore{Into: ben}); len(done.Failed) > 0 {
		t.Fatalf("%+v", done)
	}
	restored, err := w.admin.FolderByPath(t.Context(), finder(ben), "Urgent")
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := w.admin.SearchCriteria(t.Context(), restored)
	if err != nil || len(got.Folders) != 1 || !bytes.Equal(got.Folders[0], b) || !got.Recursive || !got.Restrict.Value.Equal(value) {
		t.Errorf("%+v, %v", got, err)
	}
}
