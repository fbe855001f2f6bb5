//go:build !race

package cache

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// The tests of this file compare with the heap, to which the race detector adds, and each has one goroutine.

// What the cache says it takes is what the process has to pay, and it is the budget.
func TestCellsKeepToBudget(t *testing.T) {
	const budget = 8 << 20
	for _, size := range []int{60, 500, 3000, 20000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(size)))
			before := heap()
			c := NewCells(budget)
			record := make(Record, size)
			for range 6 * budget / size {
				id := rng.Uint32N(8 * budget / uint32(size))
				if _, ticket, ok := c.Get(id); !ok {
					c.Put(ticket, id, record[:1+rng.IntN(size)])
				}
			}
			took := heap() - before
			st := c.Stats()
			t.Logf("%d items, says %.1f %%, takes %.1f %% of the budget",
				st.Items, 100*float64(st.Bytes)/budget, 100*float64(took)/budget)
			if took > budget*105/100 || took < budget*90/100 {
				t.Errorf("the heap has grown by %d, budget %d", took, budget)
			}
			runtime.KeepAlive(c)
		})
	}
}

// What the registry says it keeps is what the process has to pay, for many small
// views as well as for a few large ones.
func TestViewsKeepToBudget(t *testing.T) {
	const budget = 8 << 20
	for _, rows := range []uint32{0, 1, 10, 300, 20000} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			before := heap()
			c := NewViews(budget)
			for folder := range 2*budget/(30*rows+700) + 3 {
				v := mustOpen(t, c, ViewKey{Folder: folder, Sort: "date"}, loadRows(rows))
				for i := range min(rows, 5) {
					v.Put(Row{ID: 3 * i}, []byte("changed"))
				}
				c.Close(v)
			}
			took := heap() - before
			st := c.Stats()
			t.Logf("%d views, says %.1f %%, takes %.1f %% of the budget",
				st.Views, 100*float64(st.Bytes)/budget, 100*float64(took)/budget)
			if took > budget*105/100 || took < budget*85/100 {
				t.Errorf("the heap has grown by %d, budget %d", took, budget)
			}
			runtime.KeepAlive(c)
		})
	}
}
