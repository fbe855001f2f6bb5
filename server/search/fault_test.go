package search

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/fulltext"
	"zarafa/storage"
)

// faulty is a database that can be away, for those who read or those who write, and that panics over one message.
type faulty struct {
	storage.Store
	noReads, noWrites atomic.Bool
	poison            atomic.Uint32 // Object panics when it reads this one
	poisonRow         atomic.Uint32 // Rows does
	most              atomic.Int64  // the most rows and references that one call has read
	read, lists       atomic.Int64  // results that transactions have read, and whole lists of them
}

var errAway = mapi.Errorf(mapi.DatabaseError, "test", "%w", errors.New("the database is away"))

func (f *faulty) Object(ctx context.Context, id uint32) (*storage.Object, error) {
	if id == f.poison.Load() {
		panic("a parser met what it did not expect")
	}
	return f.Store.Object(ctx, id)
}

func (f *faulty) Rows(ctx context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	if f.noReads.Load() {
		return errAway
	}
	n := int64(0)
	err := f.Store.Rows(ctx, q, func(row *storage.Row) error {
		if n++; row.ID == f.poisonRow.Load() {
			panic("a row that cannot be read")
		}
		return fn(row)
	})
	f.most.Store(max(f.most.Load(), n))
	return err
}

func (f *faulty) Update(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	if f.noWrites.Load() {
		return errAway
	}
	return f.Store.Update(ctx, lane, func(ctx context.Context, tx storage.Tx) error { return fn(ctx, counting{tx, f}) }, committed)
}

func (f *faulty) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	refs, err := f.Store.Refs(ctx, q)
	f.most.Store(max(f.most.Load(), int64(len(refs))))
	return refs, err
}

// counting is a transaction that counts the results of search folders that are read in it.
type counting struct {
	storage.Tx
	f *faulty
}

func (c counting) SearchResults(ctx context.Context, folder uint32) ([]storage.SearchResult, error) {
	list, err := c.Tx.SearchResults(ctx, folder)
	c.f.lists.Add(1)
	c.f.read.Add(int64(len(list)))
	return list, err
}

func (c counting) ResultsOf(ctx context.Context, folder uint32, messages []uint32) ([]storage.FoundIn, error) {
	list, err := c.Tx.ResultsOf(ctx, folder, messages)
	c.f.read.Add(int64(len(list)))
	return list, err
}

// retry lets time pass until nobody waits to try again.
func (b *bench) retry() {
	for wait := b.svc.unsettled(); wait != nil; wait = b.svc.unsettled() {
		select {
		case b.ticks <- time.Time{}:
		case <-wait:
		}
	}
}

// What search folders missed while the database was away they get when it is back, without a client or a restart.
func TestCureAfterAnOutage(t *testing.T) {
	for name, away := range map[string]func(*faulty) *atomic.Bool{
		"reading": func(f *faulty) *atomic.Bool { return &f.noReads },
		"writing": func(f *faulty) *atomic.Bool { return &f.noWrites },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			m1, m2 := b.message(b.inbox, "red"), b.message(b.inbox, "red")
			b.set(0, b.inbox)
			fault := away(b.fault)
			fault.Store(true)
			m3 := b.message(b.inbox, "red") // the others still reach the database
			b.paint(m1, "blue")
			for range 3 {
				b.ticks <- time.Time{} // it is tried again, in vain
			}
			b.contains(m1, m2)
			fault.Store(false)
			b.retry()
			b.shows(m2, m3)
			m4 := b.message(b.inbox, "red")
			b.shows(m2, m3, m4)
		})
	}
}

// A search that could not run, because the database went away, runs when it is back.
func TestFirstRunAfterAnOutage(t *testing.T) {
	b := newBench(t)
	m := b.message(b.inbox, "red")
	b.fault.noReads.Store(true)
	b.OK(b.trySet(0, red(), b.inbox))
	b.ticks <- time.Time{}
	b.fault.noReads.Store(false)
	b.retry()
	b.shows(m)
	if status := b.Object(b.search.ID).Props.Uint32(mapi.PrECSearchfolderStatus); status != mapi.SearchStatusRunning {
		t.Errorf("status %d", status)
	}
}

// A server that stops before a search is cured compares when it starts again.
func TestStopBeforeTheCure(t *testing.T) {
	b := newBench(t)
	m1 := b.message(b.inbox, "red")
	b.set(0, b.inbox)
	b.fault.noReads.Store(true)
	m2 := b.message(b.inbox, "red")
	b.ticks <- time.Time{} // it has been noticed
	b.svc.Close()
	b.contains(m1)
	b.open(t)
	b.shows(m1, m2)
}

// Criteria that cannot be stored, and a stop that cannot be noted, leave the search as it was.
func TestSetDuringAnOutage(t *testing.T) {
	b := newBench(t)
	m1 := b.message(b.inbox, "red")
	b.set(0, b.inbox)
	for _, flags := range []uint32{0, mapi.SearchStop} {
		b.fault.noWrites.Store(true)
		b.Fails(b.trySet(flags, contains(mapi.PrSubject, "other"), b.inbox), mapi.DatabaseError)
		b.fault.noWrites.Store(false)
		b.retry()
		b.shows(m1)
	}
	m2 := b.message(b.inbox, "red")
	b.shows(m1, m2)
}

// A message over which the evaluation panics is not found; the server, and the search of all other messages, go on, also after a restart.
func TestPanicInASearch(t *testing.T) {
	for name, poison := range map[string]func(*faulty) *atomic.Uint32{
		"by words": func(f *faulty) *atomic.Uint32 { return &f.poison },
		"its row":  func(f *faulty) *atomic.Uint32 { return &f.poisonRow },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.svc.Text = fulltext.New(fulltext.Options{Store: b.fault, Log: b.svc.Log})
			t.Cleanup(b.svc.Text.Close)
			b.svc.UseText(true)
			m1, bad := b.message(b.inbox, "red"), b.message(b.inbox, "red")
			b.OK(b.trySet(0, contains(mapi.PrSubject, "red"), b.inbox))
			b.shows(m1, bad)
			poison(b.fault).Store(bad.ID)
			b.paint(bad, "red and green")
			m2 := b.message(b.inbox, "red")
			b.settle()
			list, err := b.Store.SearchResults(t.Context(), b.search.ID)
			b.OK(err)
			if list[len(list)-1].Message != m2.ID {
				t.Errorf("shows %v without message %d", list, m2.ID)
			}
			b.OK(b.trySet(0, contains(mapi.PrSubject, "red"), b.inbox))
			b.settle()
		})
	}
}
