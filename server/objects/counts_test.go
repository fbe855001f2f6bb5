package objects

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
)

// TestKnownCounters: what the tree says of counters is what the database has, however updates and look-ups of them meet.
func TestKnownCounters(t *testing.T) {
	b := newBench(t)
	ids := []uint32{b.ref(b.box[alice]).ID}
	for _, name := range []string{"Inbox", "Other"} {
		ids = append(ids, b.ref(b.folder(alice, b.root[alice], name)).ID)
	}
	store, tree, ctx, random := ids[0], b.svc.tree, t.Context(), testseed.New(t)
	refused := errors.New("refused")
	update := func(id uint32, fails, anew bool) {
		err := b.svc.writer.Do(ctx, store, change.Author{Now: b.now}, func(ctx context.Context, ch *change.Change) error {
			ch.Count(id, storage.Counters{Content: 1, Size: 10, CommitTime: mapi.FileTimeOf(b.now)})
			switch {
			case fails:
				return refused
			case anew:
				return ch.SetCounters(ctx, store, id, storage.Counters{Unread: 7})
			}
			return nil
		})
		if fails != errors.Is(err, refused) || err != nil && !fails {
			t.Error(err)
		}
	}
	look := func(ids ...uint32) []storage.Counters {
		t.Helper()
		list, err := tree.Counters(ctx, store, ids...)
		if err != nil {
			t.Error(err)
		}
		return list
	}
	for range 40 {
		tree.Amend(store)
		var writers, readers sync.WaitGroup
		var over atomic.Bool
		for range 3 {
			seed := random.Uint64()
			writers.Go(func() {
				random := rand.New(rand.NewPCG(seed, 0))
				for range 4 {
					update(ids[random.IntN(len(ids))], random.IntN(5) == 0, random.IntN(50) == 0)
				}
			})
			readers.Go(func() {
				for at := 0; !over.Load(); at++ {
					look(ids[at%len(ids):]...)
				}
			})
		}
		writers.Wait()
		over.Store(true)
		readers.Wait()
		want, err := b.store.CountersOf(ctx, store, ids...)
		b.ok(err)
		if got := look(ids...); !slices.Equal(got, want) {
			t.Fatalf("%+v; the database has %+v", got, want)
		}
	}
	b.ok(b.svc.writer.Do(ctx, store, change.Author{Now: b.now}, func(ctx context.Context, ch *change.Change) error {
		for _, id := range ids { // nothing lies in them, and a test ends with a check
			if err := ch.SetCounters(ctx, store, id, storage.Counters{}); err != nil {
				return err
			}
		}
		return nil
	}))
}
