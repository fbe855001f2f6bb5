package change

import (
	"context"
	"sync"

	"zarafa/server/feed"
	"zarafa/storage"
)

// counts keeps the counters of stores and folders that somebody asked for, and adds to them what each batch added in the database. So a mailbox
// that gets mail all the time is not read all the time.
//
// What was read may be kept only if no update of the store was under way meanwhile: nobody could say of it whether what it adds was in what was
// read.
type counts struct {
	most int // objects

	mu       sync.Mutex
	list     map[uint32]*storage.Counters
	updating [updateSlots]updating
}

// updateSlots are for stores; those that share one only keep each other from keeping counters.
const updateSlots = 1 << 8

// updating is how many updates of a store are under way, and how many ever began.
type updating struct {
	now   int
	begun uint64
}

func newCounts(most int) counts { return counts{most: most, list: make(map[uint32]*storage.Counters)} }

// begin is called before an update of a store begins, end when it is announced or has failed.
func (c *counts) begin(store uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := &c.updating[store%updateSlots]
	u.now++
	u.begun++
}

func (c *counts) end(store uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.updating[store%updateSlots].now--
}

// find gives the counters of objects if all are kept. If not, quiet tells whether no update is under way, and begun is for keep.
func (c *counts) find(store uint32, ids []uint32) (found []storage.Counters, begun uint64, quiet bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found = make([]storage.Counters, len(ids))
	for i, id := range ids {
		kept := c.list[id]
		if kept == nil {
			u := c.updating[store%updateSlots]
			return nil, u.begun, u.now == 0
		}
		found[i] = *kept
	}
	return found, 0, false
}

// keep keeps what was read since find said that it was quiet.
func (c *counts) keep(store uint32, ids []uint32, read []storage.Counters, begun uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.updating[store%updateSlots].begun != begun || len(ids) > c.most {
		return
	}
	if len(c.list)+len(ids) > c.most {
		clear(c.list)
	}
	for i, id := range ids {
		kept := read[i]
		c.list[id] = &kept
	}
}

// apply takes in what a batch counted.
func (c *counts) apply(b *feed.Batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range b.Counts {
		k := &b.Counts[i]
		switch kept := c.list[k.Object]; {
		case k.Replaced:
			delete(c.list, k.Object)
		case kept != nil:
			add(kept, k.Delta)
		}
	}
	for i := range b.Events {
		if e := &b.Events[i]; e.Hard {
			delete(c.list, e.Object.ID)
		}
	}
}

// forget drops everything, also what is just being read.
func (c *counts) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.list)
	for i := range c.updating {
		c.updating[i].begun++
	}
}

// Counters are the counters of folders of a store, or of the store, in the order of the ids; of what has none, zeros. They are read from the database,
// by one statement, unless all of them are known.
func (t *Tree) Counters(ctx context.Context, store uint32, ids ...uint32) ([]storage.Counters, error) {
	found, begun, quiet := t.counts.find(store, ids)
	if found != nil {
		return found, nil
	}
	read, err := t.store.CountersOf(ctx, store, ids...)
	if err == nil && quiet {
		t.counts.keep(store, ids, read, begun)
	}
	return read, err
}
