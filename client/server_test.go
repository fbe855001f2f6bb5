package client_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// settings of the servers that the tests run against.
const settings = "createuser_script =\n"

func logOn(t *testing.T, i *servertest.Instance, o client.Options) *client.Session {
	t.Helper()
	if o.Endpoint == "" {
		o.Endpoint = i.Endpoint()
	}
	s, err := client.LogOn(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("logging off: %v", err)
		}
	})
	return s
}

// newUser creates a user with a store and logs on as him over TCP.
func newUser(t *testing.T, i *servertest.Instance, name string, lang client.Language) (*client.Session, client.Store) {
	t.Helper()
	admin := logOn(t, i, client.Options{User: "SYSTEM"})
	u := client.User{Name: name, Password: "secret", FullName: name + " Example", Email: name + "@example.com", Class: mapi.ClassActiveUser}
	var err error
	if u.ID, u.EntryID, err = admin.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CreateStore(t.Context(), u, lang); err != nil {
		t.Fatal(err)
	}
	s := logOn(t, i, client.Options{Endpoint: "http://" + i.TCPAddr + "/", User: name, Password: "secret"})
	st, err := s.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, st
}

func TestDefaultFolders(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.Dutch)
	ids, err := s.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	folders, err := s.Folders(t.Context(), st.RootID, true)
	if err != nil {
		t.Fatal(err)
	}
	find := func(id mapi.EntryID) client.Folder {
		at := slices.IndexFunc(folders, func(f client.Folder) bool { return bytes.Equal(f.EntryID, id) })
		if at < 0 {
			t.Fatalf("no folder %x", id)
		}
		return folders[at]
	}
	for f, want := range map[client.DefaultFolder]string{
		client.Inbox: "Postvak IN", client.SentItems: "Verzonden items", client.Calendar: "Agenda IPF.Appointment",
		client.JunkEmail: "Ongewenste e-mail IPF.Note", client.SuggestedContacts: "Voorgestelde contactpersonen IPF.Contact",
	} {
		got := find(ids[f])
		if text := strings.TrimSpace(got.Name + " " + got.Class); text != want {
			t.Errorf("folder %d is %q, want %q", f, text, want)
		}
	}
	inbox, err := s.FolderByPath(t.Context(), st.RootID, "IPM_SUBTREE", "postvak in")
	if err != nil || !bytes.Equal(inbox, ids[client.Inbox]) {
		t.Errorf("by path: %x, %v", inbox, err)
	}
	if _, err := s.FolderByPath(t.Context(), st.RootID, "IPM_SUBTREE", "Inbox"); !client.IsNotFound(err) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if name, err := s.StoreName(t.Context(), st.EntryID); name != "Inbox - alice Example" || err != nil {
		t.Errorf("store %q, %v", name, err)
	}
}

func TestMessages(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ids, err := s.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	body, file := strings.Repeat("long ", 20_000), bytes.Repeat([]byte{0, 1, 2}, 50_000)
	id, err := s.CreateMessage(t.Context(), ids[client.Drafts], &client.Message{
		Props: mapi.Props{mapi.String(mapi.PrSubject, "Grüße"), mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrBody, body)},
		Recipients: []client.Recipient{
			{Type: mapi.RecipientTo, Name: "Bob", Address: "bob@example.net"}, {Type: mapi.RecipientCc, Address: "carol@example.net"},
		},
		Attachments: []client.Attachment{
			{Name: "a.bin", MimeType: "application/octet-stream", Data: file},
			{Message: &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "inside")}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.LoadObject(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if o.Props.Str(mapi.PrSubject) != "Grüße" || o.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgHasAttach == 0 || len(o.Children) != 4 {
		t.Errorf("loaded %v with %d children", o.Props, len(o.Children))
	}
	checkLarge(t, s, id, o, []byte(body), file)
	changeMessage(t, s, id, ids[client.Inbox], ids[client.DeletedItems])
}

// checkLarge loads the values that did not come along.
func checkLarge(t *testing.T, s *client.Session, id mapi.EntryID, o *client.Object, body, file []byte) {
	t.Helper()
	if !slices.ContainsFunc(o.Large, func(tag mapi.PropTag) bool { return tag.ID() == mapi.PrBody.ID() }) {
		t.Errorf("the body is not among the large values %v", o.Large)
	}
	v, err := s.LoadValue(t.Context(), id, o.ServerID, mapi.PrBody)
	if err != nil || !bytes.Equal(v.Data, body) {
		t.Errorf("body of %d bytes, %v", len(v.Data), err)
	}
	for _, child := range o.Children {
		if child.Type != mapi.TypeAttach || child.Props.Str(mapi.PrAttachLongFilename) == "" {
			continue
		}
		v, err := s.LoadValue(t.Context(), id, child.ServerID, mapi.PrAttachDataBin)
		if err != nil || !bytes.Equal(v.Data, file) {
			t.Errorf("attachment of %d bytes, %v", len(v.Data), err)
		}
		return
	}
	t.Error("no attachment with a file name")
}

// changeMessage changes, copies, moves, marks and deletes a message.
func changeMessage(t *testing.T, s *client.Session, id, inbox, deleted mapi.EntryID) {
	t.Helper()
	ctx := t.Context()
	count := func(folder mapi.EntryID) (n int) {
		t.Helper()
		query := client.TableQuery{Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID}}
		if err := s.EachRow(ctx, query, func(mapi.Props) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"set", func() error { return s.SetProps(ctx, id, mapi.String(mapi.PrSubject, "changed")) }},
		{"delete a property", func() error { return s.DeleteProps(ctx, id, mapi.PrBody) }},
		{"mark as read", func() error { return s.SetRead(ctx, true, id) }},
		{"copy", func() error { return s.CopyMessages(ctx, inbox, id) }},
		{"copy again", func() error { return s.CopyMessages(ctx, inbox, id) }},
	} {
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	o, err := s.LoadObject(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if o.Props.Str(mapi.PrSubject) != "changed" || o.Props.Has(mapi.PrBody.ID()) || o.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0 {
		t.Errorf("after the changes: %v", o.Props)
	}
	if n := count(inbox); n != 2 {
		t.Errorf("%d copies", n)
	}
	if err := s.MoveMessages(ctx, deleted, id); err != nil {
		t.Error(err)
	}
	if err := s.EmptyFolder(ctx, inbox, mapi.DelHard); err != nil {
		t.Error(err)
	}
	if a, b := count(inbox), count(deleted); a != 0 || b != 1 {
		t.Errorf("%d messages in the inbox, %d in the deleted items", a, b)
	}
}

func TestTable(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	folder, err := s.CreateFolder(t.Context(), st.RootID, client.NewFolder{Name: "many"})
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"b", "c", "a", "d"} {
		if _, err := s.CreateMessage(t.Context(), folder, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, subject)}}); err != nil {
			t.Fatal(err)
		}
	}
	after := mapi.String(mapi.PrSubject, "a")
	table, err := s.OpenTable(t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns:  []mapi.PropTag{mapi.PrSubject, mapi.PrComment},
		Sort:     []mapi.SortOrder{{Tag: mapi.PrSubject, Order: mapi.SortDescend}},
		Restrict: &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelGT, Tag: mapi.PrSubject, Value: &after},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close(t.Context())
	if count, at, err := table.RowCount(t.Context()); count != 3 || at != 0 || err != nil {
		t.Errorf("%d rows, at %d, %v", count, at, err)
	}
	if moved, err := table.Seek(t.Context(), client.BookmarkBeginning, 1); moved != 1 || err != nil {
		t.Errorf("moved %d, %v", moved, err)
	}
	rows, err := table.Rows(t.Context(), 10)
	if err != nil || len(rows) != 2 || rows[0].Str(mapi.PrSubject) != "c" || rows[1].Str(mapi.PrSubject) != "b" || rows[0].Str(mapi.PrComment) != "" {
		t.Errorf("rows %v, %v", rows, err)
	}
}

func TestRights(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	alice, st := newUser(t, i, "alice", client.English)
	bob, _ := newUser(t, i, "bob", client.English)
	inbox, err := alice.ReceiveFolder(t.Context(), st.EntryID, "IPM.Note")
	if err != nil {
		t.Fatal(err)
	}
	me, err := bob.CurrentUser(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	grant := client.Grant{UserID: me.ID, EntryID: me.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible}
	if _, err := bob.LoadObject(t.Context(), inbox); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("before the grant: %v", err)
	}
	if err := alice.Grant(t.Context(), inbox, grant); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.LoadObject(t.Context(), inbox); err != nil {
		t.Errorf("after the grant: %v", err)
	}
	list, err := alice.Rights(t.Context(), inbox)
	if err != nil || len(list) != 1 || list[0].UserID != me.ID || list[0].Rights != grant.Rights {
		t.Errorf("rights %v, %v", list, err)
	}
	if err := alice.Revoke(t.Context(), inbox, grant); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.LoadObject(t.Context(), inbox); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("after the grant was taken back: %v", err)
	}
}

func TestEvents(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	inbox, err := s.ReceiveFolder(t.Context(), st.EntryID, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Subscribe(t.Context(), 5, st.EntryID, mapi.EventCreated); err != nil {
		t.Fatal(err)
	}
	created := make(chan mapi.EntryID, 1)
	go func() {
		id, err := s.CreateMessage(t.Context(), inbox, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "x")}})
		if err != nil {
			t.Error(err)
		}
		created <- id
	}()
	for e, err := range s.Events(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if id := <-created; e.Connection != 5 || e.Type != mapi.EventCreated || !bytes.Equal(e.EntryID, id) || !bytes.Equal(e.ParentID, inbox) {
			t.Errorf("event %+v", e)
		}
		break
	}
	if err := s.Unsubscribe(t.Context(), 5); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Poll(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a poll that is cancelled: %v", err)
	}
}

func TestSubmit(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ids, err := s.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.CreateMessage(t.Context(), ids[client.Outbox], &client.Message{
		Props:      mapi.Props{mapi.String(mapi.PrSubject, "mail"), mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead)},
		Recipients: []client.Recipient{{Type: mapi.RecipientTo, Address: "bob@example.net"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SubmitMessage(t.Context(), id, ids[client.SentItems], time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	var queued int
	err = logOn(t, i, client.Options{User: "SYSTEM"}).EachRow(t.Context(), client.TableQuery{
		Kind: mapi.TableSpooler, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(row mapi.Props) error {
		if bytes.Equal(row.Bytes(mapi.PrEntryID), id) {
			queued++
		}
		return nil
	})
	if queued != 1 || err != nil {
		t.Errorf("%d in the queue, %v", queued, err)
	}
}
