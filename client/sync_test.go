package client_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// copyOf is a client's copy of a folder: subjects by source key.
type copyOf struct {
	t      *testing.T
	s      *client.Session
	folder client.Folder
	sync   client.Sync
	items  map[string]string
}

func newCopy(t *testing.T, s *client.Session, f client.Folder) *copyOf {
	t.Helper()
	sync, err := s.NewSync(t.Context(), f.SourceKey, client.SyncContents)
	if err != nil {
		t.Fatal(err)
	}
	return &copyOf{t: t, s: s, folder: f, sync: sync, items: make(map[string]string)}
}

// pull brings the copy up to date and returns what changed, as "kind subject".
func (c *copyOf) pull() (changes []string) {
	c.t.Helper()
	list, state, err := c.s.Changes(c.t.Context(), c.sync, client.SyncNormal|client.SyncReadState, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	list = client.Collapse(list)
	var keys [][]byte
	for _, ch := range list {
		if ch.Kind < client.ItemFlagged {
			keys = append(keys, ch.SourceKey)
		}
	}
	err = c.s.ExportMessages(c.t.Context(), c.folder.SourceKey, keys, []mapi.PropTag{mapi.PrSourceKey, mapi.PrEntryID}, 0, func(e *client.Exported) error {
		m, err := e.Message()
		if err != nil {
			return err
		}
		if !bytes.Equal(e.Columns.Bytes(mapi.PrSourceKey), keys[e.Index]) || !bytes.Equal(m.Props.Bytes(mapi.PrSourceKey), keys[e.Index]) {
			c.t.Errorf("message %d has the source key %x, asked for %x", e.Index, m.Props.Bytes(mapi.PrSourceKey), keys[e.Index])
		}
		c.items[string(keys[e.Index])] = m.Props.Str(mapi.PrSubject)
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, ch := range list {
		changes = append(changes, fmt.Sprintf("%d %s", ch.Kind, c.items[string(ch.SourceKey)]))
		if ch.Kind > client.ItemFlagged {
			delete(c.items, string(ch.SourceKey))
		}
	}
	c.sync.Change = state
	if err := c.s.SaveSync(c.t.Context(), c.folder.SourceKey, c.sync); err != nil {
		c.t.Error(err)
	}
	return changes
}

func (c *copyOf) sees(want ...string) {
	c.t.Helper()
	got := c.pull()
	if slices.Sort(got); !slices.Equal(got, want) {
		c.t.Errorf("changes %q, want %q", got, want)
	}
}

// note makes a message with everything in it.
func note(subject string) *client.Message {
	return &client.Message{
		Props:      mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, "Body")},
		Recipients: []client.Recipient{{Type: mapi.RecipientTo, Name: "Bob", Address: "bob@example.com"}},
		Attachments: []client.Attachment{
			{Name: "a.bin", Data: bytes.Repeat([]byte("data"), 50_000)},
			{Name: "inner", Message: &client.Message{
				Props:       mapi.Props{mapi.String(mapi.PrSubject, "inner")},
				Attachments: []client.Attachment{{Name: "b.bin", Data: []byte("inner data")}},
			}},
		},
	}
}

// drafts is a folder with a store of its own, and a session over TCP.
func drafts(t *testing.T) (*client.Session, client.Store, client.Folder) {
	t.Helper()
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ids, err := s.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	folders, err := s.Folders(t.Context(), st.RootID, true)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(folders, func(f client.Folder) bool { return bytes.Equal(f.EntryID, ids[client.Drafts]) })
	if at < 0 || len(folders[at].SourceKey) == 0 {
		t.Fatalf("folders %+v", folders)
	}
	return s, st, folders[at]
}

func TestContentsSync(t *testing.T) {
	s, st, folder := drafts(t)
	ctx := t.Context()
	var ids []mapi.EntryID
	for n := range 3 {
		id, err := s.CreateMessage(ctx, folder.EntryID, note(fmt.Sprintf("m%d", n)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	c := newCopy(t, s, folder)
	c.sees("1 m0", "1 m1", "1 m2")
	c.sees()

	// A client's own changes do not come back, those of another synchronisation and of others do.
	other := newCopy(t, s, folder)
	other.pull()
	own, id := client.Uploads{Session: s, Sync: c.sync.ID}, mapi.NewEntryID(st.GUID, mapi.TypeMessage)
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(s.ImportMessage(ctx, client.Import{Folder: folder.EntryID, ID: id, New: true, Sync: c.sync.ID}, note("uploaded").MAPI()))
	try(own.SetRead(ctx, true, ids[0]))
	try(own.Delete(ctx, true, ids[1]))
	c.sees()
	other.sees("1 uploaded", "3 m0", "5 m1")
	states, err := s.SyncStates(ctx, []uint32{c.sync.ID, other.sync.ID, 4711})
	if err != nil || len(states) != 2 || states[other.sync.ID] != other.sync.Change {
		t.Errorf("states %v, %v; the client has %d", states, err, other.sync.Change)
	}
	try(s.ImportMessage(ctx, client.Import{ID: ids[2], Sync: other.sync.ID}, note("replaced").MAPI()))
	try(s.SetProps(ctx, ids[0], mapi.String(mapi.PrSubject, "changed")))
	c.sees("2 changed", "2 replaced")
	other.sees("2 changed")
}

// A stream is the message: what was uploaded comes back, down to what is embedded.
func TestStreams(t *testing.T) {
	s, st, folder := drafts(t)
	id := mapi.NewEntryID(st.GUID, mapi.TypeMessage)
	conflicts := []mapi.EntryID{mapi.NewEntryID(st.GUID, mapi.TypeMessage)}
	if err := s.ImportMessage(t.Context(), client.Import{Folder: folder.EntryID, ID: id, New: true, Conflicts: conflicts}, note("whole").MAPI()); err != nil {
		t.Fatal(err)
	}
	o, err := s.LoadObject(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if items, _ := o.Props.Get(mapi.PrConflictItems); len(items.Values()) != 1 || !bytes.Equal(items.Values()[0].Data, conflicts[0]) {
		t.Errorf("conflict items %v", items)
	}
	key := o.Props.Bytes(mapi.PrSourceKey)
	if found, err := s.EntryIDOf(t.Context(), st.EntryID, folder.SourceKey, key); err != nil || !bytes.Equal(found, id) {
		t.Errorf("entry id %x, %v", found, err)
	}
	keys := [][]byte{[]byte("no such key of a message"), key, key}
	var seen []int
	err = s.ExportMessages(t.Context(), folder.SourceKey, keys, []mapi.PropTag{mapi.PrEntryID}, 0, func(e *client.Exported) error {
		seen = append(seen, e.Index)
		if len(seen) == 1 {
			return nil // what is not read is skipped
		}
		m, err := e.Message()
		if err != nil {
			return err
		}
		if m.Props.Str(mapi.PrSubject) != "whole" || len(m.Attachments) != 2 || m.Recipients[0].Str(mapi.PrEmailAddress) != "bob@example.com" {
			t.Errorf("message %+v", m)
		}
		if n := m.Attachments[0].Content.Size(); n != 200_000 {
			t.Errorf("attachment of %d bytes", n)
		}
		inner := m.Attachments[1].Message
		if inner == nil || inner.Props.Str(mapi.PrSubject) != "inner" || string(inner.Attachments[0].Content.(mapi.Bytes)) != "inner data" {
			t.Errorf("embedded %+v", inner)
		}
		return nil
	})
	if err != nil || !slices.Equal(seen, []int{1, 2}) {
		t.Errorf("exported %v, %v", seen, err)
	}
}

// Two versions that have not seen each other are in conflict.
func TestVersions(t *testing.T) {
	s, _, folder := drafts(t)
	id, err := s.CreateMessage(t.Context(), folder.EntryID, note("x"))
	if err != nil {
		t.Fatal(err)
	}
	version := func() client.Version {
		t.Helper()
		v, err := s.VersionOf(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := version()
	if err := s.SetProps(t.Context(), id, mapi.String(mapi.PrSubject, "y")); err != nil {
		t.Fatal(err)
	}
	after := version()
	if !before.Includes(before) || !after.Includes(before) || before.Includes(after) || (client.Version{}).Includes(client.Version{}) {
		t.Errorf("before %x, after %x", before, after)
	}
}

func TestHierarchySync(t *testing.T) {
	s, st, _ := drafts(t)
	root, err := s.LoadObject(t.Context(), st.RootID)
	if err != nil {
		t.Fatal(err)
	}
	sync, err := s.NewSync(t.Context(), root.Props.Bytes(mapi.PrSourceKey), client.SyncHierarchy)
	if err != nil {
		t.Fatal(err)
	}
	changes := func() []client.ItemChange {
		t.Helper()
		list, state, err := s.Changes(t.Context(), sync, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		sync.Change = state
		return list
	}
	if list := changes(); len(list) < 15 || list[0].Kind != client.ItemNew {
		t.Errorf("%d folders, %+v", len(list), list)
	}
	key := append(bytes.Repeat([]byte{7}, 16), 1, 0, 0, 0, 0, 0)
	for n, u := range []client.Uploads{{Session: s}, {Session: s, Sync: sync.ID}} {
		if _, err := u.CreateFolder(t.Context(), st.RootID, client.NewFolder{Name: fmt.Sprint("folder ", n)}, [][]byte{key, nil}[n]); err != nil {
			t.Fatal(err)
		}
	}
	list := changes()
	if at := slices.IndexFunc(list, func(c client.ItemChange) bool { return bytes.Equal(c.SourceKey, key) }); at < 0 || list[at].Kind != client.ItemNew {
		t.Errorf("changes %+v", list)
	}
}

func TestCollapse(t *testing.T) {
	change := func(key string, kinds ...client.ChangeKind) (list []client.ItemChange) {
		for _, k := range kinds {
			list = append(list, client.ItemChange{SourceKey: []byte(key), Kind: k})
		}
		return list
	}
	f := func(list []client.ItemChange, want string) {
		t.Helper()
		got := ""
		for _, c := range client.Collapse(list) {
			got += fmt.Sprintf("%s%d ", c.SourceKey, c.Kind)
		}
		if got != want {
			t.Errorf("%+v become %s, want %s", list, got, want)
		}
	}
	f(nil, "")
	f(change("a", client.ItemNew, client.ItemChanged, client.ItemFlagged), "a1 ")
	f(change("a", client.ItemChanged, client.ItemFlagged), "a2 ")
	f(change("a", client.ItemFlagged, client.ItemChanged), "a2 ")
	f(change("a", client.ItemFlagged, client.ItemFlagged), "a3 ")
	f(change("a", client.ItemNew, client.ItemFlagged, client.ItemSoftDeleted), "a4 ")
	f(change("a", client.ItemSoftDeleted, client.ItemNew), "a2 ")
	f(change("a", client.ItemSoftDeleted, client.ItemDeleted), "a5 ")
	f(slices.Concat(change("f", client.ItemFlagged), change("h", client.ItemDeleted), change("s", client.ItemSoftDeleted), change("n", client.ItemNew)), "n1 s4 h5 f3 ")
}
