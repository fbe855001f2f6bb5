package cache

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"zarafa/mapi"
)

const benchRows = 200_000

// benchView is a folder of 200,000 messages sorted by date, or by a text whose
// collation key has about 60 bytes.
func benchView(b *testing.B, keySize int) *View {
	b.Helper()
	v, err := BuildView(benchKeys(keySize))
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func benchKeys(keySize int) []KeyedRow {
	rng := rand.New(rand.NewPCG(1, 1))
	rows := make([]KeyedRow, benchRows)
	for i := range rows {
		key := make([]byte, keySize)
		binary.BigEndian.PutUint64(key, rng.Uint64N(1<<40))
		rows[i] = KeyedRow{Row{ID: uint32(i)}, key}
	}
	return rows
}

func BenchmarkViewPut(b *testing.B) {
	for _, size := range []int{8, 60} {
		b.Run(fmt.Sprintf("key=%d", size), func(b *testing.B) {
			v := benchView(b, size)
			rng := rand.New(rand.NewPCG(1, 2))
			key := make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				binary.BigEndian.PutUint64(key, rng.Uint64N(1<<40))
				v.Put(Row{ID: rng.Uint32N(benchRows)}, key)
			}
		})
	}
}

// BenchmarkViewDeliver is new mail: the highest id, the latest date.
func BenchmarkViewDeliver(b *testing.B) {
	v := benchView(b, 8)
	var key [8]byte
	n := uint32(benchRows)
	b.ReportAllocs()
	for b.Loop() {
		n++
		binary.BigEndian.PutUint64(key[:], 1<<40+uint64(n))
		v.Put(Row{ID: n}, key[:])
	}
}

func BenchmarkViewRank(b *testing.B) {
	v := benchView(b, 8)
	rng := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		v.Snapshot().Rank(Row{ID: rng.Uint32N(benchRows)})
	}
}

func BenchmarkViewPage(b *testing.B) {
	s := benchView(b, 8).Snapshot()
	rng := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		n := 0
		s.Range(int(rng.Uint32N(benchRows-50)), func(int, Row, []byte) bool { n++; return n < 50 })
	}
}

func BenchmarkViewBuild(b *testing.B) {
	for _, size := range []int{8, 60} {
		b.Run(fmt.Sprintf("key=%d", size), func(b *testing.B) {
			rows := benchKeys(size)
			before := heap()
			v, _ := BuildView(rows)
			took, counted := heap()-before, v.Bytes()
			for b.Loop() {
				if v, _ = BuildView(rows); v.Len() != benchRows {
					b.Fatal("rows are missing")
				}
			}
			b.ReportMetric(float64(took)/benchRows, "heap-B/row")
			b.ReportMetric(float64(counted)/benchRows, "counted-B/row")
		})
	}
}

func BenchmarkViewsOpenWarm(b *testing.B) {
	c := NewViews(1 << 30)
	key := ViewKey{Folder: 1, Sort: "date"}
	load := func(_ context.Context, add func(Row, []byte)) error {
		for _, r := range benchKeys(8) {
			add(r.Row, r.Key)
		}
		return nil
	}
	if _, err := c.Open(b.Context(), key, nil, load); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			v, _ := c.Open(b.Context(), key, nil, load)
			v.Len()
			c.Close(v)
		}
	})
}

func benchCells(b *testing.B, items uint32) *Cells {
	b.Helper()
	c := NewCells(int64(items) * 1000)
	record := make(Record, 600)
	for id := range items {
		c.Replace(id, record)
	}
	b.ResetTimer()
	return c
}

func BenchmarkCellsGet(b *testing.B) {
	const items = 100_000
	b.Run("single", func(b *testing.B) {
		c := benchCells(b, items)
		rng := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			c.Get(rng.Uint32N(items))
		}
	})
	b.Run("parallel", func(b *testing.B) {
		c := benchCells(b, items)
		b.RunParallel(func(pb *testing.PB) {
			rng := rand.New(rand.NewPCG(rand.Uint64(), 2))
			for pb.Next() {
				c.Get(rng.Uint32N(items))
			}
		})
	})
}

// BenchmarkCellsGetShared shows whether goroutines that read the same records, or different ones, are in each other's way: a
// look-up writes nothing but a counter of its own core's. The records fit into the processor's cache, so that memory is
// not what is waited for. If look-ups disturbed each other, one would take more processor time (cpu-ns/op) with two cores than with one.
func BenchmarkCellsGetShared(b *testing.B) {
	const items = 1000
	c := benchCells(b, items)
	for _, which := range []struct {
		name string
		key  func(goroutine, i uint32) uint32
	}{
		{"same", func(_, i uint32) uint32 { return i % 16 }},
		{"different", func(g, i uint32) uint32 { return (g*16 + i%16) % items }},
	} {
		b.Run(which.name, func(b *testing.B) {
			var goroutines atomic.Uint32
			before := processorTime(b)
			b.RunParallel(func(pb *testing.PB) {
				g := goroutines.Add(1)
				for i := uint32(0); pb.Next(); i++ {
					c.Get(which.key(g, i))
				}
			})
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// processorTime is what the process has used, in nanoseconds; other work on the machine is not in it.
func processorTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkCellsChurn fills a full cache, so that every Put evicts.
func BenchmarkCellsChurn(b *testing.B) {
	c := NewCells(64 << 20)
	record := make(Record, 600)
	id := uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		id++
		_, ticket, _ := c.Get(id)
		c.Put(ticket, id, record)
	}
}

// BenchmarkCellsCollect is a garbage collection with 256 MiB of cells in memory.
func BenchmarkCellsCollect(b *testing.B) {
	c := NewCells(256 << 20)
	record := make(Record, 600)
	for id := range uint32(600_000) {
		c.Replace(id, record)
	}
	for b.Loop() {
		runtime.GC()
	}
	b.ReportMetric(float64(c.Stats().Items), "items")
}

func BenchmarkRecord(b *testing.B) {
	props := []mapi.PropValue{}
	for i := range uint16(40) {
		props = append(props, mapi.String(mapi.MakeTag(0x1000+i, mapi.PtUnicode), "a value of usual length"))
	}
	b.Run("pack", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = AppendRecord(buf[:0], Header{}, props)
		}
	})
	b.Run("value", func(b *testing.B) {
		r := Pack(Header{}, props)
		b.ReportAllocs()
		for b.Loop() {
			r.Value(props[17].Tag)
		}
	})
}
