package storagetest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

func testObjects(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := f.message(m, nil)
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)

	attach := want.Children[2]
	got, err = f.s.Object(f.ctx, attach.ID)
	f.must(err)
	f.sameObject(got, attach)

	for _, w := range []storage.Ref{want.Ref, attach.Ref, attach.Children[0].Children[0].Ref} {
		r, err := f.s.Ref(f.ctx, w.ID)
		f.must(err)
		if refString(r) != refString(w) {
			t.Errorf("Ref: %s, want %s", refString(r), refString(w))
		}
	}
	r, err := f.s.RefByEntryID(f.ctx, want.EntryID.WithFlags(mapi.EntryIDOverrideFlag))
	if err != nil || r.ID != want.ID {
		t.Errorf("RefByEntryID: %v, %v", r, err)
	}
	r, err = f.s.RefBySourceKey(f.ctx, want.SourceKey)
	if err != nil || r.ID != want.ID {
		t.Errorf("RefBySourceKey: %v, %v", r, err)
	}
	folder, err := f.s.Object(f.ctx, m.inbox)
	f.must(err)
	if folder.Counters != (storage.Counters{Content: 1, Unread: 1}) || folder.Props.Str(mapi.PrDisplayName) == "" {
		t.Errorf("folder: %+v", folder)
	}

	_, err = f.s.Object(f.ctx, 99999)
	f.wantCode(mapi.NotFound, err)
	_, err = f.s.Ref(f.ctx, 99999)
	f.wantCode(mapi.NotFound, err)
	_, err = f.s.RefByEntryID(f.ctx, mapi.NewEntryID(m.guid, mapi.TypeMessage))
	f.wantCode(mapi.NotFound, err)
	_, err = f.s.RefBySourceKey(f.ctx, []byte("no such key here"))
	f.wantCode(mapi.NotFound, err)
	_, err = f.s.Counters(f.ctx, 99999)
	f.wantCode(mapi.NotFound, err)
	f.refsByEntryID(m, want)
	f.longValues(m)
}

// longValues reads what rows do not show whole, of several messages, and the contents that lie outside.
func (f *fixture) longValues(m mailbox) {
	f.Helper()
	long, large := strings.Repeat("é", 1000), make([]byte, storage.LobPiece+1000)
	for i := range large {
		large[i] = byte(i * i >> 8)
	}
	var ids, instances []uint32
	for n := range 3 {
		o := f.message(m, func(o *storage.Object) {
			o.Props = mapi.Props{mapi.String(mapi.PrSubject, "short"), mapi.String(mapi.PrBody, long), mapi.Binary(mapi.PrRTFCompressed, []byte("hidden"))}
			if n == 1 {
				o.Props.Set(mapi.Binary(mapi.PrHTML, large))
			}
			if n == 2 {
				o.Props = mapi.Props{mapi.String(mapi.PrSubject, "nothing long")}
			}
		})
		ids = append(ids, o.ID)
	}
	var found []uint32
	f.must(f.s.LongValues(f.ctx, m.store, []uint32{ids[2], ids[1], ids[0], 999999, ids[0]}, func(id uint32, props mapi.Props, lobs []storage.LobRef) error {
		found = append(found, id)
		if props.Str(mapi.PrBody) != long || string(props.Bytes(mapi.PrRTFCompressed)) != "hidden" || props.Has(mapi.PrSubject.ID()) {
			f.Errorf("message %d: %v", id, props)
		}
		for _, lob := range lobs {
			if lob.Size != int64(len(large)) || lob.Tag != mapi.PrHTML {
				f.Errorf("message %d: %+v", id, lob)
			}
			instances = append(instances, lob.Instance)
		}
		return nil
	}))
	if len(found) < 2 || found[0] != ids[0] || found[1] != ids[1] || len(instances) != 1 {
		f.Fatalf("long values of %v, instances %v; want them of %v", found, instances, ids)
	}
	var content []byte
	f.must(f.s.LobContents(f.ctx, []uint32{instances[0], instances[0], 999999}, func(instance uint32, piece []byte) error {
		if instance != instances[0] || len(piece) > storage.LobPiece {
			f.Errorf("%d bytes of instance %d", len(piece), instance)
		}
		content = append(content, piece...)
		return nil
	}))
	if !bytes.Equal(content, large) {
		f.Errorf("%d bytes of the large value, want %d", len(content), len(large))
	}
	enough := errors.New("enough")
	if err := f.s.LobContents(f.ctx, instances, func(uint32, []byte) error { return enough }); !errors.Is(err, enough) {
		f.Errorf("a reader that stops: %v", err)
	}
	if err := f.s.LongValues(f.ctx, m.store, ids, func(uint32, mapi.Props, []storage.LobRef) error { return enough }); !errors.Is(err, enough) {
		f.Errorf("a reader that stops: %v", err)
	}
}

// refsByEntryID looks for many entry ids at once, more than a statement takes, of which most are nobody's.
func (f *fixture) refsByEntryID(m mailbox, want *storage.Object) {
	f.Helper()
	another := f.message(m, nil)
	ids := []mapi.EntryID{another.EntryID}
	for range 1000 {
		ids = append(ids, mapi.NewEntryID(m.guid, mapi.TypeMessage))
	}
	ids = append(ids, want.EntryID.WithFlags(mapi.EntryIDOverrideFlag), another.EntryID)
	found, err := f.s.RefsByEntryID(f.ctx, ids)
	f.must(err)
	if len(found) != 2 || refString(found[0]) != refString(want.Ref) || refString(found[1]) != refString(another.Ref) {
		f.Errorf("RefsByEntryID: %v", found)
	}
	found, err = f.s.RefsByEntryID(f.ctx, nil)
	f.must(err)
	if len(found) != 0 {
		f.Errorf("RefsByEntryID of nothing: %v", found)
	}
}

// allValues has every property type with its extremes.
func allValues() mapi.Props {
	odd := "ctl \x00\x01\x1f\x7f \u2028 \ufffe \U0010fffd \"q\" \\b [\"],[\""
	v := mapi.Props{
		mapi.Short(0x66000002, -32768), mapi.Long(0x66010003, math.MaxUint32),
		mapi.Float(0x66020004, float64(float32(1.1))), mapi.Float(0x66030005, -math.MaxFloat64), mapi.I8(0x66040006, math.MinInt64),
		mapi.Float(0x66050007, math.SmallestNonzeroFloat64), mapi.Long(0x6606000A, 0x80000002), mapi.Bool(0x6607000B, true),
		mapi.I8(0x66080014, math.MaxInt64), mapi.String(0x6609001F, odd), mapi.Time(0x660A0040, math.MaxUint64),
		mapi.Binary(0x660B0048, make([]byte, 16)), mapi.Binary(0x660C0102, []byte{0, 255, '"', '\\'}),
		mapi.String(0x660D001E, "8 bit"), mapi.String(0x660E001F, "not \xff utf-8 \xed\xa0\x80"), mapi.String(0x660F001F, ""),
		mapi.Binary(0x66100102, nil), {Tag: 0x6611000D}, {Tag: 0x66120001},
		mapi.Float(0x66130005, math.Float64frombits(0x7FF8000000000123)), mapi.Float(0x66140005, math.Inf(1)),
		mapi.Float(0x66150005, math.Inf(-1)), mapi.Float(0x66160005, math.Copysign(0, -1)), mapi.Long(0x66170003, 0),
		mapi.Multi(0x66181002, mapi.Short(0, -1), mapi.Short(0, 2)), mapi.Multi(0x66191003, mapi.Long(0, 1), mapi.Long(0, math.MaxUint32)),
		mapi.Multi(0x661A1004, mapi.Float(0, 0.5)), mapi.Multi(0x661B1005, mapi.Float(0, math.NaN())),
		mapi.Multi(0x661C1006, mapi.I8(0, -5)), mapi.Multi(0x661D1007, mapi.Float(0, 3)), mapi.Multi(0x661E1014, mapi.I8(0, math.MinInt64)),
		mapi.Strings(0x661F101F, "", odd, "\xff"), mapi.Strings(0x6620101E, "a"), mapi.Multi(0x66211040, mapi.Time(0, 5)),
		mapi.Multi(0x66221048, mapi.Binary(0, make([]byte, 16))), mapi.Multi(0x66231102, mapi.Binary(0, nil), mapi.Binary(0, []byte{1})),
		mapi.Strings(0x6624101F), mapi.Binary(0x66250001, []byte("odd")),
		mapi.Long(mapi.PrMessageFlags, math.MaxUint32), mapi.Time(mapi.PrMessageDeliveryTime, math.MaxUint64), mapi.Time(mapi.PrLastModificationTime, math.MaxInt64),
		mapi.String(mapi.PrSubject, odd), mapi.String(mapi.PrMessageClass, "IPM \xff"), mapi.I8(mapi.PrMessageSizeExtended, 1<<40),
	}
	return v
}

func testValues(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := f.message(m, func(o *storage.Object) {
		o.Props = allValues()
		o.Children[0].Props = allValues()
	})
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)
	f.must(f.s.Rows(f.ctx, storage.RowQuery{IDs: []uint32{want.ID}}, func(r *storage.Row) error {
		f.sameProps("row", r.Props, want.Props)
		return nil
	}))
	err = f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := newMessage(ctx, tx, m, m.inbox)
		if err != nil {
			return err
		}
		o.Props = append(o.Props, mapi.PropValue{Tag: mapi.PrRuleCondition, More: &mapi.More{Restriction: &mapi.Restriction{}}})
		return tx.Insert(ctx, o)
	}, nil)
	f.wantCode(mapi.InvalidType, err)
}

// testEmptyValues: an empty text is not the same as none.
func testEmptyValues(t *testing.T, f *fixture) {
	m := f.mailbox()
	want := f.message(m, func(o *storage.Object) {
		o.Props = mapi.Props{mapi.String(mapi.PrMessageClass, ""), mapi.String(mapi.PrSubject, ""), mapi.String(mapi.PrBody, ""), mapi.Binary(mapi.PrSearchKey, []byte{})}
	})
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)
	f.must(f.s.Rows(f.ctx, storage.RowQuery{IDs: []uint32{want.ID}}, func(r *storage.Row) error {
		f.sameProps("row", r.Props, want.Props)
		return nil
	}))
}

func testLongValues(t *testing.T, f *fixture) {
	m := f.mailbox()
	long := strings.Repeat("ü€😀x", 200)
	binary := []byte(strings.Repeat("b", 600))
	want := f.message(m, func(o *storage.Object) {
		o.Props.Set(mapi.String(mapi.PrSubject, long))
		o.Props.Set(mapi.String(mapi.PrBody, long))
		o.Props.Set(mapi.Binary(mapi.PrSearchKey, binary))
		o.Props.Set(mapi.Binary(mapi.MakeTag(0x1013, mapi.PtBinary), []byte("<p>")))
		o.Props.Set(mapi.Strings(0x6800101F, long, long))
		o.Props.Set(mapi.String(mapi.PrDisplayCc, strings.Repeat("ü", 255)))
	})
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)

	var row *storage.Row
	f.must(f.s.Rows(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage}, func(r *storage.Row) error {
		row = r
		return nil
	}))
	cut := string([]rune(long)[:255])
	for tag, wantText := range map[mapi.PropTag]string{mapi.PrSubject: cut, mapi.PrBody: cut, mapi.PrDisplayCc: strings.Repeat("ü", 255)} {
		if row.Props.Str(tag) != wantText {
			t.Errorf("row has %v %.40q…, %d bytes", tag, row.Props.Str(tag), len(row.Props.Str(tag)))
		}
	}
	if string(row.Props.Bytes(mapi.PrSearchKey)) != string(binary[:511]) || row.Props.Has(0x1013) {
		t.Error("binaries of the row are not cut as they should be")
	}
	wantCut := []mapi.PropTag{mapi.PrSubject, mapi.PrBody, mapi.PrSearchKey, mapi.MakeTag(0x1013, mapi.PtBinary)}
	if !sameTags(row.Cut, wantCut) {
		t.Errorf("Cut is %v, want %v", row.Cut, wantCut)
	}

	// A row that goes back leaves what is cut as it is.
	row.Props.Set(mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.PutRows(ctx, row) })
	want.Props.Set(mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
	got, err = f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)

	// A folder's long values.
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := tx.Object(ctx, m.inbox)
		if err != nil {
			return err
		}
		o.Props.Set(mapi.String(mapi.PrComment, long))
		return tx.PutObject(ctx, o)
	})
	got, err = f.s.Object(f.ctx, m.inbox)
	f.must(err)
	if got.Props.Str(mapi.PrComment) != long {
		t.Error("long value of a folder is lost")
	}
}

func sameTags(a, b []mapi.PropTag) bool {
	set := map[mapi.PropTag]bool{}
	for _, t := range a {
		set[t] = true
	}
	for _, t := range b {
		if !set[t] {
			return false
		}
	}
	return len(set) == len(b) && len(a) == len(b)
}

func testTakenKeys(t *testing.T, f *fixture) {
	m := f.mailbox()
	first := f.message(m, nil)
	var second uint32
	var entryID, sourceKey, move error // of the last run: an engine may find a taken key late, and run the function again
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := newMessage(ctx, tx, m, m.inbox)
		if err != nil {
			return err
		}
		own := o.Ref
		o.EntryID = first.EntryID
		entryID = tx.Insert(ctx, o)
		o.EntryID, o.SourceKey = own.EntryID, first.SourceKey
		sourceKey = tx.Insert(ctx, o)
		o.SourceKey = own.SourceKey
		second = o.ID
		if err := tx.Insert(ctx, o); err != nil {
			return err
		}
		r := o.Ref
		r.SourceKey = first.SourceKey
		move = tx.Move(ctx, r, m.root)
		return nil
	})
	if !errors.Is(entryID, storage.ErrEntryIDTaken) || mapi.CodeOf(entryID) != mapi.Collision {
		t.Errorf("entry id: %v", entryID)
	}
	if !errors.Is(sourceKey, storage.ErrSourceKeyTaken) {
		t.Errorf("source key: %v", sourceKey)
	}
	if !errors.Is(move, storage.ErrSourceKeyTaken) {
		t.Errorf("move: %v", move)
	}
	if _, err := f.s.Object(f.ctx, second); err != nil {
		t.Error(err)
	}
}

func testRows(t *testing.T, f *fixture) {
	m := f.mailbox()
	var all []*storage.Object
	for i := range 5 {
		all = append(all, f.message(m, func(o *storage.Object) {
			if i == 3 {
				o.Flags = mapi.FlagDeleted
			}
			if i == 4 {
				o.Flags = mapi.FlagAssociated
			}
		}))
	}
	ids := func(q storage.RowQuery) (list []uint32) {
		t.Helper()
		f.must(f.s.Rows(f.ctx, q, func(r *storage.Row) error {
			list = append(list, r.ID)
			return nil
		}))
		refs, err := f.s.Refs(f.ctx, q)
		f.must(err)
		if len(refs) != len(list) {
			t.Errorf("Refs gives %d, Rows %d", len(refs), len(list))
		}
		for i, r := range refs {
			if r.ID != list[i] {
				t.Errorf("Refs and Rows differ at %d", i)
			}
		}
		return list
	}
	want := func(got []uint32, which ...int) {
		t.Helper()
		if len(got) != len(which) {
			t.Fatalf("got %v, want messages %v", got, which)
		}
		for i, w := range which {
			if got[i] != all[w].ID {
				t.Errorf("got %v, want messages %v", got, which)
			}
		}
	}
	want(ids(storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage}), 0, 1, 2, 3, 4)
	want(ids(storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated}), 0, 1, 2)
	want(ids(storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted, Flags: mapi.FlagDeleted}), 3)
	want(ids(storage.RowQuery{Parent: m.root, Type: mapi.TypeMessage}))
	within := func(q storage.RowQuery) (list []uint32) { // Refs does not know it
		t.Helper()
		f.must(f.s.Rows(f.ctx, q, func(r *storage.Row) error { list = append(list, r.ID); return nil }))
		return list
	}
	want(within(storage.RowQuery{Within: m.inbox, IDs: []uint32{all[2].ID, m.inbox, 99999, all[0].ID, all[2].ID}}), 0, 2)
	want(within(storage.RowQuery{Within: m.inbox, IDs: []uint32{all[3].ID, all[1].ID}, FlagsMask: mapi.FlagDeleted}), 1)
	want(within(storage.RowQuery{Within: m.root, IDs: []uint32{all[2].ID}}))
	want(ids(storage.RowQuery{IDs: []uint32{}}))
	want(ids(storage.RowQuery{IDs: []uint32{all[2].ID, 99999, all[0].ID, all[2].ID}}), 0, 2)
	many := []uint32{all[1].ID}
	for i := range uint32(2000) {
		many = append(many, 100000+i)
	}
	want(ids(storage.RowQuery{IDs: many}), 1)
	if got := ids(storage.RowQuery{Parent: m.root, Type: mapi.TypeFolder}); len(got) != 1 || got[0] != m.inbox {
		t.Errorf("folders: %v", got)
	}
	if got := ids(storage.RowQuery{Type: mapi.TypeStore}); len(got) != 1 || got[0] != m.store {
		t.Errorf("stores: %v", got)
	}
	f.must(f.s.Rows(f.ctx, storage.RowQuery{Parent: m.root, Type: mapi.TypeFolder}, func(r *storage.Row) error {
		if r.Counters.Content != 5 {
			t.Errorf("counters of a row: %+v", r.Counters)
		}
		return nil
	}))
	f.must(f.s.Rows(f.ctx, storage.RowQuery{IDs: []uint32{all[0].ID}}, func(r *storage.Row) error {
		if refString(r.Ref) != refString(all[0].Ref) {
			t.Errorf("ref of a row: %s", refString(r.Ref))
		}
		f.sameProps("row", r.Props, all[0].Props)
		return nil
	}))
	stop := errors.New("stop")
	n := 0
	err := f.s.Rows(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage}, func(*storage.Row) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("Rows after an error of fn: %v, %d calls", err, n)
	}
}
