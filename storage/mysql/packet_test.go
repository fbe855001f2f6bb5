package mysql_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/storagetest"
)

// smallPackets has the database take no statement of more than 1 MiB while the test runs.
func smallPackets(t *testing.T) {
	t.Helper()
	newDatabase(t) // skips without a database
	db := root(t)
	var before int
	if err := db.QueryRow("SELECT @@GLOBAL.max_allowed_packet").Scan(&before); err != nil {
		t.Fatal(err)
	}
	set := func(size int) {
		if _, err := db.Exec(fmt.Sprintf("SET GLOBAL max_allowed_packet=%d", size)); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() {
		set(before)
		db.Close()
	})
	set(1 << 20)
}

// TestSmallPackets: the whole contract holds with max_allowed_packet=1M.
func TestSmallPackets(t *testing.T) {
	smallPackets(t)
	t.Run("suite", func(t *testing.T) { // ends when all of it has ended
		storagetest.Run(t, func(t *testing.T) storagetest.Database { return database(newDatabase(t)) })
	})
}

// manyValues are 200 properties of 30,000 bytes; half of them double in a statement's text, or get six times as long as JSON.
func manyValues(fill byte) mapi.Props {
	var list mapi.Props
	for i := range 200 {
		value := bytes.Repeat([]byte{fill, byte(i)}, 15_000)
		switch i % 4 {
		case 0:
			list = append(list, mapi.String(mapi.PropTag(0x6000+i)<<16|mapi.PropTag(mapi.PtUnicode), string(bytes.Repeat([]byte{fill, '"'}, 15_000))))
		case 1:
			list = append(list, mapi.String(mapi.PropTag(0x6000+i)<<16|mapi.PropTag(mapi.PtUnicode), string(bytes.Repeat([]byte{fill, 1}, 15_000))))
		default:
			list = append(list, mapi.Binary(mapi.PropTag(0x6000+i)<<16|mapi.PropTag(mapi.PtBinary), value))
		}
	}
	return list
}

// checkValues compares what is stored with what was given.
func checkValues(t *testing.T, s storage.Store, o *storage.Object, want mapi.Props) {
	t.Helper()
	got := append(mapi.Props(nil), o.Props...)
	for _, ref := range o.Lobs {
		r, err := s.OpenLob(t.Context(), ref.Instance)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, mapi.PropValue{Tag: ref.Tag, Data: data})
	}
	if len(got) != len(want) {
		t.Errorf("%d properties are stored, want %d", len(got), len(want))
	}
	for _, v := range want {
		if stored, ok := got.ByID(v.Tag.ID()); !ok || !bytes.Equal(stored.Data, v.Data) {
			t.Errorf("%v: %d bytes are stored, want %d", v.Tag, len(stored.Data), len(v.Data))
		}
	}
}

// TestManyValues: a message, its parts and a folder of 6 MB each in values that are no large ones are stored with max_allowed_packet=1M,
// and changed. What cannot be stored is TOO_BIG, for good, and takes nothing else with it.
func TestManyValues(t *testing.T) {
	smallPackets(t)
	s := open(t, newDatabase(t), mysql.Options{Lanes: 1, Readers: 2})
	defer s.Close()
	const store = 1
	update := func(fn func(ctx context.Context, tx storage.Tx) error) error {
		t.Helper()
		return s.Update(t.Context(), store, fn, nil)
	}
	message := storage.Ref{Store: store, Parent: 2, ID: 3, Type: mapi.TypeMessage}
	part := storage.Ref{Store: store, Parent: 3, Message: 3, ID: 4, Type: mapi.TypeAttach}
	folder := storage.Ref{Store: store, Parent: store, ID: 2, Type: mapi.TypeFolder}
	err := update(func(ctx context.Context, tx storage.Tx) error {
		if err := tx.Insert(ctx, &storage.Object{Ref: storage.Ref{Store: store, ID: store, Type: mapi.TypeStore}}); err != nil {
			return err
		}
		if err := tx.Insert(ctx, &storage.Object{Ref: folder, Props: manyValues('f')}); err != nil {
			return err
		}
		return tx.Insert(ctx, &storage.Object{Ref: message, Props: manyValues('m'), Children: []*storage.Object{{Ref: part, Props: manyValues('p')}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(id uint32, fill byte) *storage.Object {
		t.Helper()
		o, err := s.Object(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		checkValues(t, s, o, manyValues(fill))
		return o
	}
	check(folder.ID, 'f')
	checkValues(t, s, check(message.ID, 'm').Children[0], manyValues('p'))

	changed := &storage.Object{Ref: message, Props: manyValues('c')}
	if err := update(func(ctx context.Context, tx storage.Tx) error { return tx.PutObject(ctx, changed) }); err != nil {
		t.Fatal(err)
	}
	check(message.ID, 'c')

	names := make([]string, 3000)
	for i := range names {
		names[i] = fmt.Sprintf("%01000d", i)
	}
	huge := &storage.Object{Ref: message, Props: mapi.Props{mapi.Strings(0x6000101F, names...)}}
	for range 2 {
		if err := update(func(ctx context.Context, tx storage.Tx) error { return tx.PutObject(ctx, huge) }); mapi.CodeOf(err) != mapi.TooBig {
			t.Errorf("a value of 3 MB that cannot be taken apart: %v", err)
		}
	}
	check(message.ID, 'c')
	if c, ok := s.(storage.Checker); ok {
		if err := c.CheckConsistency(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
