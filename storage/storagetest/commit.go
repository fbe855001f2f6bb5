package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

var errTest = errors.New("test error")

// numbers takes one number of each kind.
func numbers(ctx context.Context, tx storage.Tx) (n [4]uint64, err error) {
	for i, take := range []func(context.Context) (uint32, error){tx.NewObjectID, tx.NewIMAPID, tx.NewChangeID} {
		v, err := take(ctx)
		if err != nil {
			return n, err
		}
		n[i] = uint64(v)
	}
	key, err := tx.NewSourceKey(ctx)
	if err != nil {
		return n, err
	}
	for i := range 6 {
		n[3] |= uint64(key[16+i]) << (8 * i)
	}
	return n, nil
}

func testNumbers(t *testing.T, f *fixture) {
	var last [4]uint64
	take := func(fail error) {
		t.Helper()
		err := f.s.Update(f.ctx, 1, func(ctx context.Context, tx storage.Tx) error {
			n, err := numbers(ctx, tx)
			if err != nil {
				return err
			}
			for i := range n {
				if n[i] <= last[i] {
					t.Errorf("number %d of kind %d after %d", n[i], i, last[i])
				}
			}
			last = n
			return fail
		}, nil)
		if !errors.Is(err, fail) {
			t.Errorf("Update: %v", err)
		}
	}
	take(nil)
	if last != [4]uint64{1, 3, 1, 1} {
		t.Errorf("the first numbers are %v", last)
	}
	f.reopen()
	take(nil)
	for range 5000 { // more than a reservation
		f.update(1, func(ctx context.Context, tx storage.Tx) error {
			_, err := tx.NewObjectID(ctx)
			return err
		})
	}
	take(errTest) // the reservation may be new: what a failed update got is not given again
	f.reopen()
	take(errTest)
	f.reopen()
	take(nil)
}

func testRollback(t *testing.T, f *fixture) {
	m := f.mailbox()
	var id uint32
	calls := 0
	err := f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := newMessage(ctx, tx, m, m.inbox)
		if err != nil {
			return err
		}
		id = o.ID
		if err := tx.Insert(ctx, o); err != nil {
			return err
		}
		if _, err := tx.PutLob(ctx, mapi.PrBody, blobOf(bytes.Repeat([]byte("l"), 50000))); err != nil {
			return err
		}
		if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1}); err != nil {
			return err
		}
		if _, err := tx.Object(ctx, o.ID); err != nil {
			return err
		}
		return fmt.Errorf("wrapped: %w", errTest)
	}, func() { calls++ })
	if !errors.Is(err, errTest) || calls != 0 {
		t.Errorf("Update: %v, %d calls of committed", err, calls)
	}
	_, err = f.s.Object(f.ctx, id)
	f.wantCode(mapi.NotFound, err)
	if c, err := f.s.Counters(f.ctx, m.inbox); err != nil || c != (storage.Counters{}) {
		t.Errorf("counters %+v %v", c, err)
	}
	holders, err := f.s.LobHolders(f.ctx, 1, 5)
	if err != nil || len(holders) != 0 {
		t.Errorf("holders %v %v", holders, err)
	}
	f.must(f.s.Update(f.ctx, m.store, func(context.Context, storage.Tx) error { return nil }, func() { calls++ }))
	if calls != 1 {
		t.Errorf("committed was called %d times", calls)
	}
}

// testGroupCommit runs many updates at once, some of which fail after they wrote.
func testGroupCommit(t *testing.T, f *fixture) {
	m := f.mailbox()
	const n = 200
	var mu sync.Mutex
	var order []uint32
	saved := map[uint32]*storage.Object{}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var o *storage.Object
			var change uint32
			err := f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) (err error) {
				if i%10 == 3 {
					return errTest
				}
				if o, err = newMessage(ctx, tx, m, m.inbox); err != nil {
					return err
				}
				if change, err = tx.NewChangeID(ctx); err != nil {
					return err
				}
				if err := tx.Insert(ctx, o); err != nil {
					return err
				}
				if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, Unread: 1}); err != nil {
					return err
				}
				if err := tx.PutChange(ctx, storage.Change{ID: change, Parent: []byte("inbox"), SourceKey: o.SourceKey, Type: 0x1001}); err != nil {
					return err
				}
				if i%10 == 7 {
					return errTest
				}
				return nil
			}, func() {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, change)
				saved[o.ID] = o
			})
			if want := i%10 == 3 || i%10 == 7; errors.Is(err, errTest) != want || !want && err != nil {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if len(saved) != n*8/10 {
		t.Errorf("%d saved, want %d", len(saved), n*8/10)
	}
	for i := 1; i < len(order); i++ {
		if order[i] <= order[i-1] {
			t.Fatalf("change %d was committed after %d", order[i], order[i-1])
		}
	}
	refs, err := f.s.Refs(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage})
	f.must(err)
	if len(refs) != len(saved) {
		t.Errorf("%d rows, want %d", len(refs), len(saved))
	}
	for _, r := range refs {
		got, err := f.s.Object(f.ctx, r.ID)
		f.must(err)
		if saved[r.ID] == nil {
			t.Fatalf("object %d was not acknowledged", r.ID)
		}
		f.sameObject(got, saved[r.ID])
	}
	if c, err := f.s.Counters(f.ctx, m.inbox); err != nil || c.Content != int64(len(saved)) {
		t.Errorf("counters %+v %v", c, err)
	}
	changes, err := f.s.Changes(f.ctx, []byte("inbox"), 0)
	if err != nil || len(changes) != len(saved) {
		t.Errorf("%d changes, %v", len(changes), err)
	}
	if c, ok := f.s.(storage.Checker); ok {
		f.must(c.CheckCounters(f.ctx))
	}
}

func testPanic(t *testing.T, f *fixture) {
	err := f.s.Update(f.ctx, 1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.SetSetting(ctx, "a", nil); err != nil {
			return err
		}
		panic(errTest)
	}, nil)
	if mapi.CodeOf(err) != mapi.CallFailed {
		t.Errorf("Update: %v", err)
	}
	if _, ok, err := f.s.Setting(f.ctx, "a"); ok || err != nil {
		t.Errorf("setting: %v %v", ok, err)
	}
	f.update(1, func(ctx context.Context, tx storage.Tx) error { return tx.SetSetting(ctx, "a", nil) })
}

// testCancel cancels an update that waits, and one that runs.
func testCancel(t *testing.T, f *fixture) {
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	running, cancelRunning := context.WithCancel(f.ctx)
	wg.Go(func() {
		once := sync.OnceFunc(func() { close(started) })
		err := f.s.Update(running, 1, func(ctx context.Context, tx storage.Tx) error {
			once()
			<-release
			return tx.SetSetting(ctx, "runs", nil)
		}, nil)
		if err != nil {
			t.Errorf("the running update: %v", err)
		}
	})
	<-started
	waiting, cancelWaiting := context.WithCancel(f.ctx)
	cancelWaiting()
	err := f.s.Update(waiting, 1, func(ctx context.Context, tx storage.Tx) error { return tx.SetSetting(ctx, "waits", nil) }, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the waiting update: %v", err)
	}
	cancelRunning()
	close(release)
	wg.Wait()
	for name, want := range map[string]bool{"runs": true, "waits": false} {
		if _, ok, err := f.s.Setting(f.ctx, name); ok != want || err != nil {
			t.Errorf("setting %s: %v %v", name, ok, err)
		}
	}
}

// testLanes writes to several stores at once, with large values, names and counters in common.
func testLanes(t *testing.T, f *fixture) {
	boxes := make([]mailbox, 6)
	for i := range boxes {
		boxes[i] = f.mailbox()
	}
	shared := bytes.Repeat([]byte("shared "), 20000)
	guid := mapi.NewGUID()
	var wg sync.WaitGroup
	for _, m := range boxes {
		wg.Go(func() {
			for i := range 12 {
				var last uint32
				err := f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
					o, err := newMessage(ctx, tx, m, m.inbox)
					if err != nil {
						return err
					}
					o.Props.Set(mapi.Binary(mapi.MakeTag(0x1013, mapi.PtBinary), shared))
					last = o.ID
					if _, err := tx.AddName(ctx, storage.Name{GUID: guid, LID: uint32(i)}); err != nil {
						return err
					}
					if err := tx.Insert(ctx, o); err != nil {
						return err
					}
					return tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, Unread: 1})
				}, nil)
				if err == nil && i%3 != 0 {
					err = f.s.Update(f.ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
						if err := tx.Delete(ctx, []uint32{last}); err != nil {
							return err
						}
						return tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: -1, Unread: -1})
					}, nil)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	names, err := f.s.Names(f.ctx, 0)
	if err != nil || len(names) != 12 {
		t.Errorf("%d names, %v", len(names), err)
	}
	for _, m := range boxes {
		refs, err := f.s.Refs(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage})
		f.must(err)
		if len(refs) != 4 {
			t.Errorf("%d messages in store %d", len(refs), m.store)
		}
		for _, r := range refs {
			o, err := f.s.Object(f.ctx, r.ID)
			f.must(err)
			if len(o.Lobs) != 1 || !bytes.Equal(f.readLob(o.Lobs[0].Instance), shared) {
				t.Fatalf("message %d lost its large value: %v", r.ID, o.Lobs)
			}
		}
	}
	if c, ok := f.s.(storage.Checker); ok {
		f.must(c.CheckCounters(f.ctx))
	}
}

// testStatements holds the engines to their promises.
func testStatements(t *testing.T, f *fixture) {
	m := f.mailbox()
	count := func(what string, want uint64, fn func()) {
		t.Helper()
		before := f.s.Statements()
		fn()
		if got := f.s.Statements() - before; got != want {
			t.Errorf("%s takes %d statements, want %d", what, got, want)
		}
	}
	deliver := func() (id uint32) {
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
			o, err := newMessage(ctx, tx, m, m.inbox)
			if err != nil {
				return err
			}
			id = o.ID
			return insertIntoInbox(ctx, tx, m, o)
		})
		return id
	}
	id := deliver() // reserves numbers
	count("delivery", 4, func() { id = deliver() })
	count("Object", 1, func() { _, err := f.s.Object(f.ctx, id); f.must(err) })
	count("Ref", 1, func() { _, err := f.s.Ref(f.ctx, id); f.must(err) })
	none := func(*storage.Row) error { return nil }
	count("Rows of a folder", 1, func() { f.must(f.s.Rows(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage}, none)) })
	count("Rows by id", 1, func() { f.must(f.s.Rows(f.ctx, storage.RowQuery{IDs: []uint32{id, m.inbox}}, none)) })
	count("Refs", 1, func() {
		_, err := f.s.Refs(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage})
		f.must(err)
	})
	var rows []*storage.Row
	for range 30 {
		deliver()
	}
	f.must(f.s.Rows(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage}, func(r *storage.Row) error {
		rows = append(rows, r)
		return nil
	}))
	count("PutRows of one", 1, func() {
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.PutRows(ctx, rows[0]) })
	})
	count("PutRows of 32", 2, func() {
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.PutRows(ctx, rows...) })
	})
	count("Delete of 10 messages", 6, func() {
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
			var ids []uint32
			for _, r := range rows[:10] {
				ids = append(ids, r.ID)
			}
			return tx.Delete(ctx, ids)
		})
	})
}

// testSettle: Settle waits for an update that had begun.
func testSettle(t *testing.T, f *fixture) {
	settled := make(chan struct{})
	ended := false
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		go func() {
			defer close(settled)
			if err := f.s.Settle(f.ctx); err != nil {
				t.Error(err)
			}
			if !ended {
				t.Error("it did not wait")
			}
		}()
		for range 1000 { // one that does not wait is through by then
			runtime.Gosched()
		}
		ended = true
		return tx.SetSetting(ctx, "a", []byte{1})
	})
	<-settled
}
