package suite

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"

	"zarafa/cache"
	"zarafa/mapi"
)

// cacheBenchmarks are of sorted views and cells alone.
func cacheBenchmarks() []Benchmark {
	return []Benchmark{
		{"Cache/ViewPut", putView},
		{"Cache/ViewRank", rankView},
		{"Cache/ViewPage", pageView},
		{"Cache/ViewBuild", buildView},
		{"Cache/ViewsOpen", openViews},
		{"Cache/CellsGet", getCells},
		{"Cache/CellsGet/parallel", getCellsParallel},
		{"Cache/CellsInsert", insertCells},
		{"Cache/CellsReplace", replaceCells},
		{"Cache/RecordPack", packRecord},
		{"Cache/RecordValue", readRecord},
	}
}

const (
	viewRows  = 20_000
	cellItems = 20_000
)

var errMissing = errors.New("something is not in the cache")

// keyedRows are rows with sort keys of the length that subjects have.
func keyedRows() []cache.KeyedRow {
	rng := rand.New(rand.NewPCG(1, 1))
	rows := make([]cache.KeyedRow, viewRows)
	for i := range rows {
		key := make([]byte, 40)
		binary.BigEndian.PutUint64(key, rng.Uint64N(1<<40))
		rows[i] = cache.KeyedRow{Row: cache.Row{ID: uint32(i)}, Key: key}
	}
	return rows
}

func putView(*Environment) (Work, error) {
	v, err := cache.BuildView(keyedRows())
	rng, key := rand.New(rand.NewPCG(1, 2)), make([]byte, 40)
	return repeat(func(int) error {
		binary.BigEndian.PutUint64(key, rng.Uint64N(1<<40))
		v.Put(cache.Row{ID: rng.Uint32N(viewRows)}, key)
		return nil
	}), err
}

func rankView(*Environment) (Work, error) {
	v, err := cache.BuildView(keyedRows())
	rng := rand.New(rand.NewPCG(1, 2))
	return repeat(func(int) error {
		if _, ok := v.Snapshot().Rank(cache.Row{ID: rng.Uint32N(viewRows)}); !ok {
			return errMissing
		}
		return nil
	}), err
}

func pageView(*Environment) (Work, error) {
	v, err := cache.BuildView(keyedRows())
	rng := rand.New(rand.NewPCG(1, 2))
	return repeat(func(int) error {
		n := 0
		v.Snapshot().Range(int(rng.Uint32N(viewRows-50)), func(int, cache.Row, []byte) bool { n++; return n < 50 })
		return nil
	}), err
}

func buildView(*Environment) (Work, error) {
	rows := keyedRows()
	return repeat(func(int) error {
		_, err := cache.BuildView(rows)
		return err
	}), nil
}

func openViews(e *Environment) (Work, error) {
	views, key := cache.NewViews(64<<20), cache.ViewKey{Folder: 1, Sort: "date"}
	load := func(_ context.Context, add func(cache.Row, []byte)) error {
		for _, r := range keyedRows() {
			add(r.Row, r.Key)
		}
		return nil
	}
	return repeat(func(int) error {
		v, err := views.Open(e.ctx, key, nil, load)
		if err == nil {
			views.Close(v)
		}
		return err
	}), nil
}

func filledCells() *cache.Cells {
	c, record := cache.NewCells(cellItems*1000), make(cache.Record, 600)
	for id := range uint32(cellItems) {
		c.Replace(id, record)
	}
	return c
}

// get looks random records up, most of which are there.
func get(c *cache.Cells, n int, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 2))
	for range n {
		c.Get(rng.Uint32N(cellItems))
	}
}

func getCells(*Environment) (Work, error) {
	c := filledCells()
	return Work{Run: func(n int) error { get(c, n, 1); return nil }}, nil
}

func getCellsParallel(*Environment) (Work, error) {
	const readers = 2
	c := filledCells()
	return Work{Procs: readers, Run: func(n int) error {
		var running sync.WaitGroup
		for i := range readers {
			running.Go(func() { get(c, (n+readers-1)/readers, uint64(i)) })
		}
		running.Wait()
		return nil
	}}, nil
}

// insertCells fills a full cache, so that every insertion evicts.
func insertCells(*Environment) (Work, error) {
	c, record, id := filledCells(), make(cache.Record, 600), uint32(cellItems)
	return repeat(func(int) error {
		id++
		_, ticket, _ := c.Get(id)
		c.Put(ticket, id, record)
		return nil
	}), nil
}

func replaceCells(*Environment) (Work, error) {
	c, record, rng := filledCells(), make(cache.Record, 600), rand.New(rand.NewPCG(1, 2))
	return repeat(func(int) error {
		c.Replace(rng.Uint32N(cellItems), record)
		return nil
	}), nil
}

// recordProps are the properties of a row.
func recordProps() []mapi.PropValue {
	var props []mapi.PropValue
	for i := range uint16(40) {
		props = append(props, mapi.String(mapi.MakeTag(0x1000+i, mapi.PtUnicode), "a value of usual length"))
	}
	return props
}

func packRecord(*Environment) (Work, error) {
	props := recordProps()
	var buf []byte
	return repeat(func(int) error {
		buf, _ = cache.AppendRecord(buf[:0], cache.Header{}, props)
		return nil
	}), nil
}

func readRecord(*Environment) (Work, error) {
	props := recordProps()
	r := cache.Pack(cache.Header{}, props)
	return repeat(func(i int) error {
		if _, ok := r.Value(props[i%len(props)].Tag); !ok {
			return errMissing
		}
		return nil
	}), nil
}
