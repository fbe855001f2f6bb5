package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// fillBatch is how many mails share a commit while the database is filled.
const fillBatch = 256

// sampled is how many messages are remembered, to be opened at random.
const sampled = 20000

// fill makes mailboxes and delivers to them in the order of arrival.
func fill(ctx context.Context, e engine, c config) (*population, error) {
	s, err := e.open(ctx, true)
	if err != nil {
		return nil, err
	}
	p := &population{}
	counts, measured := sizes(c.scale)
	for i, n := range counts {
		f, err := mailbox(ctx, s)
		if err != nil {
			return nil, err
		}
		f.Messages, f.Measured = n, measured[i]
		p.Folders = append(p.Folders, f)
		p.Messages += n
	}
	order := arrivals(p.Folders)
	rng := rand.New(rand.NewPCG(5, 6))
	began := time.Now()
	for from := 0; from < len(order); from += fillBatch {
		if from%(fillBatch*64) == 0 {
			if err := room(c.dir); err != nil {
				return nil, err
			}
		}
		if from%(fillBatch*200) == 0 {
			fmt.Printf("%d of %d messages, %.0f s\n", from, len(order), time.Since(began).Seconds())
		}
		batch := order[from:min(from+fillBatch, len(order))]
		if err := p.deliverAll(ctx, s, batch, from, rng); err != nil {
			return nil, err
		}
	}
	fmt.Printf("filled: %d messages in %d mailboxes, %.0f s, %d MiB of mail\n", len(order), len(counts), time.Since(began).Seconds(), p.MIME>>20)
	if err := s.Close(); err != nil {
		return nil, err
	}
	return p, e.stop()
}

func (p *population) deliverAll(ctx context.Context, s storage.Store, batch []int32, from int, rng *rand.Rand) error {
	ids, mimes := make([]uint32, len(batch)), make([]int64, len(batch))
	err := s.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) (err error) {
		for i, k := range batch {
			if ids[i], mimes[i], err = deliver(ctx, tx, p.Folders[k], from+i); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	for i, k := range batch {
		p.MIME += mimes[i]
		if f := p.Folders[k]; f.Measured {
			f.Filled = append(f.Filled, ids[i])
		}
		if rng.IntN(p.Messages) < sampled {
			p.Sample = append(p.Sample, ids[i])
		}
	}
	return err
}

// mailbox makes a store with an inbox.
func mailbox(ctx context.Context, s storage.Store) (*folder, error) {
	f := &folder{GUID: mapi.NewGUID()}
	err := s.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) (err error) {
		parent := uint32(0)
		for i, id := range []*uint32{&f.Store, &f.Root, &f.ID} {
			if *id, err = tx.NewObjectID(ctx); err != nil {
				return err
			}
			typ := mapi.TypeFolder
			if i == 0 {
				typ = mapi.TypeStore
			}
			if f.Key, err = tx.NewSourceKey(ctx); err != nil {
				return err
			}
			o := &storage.Object{
				Ref:   storage.Ref{ID: *id, Store: f.Store, Parent: parent, Type: typ, EntryID: mapi.NewEntryID(f.GUID, typ), SourceKey: f.Key},
				Props: mapi.Props{mapi.String(mapi.PrDisplayName, "Inbox")},
			}
			if err := tx.Insert(ctx, o); err != nil {
				return err
			}
			if err := tx.AddCounters(ctx, f.Store, *id, storage.Counters{}); err != nil {
				return err
			}
			parent = *id
		}
		return nil
	}, nil)
	return f, err
}
