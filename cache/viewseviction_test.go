package cache

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestEviction(t *testing.T) {
	one := NewViews(1 << 30)
	size := mustOpen(t, one, ViewKey{Folder: 1}, loadRows(1000)).Bytes()
	c := NewViews(4*size + size/2)
	open := func(folder uint32) *View { return mustOpen(t, c, ViewKey{Folder: folder}, loadRows(1000)) }
	resident := func() (list []uint32) {
		for folder := range uint32(20) {
			c.Each(folder, Messages, func(v *View) { list = append(list, v.Key().Folder) })
		}
		return list
	}
	for folder := range uint32(4) {
		c.Close(open(folder))
	}
	c.Close(open(0)) // used again, so 1 is the oldest
	c.Close(open(10))
	if got := fmt.Sprint(resident()); got != "[0 2 3 10]" {
		t.Errorf("resident are %v", got)
	}
	var pinned []*View
	for folder := range uint32(8) {
		pinned = append(pinned, open(folder))
	}
	if got := fmt.Sprint(resident()); got != "[0 1 2 3 4 5 6 7]" {
		t.Errorf("with pins, resident are %v", got)
	}
	for _, v := range pinned {
		c.Close(v)
	}
	if got := fmt.Sprint(resident()); got != "[4 5 6 7]" {
		t.Errorf("after closing, resident are %v", got)
	}
	c.SetBudget(size + size/2)
	if got := fmt.Sprint(resident()); got != "[7]" {
		t.Errorf("after SetBudget, resident are %v", got)
	}
	held := open(7)
	for i := range uint32(3000) { // grows beyond the budget, but somebody uses it
		held.Put(Row{ID: 5000 + i}, []byte("new"))
	}
	checkRegistry(t, c)
	c.Close(held)
	if st := c.Stats(); st.Bytes != 0 || st.Views != 0 {
		t.Errorf("too large, but kept: %+v", st)
	}
}

func TestDrop(t *testing.T) {
	c := NewViews(1 << 20)
	kept := mustOpen(t, c, ViewKey{Folder: 2}, loadRows(10))
	open := mustOpen(t, c, ViewKey{Folder: 1}, loadRows(10))
	c.Close(mustOpen(t, c, ViewKey{Folder: 1, Class: Folders}, loadRows(10)))
	c.Drop(1)
	if !open.Stale() || kept.Stale() || NewView().Stale() {
		t.Errorf("stale: dropped %v, other %v", open.Stale(), kept.Stale())
	}
	if open.Len() != 10 {
		t.Error("an open view lost its rows")
	}
	fresh := mustOpen(t, c, ViewKey{Folder: 1}, loadRows(20))
	if fresh == open || fresh.Len() != 20 {
		t.Error("the dropped view is still shared")
	}
	checkRegistry(t, c, open)
	c.Close(open)
	checkRegistry(t, c)
	c.Drop(1)
	c.Drop(99)
}

func TestDropDuringLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewViews(1 << 20)
		loads := uint32(0)
		go func() {
			time.Sleep(time.Second)
			c.Drop(1)
		}()
		v, err := c.Open(t.Context(), ViewKey{Folder: 1}, nil, func(ctx context.Context, add func(Row, []byte)) error {
			loads++
			time.Sleep(2 * time.Second)
			return loadRows(loads)(ctx, add)
		})
		if err != nil || v.Len() != 2 || v.Stale() {
			t.Errorf("Open = %d rows after %d loads, %v", v.Len(), loads, err)
		}
		checkRegistry(t, c)
	})
}

// Sessions open, change, close and drop at random; the sums must come out right.
func TestViewsUnderLoad(t *testing.T) {
	c := NewViews(200 << 10)
	var wg sync.WaitGroup
	for seed := range uint64(4) {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 5))
			for range 400 {
				folder := rng.Uint32N(8)
				v, err := c.Open(t.Context(), ViewKey{Folder: folder, Sort: fmt.Sprint(rng.IntN(2))}, nil, loadRows(500))
				if err != nil {
					t.Error(err)
					return
				}
				c.Each(folder, Messages, func(v *View) { v.Put(Row{ID: rng.Uint32N(1000)}, randomKey(rng)) })
				switch rng.IntN(50) {
				case 0:
					c.Drop(folder)
				case 1:
					c.SetBudget(int64(rng.IntN(400 << 10)))
				}
				if n := v.Snapshot().Len(); n < 500 {
					t.Errorf("folder %d has %d rows", folder, n)
				}
				c.Close(v)
			}
		})
	}
	wg.Wait()
	checkRegistry(t, c)
	c.SetBudget(0)
	if st := c.Stats(); st.Bytes != 0 || st.Views != 0 || c.idle.front != nil || c.idle.back != nil {
		t.Errorf("after everything is closed: %+v", st)
	}
}
