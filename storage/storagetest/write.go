package storagetest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

func testPutRows(t *testing.T, f *fixture) {
	m := f.mailbox()
	var all []*storage.Object
	for range 70 {
		all = append(all, f.message(m, nil))
	}
	var rows []*storage.Row
	f.must(f.s.Rows(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage}, func(r *storage.Row) error {
		r.Props.Set(mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
		r.Props.Delete(mapi.PrDisplayTo.ID())
		r.Flags, r.Owner = mapi.FlagDeleted, 9
		rows = append(rows, r)
		return nil
	}))
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.PutRows(ctx, rows...) })
	for _, want := range all {
		want.Props.Set(mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
		want.Props.Delete(mapi.PrDisplayTo.ID())
		want.Flags, want.Owner = mapi.FlagDeleted, 9
		got, err := f.s.Object(f.ctx, want.ID)
		f.must(err)
		f.sameObject(got, want)
	}
	for _, n := range []int{1, 2} {
		ghosts := make([]*storage.Row, n)
		for i := range ghosts {
			g := *rows[0]
			g.ID = 99990 + uint32(i)
			ghosts[i] = &g
		}
		err := f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error { return tx.PutRows(ctx, ghosts...) }, nil)
		f.wantCode(mapi.NotFound, err)
	}
	rows[0].Props.Set(mapi.String(mapi.PrBody, strings.Repeat("x", 256)))
	err := f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error { return tx.PutRows(ctx, rows[0]) }, nil)
	f.wantCode(mapi.InvalidParameter, err)
}

func testPutObject(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := f.message(m, nil)
	put := func(id uint32, change func(*storage.Object)) {
		t.Helper()
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
			o, err := tx.Object(ctx, id)
			if err != nil {
				return err
			}
			change(o)
			return tx.PutObject(ctx, o)
		})
	}
	long := strings.Repeat("long ", 200)
	put(want.ID, func(o *storage.Object) {
		o.Props.Set(mapi.String(mapi.PrBody, long))
		o.Props.Set(mapi.String(mapi.PrSubject, "new"))
		o.Flags = mapi.FlagDeleted
		o.Children = nil // ignored
	})
	want.Props.Set(mapi.String(mapi.PrBody, long))
	want.Props.Set(mapi.String(mapi.PrSubject, "new"))
	want.Flags = mapi.FlagDeleted
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)

	put(want.ID, func(o *storage.Object) { o.Props.Set(mapi.String(mapi.PrBody, "short")) })
	want.Props.Set(mapi.String(mapi.PrBody, "short"))
	put(want.Children[0].ID, func(o *storage.Object) { o.Props.Set(mapi.String(mapi.PrDisplayName, "Berta")) })
	want.Children[0].Props.Set(mapi.String(mapi.PrDisplayName, "Berta"))
	got, err = f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)

	for _, ref := range []storage.Ref{{ID: 99999, Store: m.store, Type: mapi.TypeMessage}, {ID: 99999, Store: m.store, Message: want.ID, Type: mapi.TypeAttach}} {
		err = f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
			return tx.PutObject(ctx, &storage.Object{Ref: ref})
		}, nil)
		f.wantCode(mapi.NotFound, err)
	}
}

func testPutParts(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := f.message(m, nil)
	attach := want.Children[2]
	large := bytes.Repeat([]byte("z"), 100000)
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		id, err := tx.NewObjectID(ctx)
		if err != nil {
			return err
		}
		ref, err := tx.PutLob(ctx, mapi.PrAttachDataBin, blobOf(large))
		if err != nil {
			return err
		}
		changed := *want.Children[1]
		changed.Props = mapi.Props{mapi.String(mapi.PrDisplayName, "Ottilie")}
		added := &storage.Object{Ref: storage.Ref{ID: id, Store: m.store, Parent: want.ID, Message: want.ID, Type: mapi.TypeAttach},
			Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "new")}, Lobs: []storage.LobRef{ref}}
		if err := tx.PutParts(ctx, want.Ref, []*storage.Object{&changed, added}, []uint32{attach.ID}); err != nil {
			return err
		}
		want.Children = []*storage.Object{want.Children[0], &changed, added}
		return nil
	})
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)
	for _, id := range []uint32{attach.ID, attach.Children[0].ID, attach.Children[0].Children[0].ID} {
		_, err := f.s.Ref(f.ctx, id)
		f.wantCode(mapi.NotFound, err)
	}
	instance := got.Children[2].Lobs[0].Instance
	if !bytes.Equal(f.readLob(instance), large) {
		t.Error("large value of a part differs")
	}
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		return tx.PutParts(ctx, want.Ref, nil, []uint32{want.Children[2].ID})
	})
	_, err = f.s.Lob(f.ctx, instance)
	f.wantCode(mapi.NotFound, err)
}

func testMove(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.String(mapi.PrBody, strings.Repeat("y", 1000))) })
	want.Parent = m.root
	want.EntryID = mapi.NewEntryID(m.guid, mapi.TypeMessage)
	f.update(m.store, func(ctx context.Context, tx storage.Tx) (err error) {
		r := want.Ref
		if r.SourceKey, err = tx.NewSourceKey(ctx); err != nil {
			return err
		}
		want.SourceKey = r.SourceKey
		return tx.Move(ctx, r, m.root)
	})
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)
	err = f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
		return tx.Move(ctx, storage.Ref{ID: 99999, EntryID: mapi.NewEntryID(m.guid, 5)}, m.root)
	}, nil)
	f.wantCode(mapi.NotFound, err)
}

func testDelete(t *testing.T, f *fixture) {
	m := f.mailbox()
	large := bytes.Repeat([]byte("q"), 500000)
	var instance uint32
	o := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.Binary(mapi.MakeTag(0x1013, mapi.PtBinary), large)) })
	kept := f.message(m, nil)
	got, err := f.s.Object(f.ctx, o.ID)
	f.must(err)
	if len(got.Lobs) != 1 {
		t.Fatalf("a value of %d bytes is not in the table lob", len(large))
	}
	instance = got.Lobs[0].Instance
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutQueueEntry(ctx, storage.QueueEntry{Store: m.store, Message: o.ID, Flags: mapi.SubmitMaster}); err != nil {
			return err
		}
		if err := tx.PutSearchResults(ctx, m.store, m.root, []storage.SearchResult{{Message: o.ID}, {Message: kept.ID}}); err != nil {
			return err
		}
		if err := tx.PutACE(ctx, m.store, m.inbox, mapi.ACE{UserID: 1, Type: mapi.ACEGrant, Rights: 1}); err != nil {
			return err
		}
		return tx.PutReceiveFolder(ctx, storage.ReceiveFolder{Store: m.store, Class: "IPM", Folder: m.inbox})
	})
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, []uint32{o.ID, 99999}) })
	for _, id := range []uint32{o.ID, o.Children[0].ID, o.Children[2].Children[0].ID} {
		_, err := f.s.Ref(f.ctx, id)
		f.wantCode(mapi.NotFound, err)
	}
	_, err = f.s.Lob(f.ctx, instance)
	f.wantCode(mapi.NotFound, err)
	if q, err := f.s.QueueEntries(f.ctx, o.ID); err != nil || len(q) != 0 {
		t.Errorf("queue: %v %v", q, err)
	}
	if r, err := f.s.SearchResults(f.ctx, m.root); err != nil || len(r) != 1 || r[0].Message != kept.ID {
		t.Errorf("search results: %v %v", r, err)
	}
	if _, err := f.s.Object(f.ctx, kept.ID); err != nil {
		t.Error(err)
	}
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, []uint32{m.inbox, kept.ID}) })
	if a, err := f.s.ACL(f.ctx, m.inbox); err != nil || len(a) != 0 {
		t.Errorf("acl: %v %v", a, err)
	}
	if r, err := f.s.ReceiveFolders(f.ctx, m.store); err != nil || len(r) != 0 {
		t.Errorf("receive folders: %v %v", r, err)
	}
}

func testCounters(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := storage.Counters{Content: 3, Unread: 1, Associated: 2, Subfolders: -1, DeletedContent: 4, DeletedAssoc: 5, DeletedFolders: 6, Size: 1 << 40, CommitTime: 77}
	counted := func(r storage.Reader, id uint32) storage.Counters {
		c, err := r.Counters(f.ctx, id)
		f.must(err)
		return c
	}
	check := func(r storage.Reader, want storage.Counters) {
		t.Helper()
		got, err := r.Counters(f.ctx, m.inbox)
		if err != nil || got != want {
			t.Errorf("counters %+v, %v; want %+v", got, err, want)
		}
		const nothing = 99999
		several, err := r.CountersOf(f.ctx, m.store, nothing, m.inbox, m.root)
		if err != nil || !slices.Equal(several, []storage.Counters{{}, want, counted(r, m.root)}) {
			t.Errorf("counters of several: %+v, %v", several, err)
		}
		err = r.Rows(f.ctx, storage.RowQuery{IDs: []uint32{m.inbox}}, func(r *storage.Row) error {
			if r.Counters != want {
				t.Errorf("row: counters %+v, want %+v", r.Counters, want)
			}
			return nil
		})
		f.must(err)
		o, err := r.Object(f.ctx, m.inbox)
		if err != nil || o.Counters != want {
			t.Errorf("object: %v", err)
		}
	}
	check(f.s, storage.Counters{})
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.AddCounters(ctx, m.store, m.inbox, want); err != nil {
			return err
		}
		check(tx, want)
		return nil
	})
	check(f.s, want)
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		for range 2 {
			if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: -1, Size: 5}); err != nil {
				return err
			}
		}
		return nil
	})
	want.Content, want.Size = 1, 1<<40+10
	check(f.s, want)
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 100}); err != nil {
			return err
		}
		if err := tx.SetCounters(ctx, m.store, m.inbox, storage.Counters{Content: 7}); err != nil {
			return err
		}
		check(tx, storage.Counters{Content: 7})
		return tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, CommitTime: 9})
	})
	check(f.s, storage.Counters{Content: 8, CommitTime: 9})
}

func testLobs(t *testing.T, f *fixture) {
	m := f.mailbox()
	for _, size := range []int{0, 1, 384<<10 - 1, 384 << 10, 384<<10 + 1, 1<<20 + 7} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i * 7 >> 3)
		}
		var instance uint32
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
			ref, err := tx.PutLob(ctx, mapi.PrAttachDataBin, blobOf(data))
			if err != nil {
				return err
			}
			if ref.Tag != mapi.PrAttachDataBin || ref.Size != int64(size) {
				t.Errorf("PutLob gives %+v", ref)
			}
			instance = ref.Instance
			r, err := tx.OpenLob(ctx, instance)
			if err != nil {
				return err
			}
			got, err := io.ReadAll(r)
			if err == nil && !bytes.Equal(got, data) {
				t.Errorf("%d bytes differ inside of the transaction", size)
			}
			return err
		})
		if !bytes.Equal(f.readLob(instance), data) {
			t.Errorf("%d bytes differ", size)
		}
	}
	_, err := f.s.OpenLob(f.ctx, 99999)
	f.wantCode(mapi.NotFound, err)
}

func testLobsShared(t *testing.T, f *fixture) {
	m := f.mailbox()
	html := mapi.MakeTag(0x1013, mapi.PtBinary)
	text := []byte(strings.Repeat("text €", 10000))
	first := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.String(mapi.PrBody, string(text))) })
	second := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.Binary(html, text)) })
	a, err := f.s.Object(f.ctx, first.ID)
	f.must(err)
	b, err := f.s.Object(f.ctx, second.ID)
	f.must(err)
	if len(a.Lobs) != 1 || len(b.Lobs) != 1 || a.Lobs[0].Instance != b.Lobs[0].Instance || a.Lobs[0].Tag != mapi.PrBody || b.Lobs[0].Tag != html {
		t.Fatalf("not shared: %v %v", a.Lobs, b.Lobs)
	}
	instance := a.Lobs[0].Instance
	f.must(f.s.Rows(f.ctx, storage.RowQuery{IDs: []uint32{first.ID}}, func(r *storage.Row) error {
		if got := r.Props.Str(mapi.PrBody); got != string([]rune(string(text))[:255]) {
			t.Errorf("the row does not begin a large string: %.20q", got)
		}
		return nil
	}))
	holders, err := f.s.LobHolders(f.ctx, instance, 10)
	f.must(err)
	if len(holders) != 2 || holders[0] != first.ID || holders[1] != second.ID {
		t.Errorf("holders: %v", holders)
	}
	// A copy by reference.
	copied := f.message(m, func(o *storage.Object) { o.Lobs = a.Lobs; o.Props.Delete(mapi.PrBody.ID()) })
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, []uint32{first.ID, second.ID}) })
	if !bytes.Equal(f.readLob(instance), text) {
		t.Error("a value with one holder left is gone")
	}
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := tx.Object(ctx, copied.ID)
		if err != nil {
			return err
		}
		o.Lobs = nil
		return tx.PutObject(ctx, o)
	})
	_, err = f.s.Lob(f.ctx, instance)
	f.wantCode(mapi.NotFound, err)
	err = f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := newMessage(ctx, tx, m, m.inbox)
		if err != nil {
			return err
		}
		o.Lobs = a.Lobs
		o.Props.Delete(mapi.PrBody.ID())
		return tx.Insert(ctx, o)
	}, nil)
	f.wantCode(mapi.UnknownInstanceID, err)
}

func testLobBadSource(t *testing.T, f *fixture) {
	m := f.mailbox()
	bad := blobOf([]byte("contents"))
	bad.SHA256[0]++
	short := blobOf([]byte("contents of another one"))
	short.Size++
	for _, b := range []storage.Blob{bad, short} {
		err := f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
			tx.PutLob(ctx, mapi.PrAttachDataBin, b)
			return nil // an update cannot ignore it
		}, nil)
		f.wantCode(mapi.InvalidParameter, err)
	}
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.PutLob(ctx, mapi.PrAttachDataBin, blobOf([]byte("contents")))
		return err
	})
}
