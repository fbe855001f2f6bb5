//go:build !race

package cache

import (
	"math/rand/v2"
	"testing"
)

// zipfHits reads objects the way mailboxes are read, few often and many seldom, and
// now and then a page of a large folder. Hits are counted once the cache is warm.
func zipfHits(c *Cells, scanEvery, warm, measured int) (ratio float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := rand.NewZipf(rng, 1.1, 8, 400_000)
	record := make(Record, 400)
	get := func(id uint32) bool {
		_, ticket, ok := c.Get(id)
		if !ok {
			c.Put(ticket, id, record)
		}
		return ok
	}
	hits, scanned := 0, uint32(0)
	for i := range warm + measured {
		hit := get(uint32(draw.Uint64()))
		if i < warm {
			continue
		}
		if hit {
			hits++
		}
		if scanEvery > 0 && i%scanEvery == 0 && scanned < 200_000 {
			for range 50 { // a page of the large folder, which is not read again
				scanned++
				get(1_000_000 + scanned)
			}
		}
	}
	return float64(hits) / float64(measured)
}

// A large folder that is read once must not drive out what is read often. One goroutine does it all, so the race detector would find
// nothing, and it makes the millions of steps ten times as slow.
func TestScanResistance(t *testing.T) {
	const budget = 8 << 20 // a twentieth of the objects
	for _, tt := range []struct {
		name           string
		warm, measured int
		every          int // requests between two pages of the scan
	}{
		{"warm", 300_000, 400_000, 100},
		{"warm, the scan in a quarter of the time", 300_000, 400_000, 25},
		{"main queue half full", 30_000, 400_000, 100},
		{"just full", 15_000, 400_000, 100},
		{"empty", 0, 400_000, 100},
		{"empty, and only as long as it fills", 0, 50_000, 100},
		{"just full, the scan in a quarter of the time", 15_000, 400_000, 25},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plain := zipfHits(NewCells(budget), 0, tt.warm, tt.measured)
			scanned := zipfHits(NewCells(budget), tt.every, tt.warm, tt.measured)
			t.Logf("hit ratio %.2f %% without, %.2f %% with a scan of 200,000 rows: %.2f points", 100*plain, 100*scanned, 100*(plain-scanned))
			if plain < 0.5 {
				t.Errorf("hit ratio %.3f is no cache", plain)
			}
			if plain-scanned > 0.02 {
				t.Errorf("the scan costs %.2f points, at most 2 are allowed", 100*(plain-scanned))
			}
		})
	}
}
