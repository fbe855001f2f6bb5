package client_test

import (
	"maps"
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// numbered watches the modification numbers of a folder.
type numbered struct {
	t       *testing.T
	s       *client.Session
	folder  mapi.EntryID
	last    map[uint32]uint32 // by IMAP id
	highest uint32
}

// rows reads numbers from a fresh table.
func (n *numbered) rows() (by map[uint32]uint32, ids map[uint32]mapi.EntryID) {
	n.t.Helper()
	by, ids = make(map[uint32]uint32), make(map[uint32]mapi.EntryID)
	err := n.s.EachRow(n.t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: n.folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{mapi.PrECIMAPID, mapi.PrModificationNumber, mapi.PrEntryID},
	}, func(row mapi.Props) error {
		by[row.Uint32(mapi.PrECIMAPID)] = row.Uint32(mapi.PrModificationNumber)
		ids[row.Uint32(mapi.PrECIMAPID)] = row.Bytes(mapi.PrEntryID)
		return nil
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return by, ids
}

// after does something and checks that as many messages as it says have new numbers, above all that were there before, that the other ones
// have theirs, and that the folder's number is new and not below any.
func (n *numbered) after(what string, changed int, do func() error) {
	n.t.Helper()
	if err := do(); err != nil {
		n.t.Fatalf("%s: %v", what, err)
	}
	by, ids := n.rows()
	fresh := 0
	for uid, number := range by {
		if number == n.last[uid] {
			continue
		}
		if fresh++; number <= n.highest {
			n.t.Errorf("%s: message %d has number %d, the highest was %d", what, uid, number, n.highest)
		}
		v, err := n.s.LoadValue(n.t.Context(), ids[uid], 0, mapi.PrModificationNumber)
		if err != nil || v.Uint32() != number {
			n.t.Errorf("%s: the table says %d, the message %d, %v", what, number, v.Uint32(), err)
		}
	}
	if fresh != changed {
		n.t.Errorf("%s: %d messages have new numbers, want %d: %v, before %v", what, fresh, changed, by, n.last)
	}
	highest, err := n.s.HighestModificationNumber(n.t.Context(), n.folder)
	if err != nil || highest <= n.highest {
		n.t.Errorf("%s: the folder has number %d, it was %d, %v", what, highest, n.highest, err)
	}
	for uid, number := range by {
		if number > highest {
			n.t.Errorf("%s: message %d has %d, the folder %d", what, uid, number, highest)
		}
	}
	n.last, n.highest = by, highest
}

// Each kind of change gives a message a new number, and its folder too: RFC 7162 sections 3.1 and 3.2.
func TestModificationNumbers(t *testing.T) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			lines := servertest.Settings(t, engine, dir) + settings
			n := &numbered{last: map[uint32]uint32{}}
			t.Run("changes", func(t *testing.T) {
				s, st := newUser(t, servertest.StartIn(t, dir, lines), "alice", client.English)
				ids, err := s.DefaultFolders(t.Context(), st)
				if err != nil {
					t.Fatal(err)
				}
				n.t, n.s, n.folder = t, s, ids[client.Inbox]
				n.unseen(st)
				everyChange(n, st, ids)
			})
			t.Run("restart", func(t *testing.T) {
				n.t, n.s = t, logOn(t, servertest.StartIn(t, dir, lines), client.Options{User: "alice"})
				by, _ := n.rows()
				if highest, err := n.s.HighestModificationNumber(t.Context(), n.folder); err != nil || highest != n.highest || !maps.Equal(by, n.last) {
					t.Errorf("after a restart: %d %v, %v, want %d %v", highest, by, err, n.highest, n.last)
				}
				n.after("a new message after a restart", 1, func() error {
					_, err := n.s.SaveMessage(t.Context(), n.folder, &mapi.Message{}, client.SaveOptions{})
					return err
				})
			})
		})
	}
}

func everyChange(n *numbered, st client.Store, ids client.FolderIDs) {
	s, ctx := n.s, n.t.Context()
	var a, b, foreign mapi.EntryID
	saved := func(to *mapi.EntryID) func() error {
		return func() (err error) {
			*to, err = s.SaveMessage(ctx, n.folder, &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "x")}}, client.SaveOptions{})
			return err
		}
	}
	n.after("a new message", 1, saved(&a))
	n.after("another", 1, saved(&b))
	n.after("an import", 1, func() error {
		foreign = mapi.NewEntryID(st.GUID, mapi.TypeMessage)
		return s.ImportMessage(ctx, client.Import{Folder: n.folder, ID: foreign, New: true, Sync: n.sync()}, &mapi.Message{Props: mapi.Props{
			// A key that another server made, or with a number that is none of ours yet.
			mapi.Binary(mapi.PrChangeKey, mapi.ChangeKey(s.ServerGUID(), 0xFFFFFFF0)),
		}})
	})
	for _, id := range []mapi.EntryID{a, foreign} {
		u := client.Uploads{Session: s, Sync: n.sync()}
		n.after("a property", 1, func() error { return s.SetProps(ctx, id, mapi.String(mapi.PrSubject, "y")) })
		n.after("read", 1, func() error { return s.SetRead(ctx, true, id) })
		n.after("unread by a synchronising client", 1, func() error { return u.SetRead(ctx, false, id) })
		n.after("read by a synchronising client", 1, func() error { return u.SetRead(ctx, true, id) })
		n.after("unread", 1, func() error { return s.SetRead(ctx, false, id) })
		n.after("status", 1, func() error { return setStatus(n, id, 0) })
		n.after("status by a synchronising client", 1, func() error { return setStatus(n, id, n.sync()) })
		n.after("a property again", 1, func() error { return s.SetProps(ctx, id, mapi.String(mapi.PrSubject, "z")) })
		n.after("replaced", 1, func() error { return s.ReplaceMessage(ctx, id, &mapi.Message{}) })
		n.after("replaced by a synchronising client", 1, func() error {
			return s.ImportMessage(ctx, client.Import{ID: id, Sync: n.sync()}, &mapi.Message{Props: mapi.Props{mapi.Binary(mapi.PrChangeKey, slices.Repeat([]byte{7}, 20))}})
		})
		n.after("a copy into the folder", 1, func() error { return s.CopyMessages(ctx, n.folder, id) })
	}
	n.after("submitted", 1, func() error {
		return s.Do(ctx, func(session uint64) wire.Request { return &wire.SubmitMessageRequest{SessionID: session, EntryID: a} }, new(wire.SubmitMessageResponse), nil)
	})
	n.after("taken back", 1, func() error {
		return s.Do(ctx, func(session uint64) wire.Request { return &wire.AbortSubmitRequest{SessionID: session, EntryID: a} }, new(wire.AbortSubmitResponse), nil)
	})
	n.after("a copy to elsewhere and back", 1, func() error {
		if err := s.MoveMessages(ctx, ids[client.Drafts], foreign); err != nil {
			return err
		}
		other := *n
		other.folder = ids[client.Drafts]
		_, list := other.rows()
		for _, id := range list {
			foreign = id
		}
		return s.MoveMessages(ctx, n.folder, foreign)
	})
	n.after("deleted", 0, func() error { return s.DeleteMessages(ctx, false, b) })
	n.after("restored", 1, func() error { return s.RestoreMessages(ctx, n.folder, b) })
	n.after("deleted for good", 0, func() error { return s.EmptyFolder(ctx, n.folder, mapi.DelHard) })
	n.after("a new message in the empty folder", 1, saved(&a))
	n.after("moved away", 0, func() error { return s.MoveMessages(ctx, ids[client.Drafts], a) })
	n.after("and one more", 1, saved(&a))
}

// unseen checks that the number of what a synchronising client changed, which is stored, is shown to nobody who does not know of it, and
// that nobody can change it.
func (n *numbered) unseen(st client.Store) {
	n.t.Helper()
	ctx, id := n.t.Context(), mapi.NewEntryID(st.GUID, mapi.TypeMessage)
	key := mapi.Binary(mapi.PrChangeKey, slices.Repeat([]byte{7}, 20))
	n.after("an import to look at", 1, func() error {
		return n.s.ImportMessage(ctx, client.Import{Folder: n.folder, ID: id, New: true, Sync: n.sync()}, &mapi.Message{Props: mapi.Props{key}})
	})
	sizes := func() uint32 {
		o, err := n.s.LoadObject(ctx, id)
		if err != nil || !o.Props.Has(mapi.PrChangeKey.ID()) || o.Props.Has(mapi.PrModificationNumber.ID()) {
			n.t.Fatalf("the message is %v, %v", o.Props, err)
		}
		return o.Props.Uint32(mapi.PrMessageSize)
	}
	before := sizes()
	n.after("an attempt to set it", 1, func() error {
		return n.s.SetProps(ctx, id, mapi.Long(mapi.PrModificationNumber, 0xFFFFFFF0), mapi.Long(mapi.PrHighestModificationNumber, 1), key)
	})
	n.after("a synchronising client's change", 1, func() error { return client.Uploads{Session: n.s, Sync: n.sync()}.SetRead(ctx, true, id) })
	n.after("an attempt to delete it", 1, func() error { return n.s.DeleteProps(ctx, id, mapi.PrModificationNumber) })
	n.after("a synchronising client's change", 1, func() error { return client.Uploads{Session: n.s, Sync: n.sync()}.SetRead(ctx, false, id) })
	if after := sizes(); after > before+200 { // it has got who changed it, and another's key
		n.t.Errorf("the message has grown from %d to %d", before, after)
	}
	m, err := n.s.LoadMessage(ctx, id)
	if err != nil || m.Props.Has(mapi.PrModificationNumber.ID()) {
		n.t.Errorf("the exported message has %v, %v", m.Props, err)
	}
	columns := n.columns()
	if !slices.Contains(columns, mapi.PrChangeKey) || slices.Contains(columns, mapi.PrModificationNumber) {
		n.t.Errorf("columns %v", columns)
	}
}

// columns are those that a table of the folder could have.
func (n *numbered) columns() (list []mapi.PropTag) {
	n.t.Helper()
	table, err := n.s.OpenTable(n.t.Context(), client.TableQuery{Kind: mapi.TableMS, EntryID: n.folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode})
	if err != nil {
		n.t.Fatal(err)
	}
	defer table.Close(n.t.Context())
	list, err = table.AllColumns(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return list
}

// sync registers a synchronisation of the folder.
func (n *numbered) sync() uint32 {
	n.t.Helper()
	o, err := n.s.LoadObject(n.t.Context(), n.folder)
	if err != nil {
		n.t.Fatal(err)
	}
	sync, err := n.s.NewSync(n.t.Context(), o.Props.Bytes(mapi.PrSourceKey), mapi.SyncContents)
	if err != nil {
		n.t.Fatal(err)
	}
	return sync.ID
}

func setStatus(n *numbered, id mapi.EntryID, sync uint32) error {
	return n.s.Do(n.t.Context(), func(session uint64) wire.Request {
		return &wire.SetMessageStatusRequest{SessionID: session, EntryID: id, NewStatus: mapi.MsgStatusDelMarked, NewStatusMask: mapi.MsgStatusDelMarked, SyncID: sync}
	}, new(wire.MessageStatus), nil)
}
