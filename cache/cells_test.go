package cache

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

func cellOf(id uint32, kind Kind, version uint32, size int) Record {
	r := make(Record, max(size, 12))
	binary.LittleEndian.PutUint32(r, id)
	binary.LittleEndian.PutUint32(r[4:], uint32(kind))
	binary.LittleEndian.PutUint32(r[8:], version)
	for i := 12; i < len(r); i++ {
		r[i] = byte(id) + byte(version)
	}
	return r
}

// checkShards verifies what the shards note of themselves.
func checkShards(t *testing.T, c *Cells) {
	t.Helper()
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		live, bytes := 0, int64(0)
		for _, q := range []*cellQueue{&s.small, &s.main} {
			sum := int64(0)
			for ch := q.first; ch != nil; ch = ch.next {
				live += ch.live
				sum += ch.bytes()
				if ch.main != (q == &s.main) {
					t.Errorf("shard %d: chunk in the wrong queue", i)
				}
				if got := (*s.chunks.Load())[ch.id&(maxCellChunks-1)].Load(); got != ch {
					t.Errorf("shard %d: chunk %x is not in the table", i, ch.id)
				}
			}
			if sum != q.bytes {
				t.Errorf("shard %d: queue has %d bytes, notes %d", i, sum, q.bytes)
			}
			bytes += sum
		}
		if live != s.index.Load().live {
			t.Errorf("shard %d: %d records in chunks, %d in the index", i, live, s.index.Load().live)
		}
		if bytes+s.index.Load().bytes()+s.ghosts.bytes() > s.used {
			t.Errorf("shard %d: more memory than noted", i)
		}
		s.mu.Unlock()
	}
}

func TestCellsAgainstModel(t *testing.T) {
	for _, budget := range []int64{1 << 17, 1 << 20, 1 << 24} {
		t.Run(fmt.Sprint(budget), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(budget), 1))
			c := NewCells(budget)
			type key struct {
				id   uint32
				kind Kind
			}
			want := map[key]Record{}
			hits := 0
			for step := range 60000 {
				k := key{uint32(2000 * math.Pow(rng.Float64(), 3)), Kind(rng.IntN(3))}
				r := cellOf(k.id, k.kind, uint32(step), rng.IntN(600))
				switch rng.IntN(20) {
				case 0:
					c.Invalidate(k.id)
					for kind := range Kind(MaxKinds) {
						delete(want, key{k.id, kind})
					}
				case 1:
					c.ReplaceKind(k.id, k.kind, r)
					want[k] = r
				case 2:
					_, ticket, ok := c.GetKind(k.id, k.kind)
					if ok {
						continue
					}
					c.Invalidate(k.id)
					for kind := range Kind(MaxKinds) {
						delete(want, key{k.id, kind})
					}
					c.PutKind(ticket, k.id, k.kind, r) // stale: must not be seen
				default:
					got, ticket, ok := c.GetKind(k.id, k.kind)
					if ok {
						hits++
						if !bytes.Equal(got, want[k]) {
							t.Fatalf("step %d: %v gives %x, want %x", step, k, got, want[k])
						}
						continue
					}
					c.PutKind(ticket, k.id, k.kind, r)
					want[k] = r
				}
			}
			if hits == 0 {
				t.Error("nothing was ever found")
			}
			if st := c.Stats(); st.Bytes > budget || st.Items == 0 {
				t.Errorf("budget %d: %+v", budget, st)
			}
			checkShards(t, c)
			c.SetBudget(budget / 2)
			if st := c.Stats(); st.Bytes > budget/2 {
				t.Errorf("after halving the budget %d: %+v", budget, st)
			}
			checkShards(t, c)
			c.Flush()
			if st := c.Stats(); st.Items != 0 {
				t.Errorf("after Flush: %+v", st)
			}
			checkShards(t, c)
		})
	}
}

func TestTickets(t *testing.T) {
	change := map[string]func(c *Cells){
		"nothing":      func(*Cells) {},
		"other object": func(c *Cells) { c.Invalidate(9) },
		"invalidate":   func(c *Cells) { c.Invalidate(3, 7) },
		"flush":        func(c *Cells) { c.Flush() },
		"replace other kind": func(c *Cells) {
			c.ReplaceKind(7, 2, cellOf(7, 2, 5, 20))
		},
	}
	for name, f := range change {
		t.Run(name, func(t *testing.T) {
			c := NewCells(1 << 20)
			_, ticket, ok := c.Get(7)
			if ok {
				t.Fatal("hit in an empty cache")
			}
			f(c)
			c.Put(ticket, 7, cellOf(7, 0, 1, 20))
			_, _, ok = c.Get(7)
			if want := name == "nothing" || name == "other object"; ok != want {
				t.Errorf("kept = %v, want %v", ok, want)
			}
		})
	}
	t.Run("replaced", func(t *testing.T) {
		c := NewCells(1 << 20)
		_, ticket, _ := c.Get(7)
		c.Replace(7, cellOf(7, 0, 2, 20))
		c.Put(ticket, 7, cellOf(7, 0, 1, 20))
		r, _, ok := c.Get(7)
		if !ok || !bytes.Equal(r, cellOf(7, 0, 2, 20)) {
			t.Errorf("Get = %x %v, want version 2", r, ok)
		}
	})
	t.Run("zero", func(t *testing.T) {
		c := NewCells(1 << 20)
		c.Put(Ticket{}, 7, cellOf(7, 0, 1, 20))
		if _, _, ok := c.Get(7); ok {
			t.Error("the zero ticket is valid")
		}
	})
}

func TestReplaceDropsOtherKinds(t *testing.T) {
	c := NewCells(1 << 20)
	has := func(kind Kind) bool { _, _, ok := c.GetKind(1, kind); return ok }
	c.ReplaceKind(1, 3, cellOf(1, 3, 1, 20))
	c.Replace(1, cellOf(1, 0, 2, 20))
	if !has(0) || has(3) {
		t.Errorf("after Replace: kind 0 %v, kind 3 %v", has(0), has(3))
	}
	c.ReplaceKind(1, 3, cellOf(1, 3, 2, 20))
	if !has(0) || !has(3) {
		t.Errorf("after ReplaceKind: kind 0 %v, kind 3 %v", has(0), has(3))
	}
	c.ReplaceKind(1, MaxKinds, cellOf(1, 0, 9, 20))
	if has(MaxKinds) || c.Stats().Items != 2 {
		t.Errorf("a kind out of range is kept")
	}
}

func TestUnfitRecords(t *testing.T) {
	c := NewCells(1 << 20)
	for name, r := range map[string]Record{"nil": nil, "empty": {}, "huge": make(Record, 1<<19)} {
		c.Replace(1, cellOf(1, 0, 1, 20))
		c.Replace(1, r)
		if _, _, ok := c.Get(1); ok {
			t.Errorf("%s record: the old one is still there", name)
		}
	}
	none := NewCells(0)
	none.Replace(1, cellOf(1, 0, 1, 20))
	if _, _, ok := none.Get(1); ok {
		t.Error("a budget of 0 keeps records")
	}
}

// A record stays whole while somebody reads it, whatever happens to the cache.
func TestRecordOutlivesEviction(t *testing.T) {
	c := NewCells(1 << 18)
	c.Replace(1, cellOf(1, 0, 1, 100))
	held, _, _ := c.Get(1)
	for id := uint32(2); id < 5000; id++ {
		c.Replace(id, cellOf(id, 0, 2, 100))
	}
	c.SetBudget(0)
	c.SetBudget(1 << 18)
	for id := uint32(2); id < 5000; id++ {
		c.Replace(id, cellOf(id, 0, 3, 100))
	}
	if _, _, ok := c.Get(1); ok {
		t.Error("the record was not evicted")
	}
	if !bytes.Equal(held, cellOf(1, 0, 1, 100)) {
		t.Error("an evicted record has changed under its reader")
	}
}

// No reader may see a version older than one that was committed before it asked.
func TestNoStaleReads(t *testing.T) {
	const objects = 64
	c := NewCells(1 << 17)
	var committed [objects]atomic.Uint32
	var wg sync.WaitGroup
	for w := range uint64(2) {
		wg.Go(func() { // a writer has its own objects
			rng := rand.New(rand.NewPCG(w, 1))
			for range 8000 {
				id := rng.Uint32N(objects/2)*2 + uint32(w)
				version := committed[id].Add(1)
				if rng.IntN(2) == 0 {
					c.Replace(id, cellOf(id, 0, version, 100+rng.IntN(1000)))
				} else {
					c.Invalidate(id)
				}
			}
		})
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(w, 2))
			for range 16000 {
				ids := []uint32{rng.Uint32N(objects), rng.Uint32N(objects)}
				for i, f := range getEither(c, ids, rng.IntN(2) == 0) {
					id, r := ids[i], f.Record
					if r == nil {
						c.Put(f.Ticket, id, cellOf(id, 0, committed[id].Load(), 100+rng.IntN(1000)))
						continue
					}
					if !bytes.Equal(r, cellOf(id, 0, binary.LittleEndian.Uint32(r[8:]), len(r))) {
						t.Errorf("record %x is torn", r)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	for id := range uint32(objects) {
		if r, _, ok := c.Get(id); ok && binary.LittleEndian.Uint32(r[8:]) != committed[id].Load() {
			t.Errorf("object %d: version %d is cached, %d committed", id, r[8:12], committed[id].Load())
		}
	}
	checkShards(t, c)
}

// getEither looks objects up all at once or one by one.
func getEither(c *Cells, ids []uint32, together bool) (found []Found) {
	if together {
		return c.GetAll(nil, ids, 0)
	}
	for _, id := range ids {
		r, ticket, _ := c.Get(id)
		found = append(found, Found{r, ticket})
	}
	return found
}

func TestGetDoesNotAllocate(t *testing.T) {
	c := NewCells(1 << 20)
	c.Replace(1, cellOf(1, 0, 1, 100))
	for name, id := range map[string]uint32{"hit": 1, "miss": 2} {
		if n := testing.AllocsPerRun(100, func() { c.Get(id) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	r := cellOf(1, 0, 1, 100)
	if n := testing.AllocsPerRun(100, func() { c.Invalidate(1) }); n != 0 {
		t.Errorf("Invalidate: %v allocations", n)
	}
	if n := testing.AllocsPerRun(50, func() { c.Replace(1, r) }); n > 0.1 {
		t.Errorf("Replace: %v allocations", n)
	}
}

// TestGetAll compares look-ups of many objects with look-ups of one.
func TestGetAll(t *testing.T) {
	const objects = 1000
	c := NewCells(1 << 20)
	rng := rand.New(rand.NewPCG(5, 5))
	fill := func() {
		id := rng.Uint32N(objects)
		switch rng.IntN(8) {
		case 0:
			c.Invalidate(id)
		default:
			c.ReplaceKind(id, Kind(rng.IntN(3)), cellOf(id, 0, rng.Uint32(), 20+rng.IntN(2000)))
		}
	}
	for range 3000 {
		fill()
	}
	hits, misses := 0, 0
	for range 200 {
		ids := make([]uint32, rng.IntN(3*lookups))
		for i := range ids {
			ids[i] = rng.Uint32N(objects)
		}
		kind := Kind(rng.IntN(MaxKinds + 1))
		before := []Found{{Record: Record("before")}}
		found := c.GetAll(before, ids, kind)
		if len(found) != 1+len(ids) || string(found[0].Record) != "before" {
			t.Fatalf("%d found of %d ids after one", len(found), len(ids))
		}
		for i, id := range ids {
			r, ticket, ok := c.GetKind(id, kind)
			if got := found[1+i]; !bytes.Equal(got.Record, r) || got.Ticket != ticket || ok != (got.Record != nil) {
				t.Fatalf("object %d, kind %d: %v, want %x %v", id, kind, got, r, ticket)
			}
			if ok {
				hits++
			} else {
				misses++
			}
		}
		fill()
	}
	if hits < 1000 || misses < 1000 {
		t.Errorf("%d hits, %d misses", hits, misses)
	}
}
