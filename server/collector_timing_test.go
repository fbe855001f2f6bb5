package server

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"strconv"
	"testing"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/wire"
)

// collectorVariable asks for BenchmarkCollector and says how many GiB of cells it fills.
const collectorVariable = "ZARAFA_BENCH_CELLS_GIB"

// BenchmarkCollector works with a full cell cache, within the memory that the settings promise, and reports which part of the
// processors' time goes to collecting garbage and giving memory back. One operation is 10 pages, 10 messages read, a delivery, and 20 records
// that are not in the cache and come into it.
func BenchmarkCollector(b *testing.B) {
	gib, err := strconv.ParseFloat(os.Getenv(collectorVariable), 64)
	if err != nil || gib <= 0 {
		b.Skip("takes memory: set " + collectorVariable + " to how many GiB")
	}
	o := newOperations(b)
	o.fill(filled)
	budget := int64(gib * (1 << 30))
	changed := *o.server.settings()
	changed.Cache.Cell = budget
	o.server.Reload(&changed)
	before := debug.SetMemoryLimit(-1)
	b.Cleanup(func() { debug.SetMemoryLimit(before) })
	o.server.LimitMemory(debug.SetMemoryLimit, debug.SetMemoryLimit(-1))
	o.server.memory.configure(&changed.Cache)
	keeping, stop := context.WithCancel(b.Context())
	defer stop()
	go o.server.keepMemory(keeping)
	next := fillCells(o.server.cells, budget)

	seek, query := o.pageRequests(o.openTable(mapi.PrMessageDeliveryTime, 1))
	var loads [][]byte
	for _, id := range o.messages {
		loads = append(loads, encode(&wire.LoadObjectRequest{SessionID: o.session, EntryID: id}))
	}
	first := processorTimes()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		for j := range 10 {
			o.send(seek)
			o.send(query)
			o.send(loads[(10*i+j)%len(loads)])
		}
		req, _ := o.saveRequest(i)
		o.send(encode(req))
		for range 20 {
			next++
			_, ticket, _ := o.server.cells.Get(next)
			o.server.cells.Put(ticket, next, make(cache.Record, cellBytes))
		}
	}
	o.expect("<er>0</er>", 1)
	last := processorTimes()
	collector := last.collector - first.collector
	b.ReportMetric(100*collector/(last.all-first.all), "%gc")
	b.ReportMetric(float64(last.cycles-first.cycles), "gc-cycles")
	b.ReportMetric(float64(o.server.cells.Stats().Bytes)/(1<<30), "GiB-cells")
	b.ReportMetric(float64(last.allocated-first.allocated)/float64(b.N), "allocated-B/op")
	runtime.KeepAlive(o)
}

// cellBytes is the size of a row with its properties.
const cellBytes = 1000

// fillCells fills the cache with records that nobody has asked for twice, and some that were; it returns the last id.
func fillCells(cells *cache.Cells, budget int64) uint32 {
	record := make(cache.Record, cellBytes)
	id := uint32(1 << 28)
	for range budget / cellBytes * 5 / 4 {
		id++
		cells.Replace(id, record)
		if id%2 == 0 {
			cells.Get(id)
		}
	}
	return id
}

// times are seconds of all processors that were not idle, and of the collector with its scavenger.
type times struct {
	all, collector    float64
	cycles, allocated uint64
}

func processorTimes() times {
	runtime.GC() // the times are brought up to date by a collection
	names := []string{
		"/cpu/classes/total:cpu-seconds", "/cpu/classes/idle:cpu-seconds", "/cpu/classes/gc/total:cpu-seconds",
		"/cpu/classes/gc/mark/idle:cpu-seconds", "/cpu/classes/scavenge/total:cpu-seconds", "/gc/cycles/total:gc-cycles", "/gc/heap/allocs:bytes",
	}
	samples := make([]runtimemetrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	runtimemetrics.Read(samples)
	seconds := make([]float64, 5)
	for i := range seconds {
		seconds[i] = samples[i].Value.Float64()
	}
	if seconds[0] == 0 {
		panic(fmt.Sprintf("the runtime has no metric %s", names[0]))
	}
	// What the collector does with processors that are idle costs nobody anything.
	idle := seconds[1] + seconds[3]
	return times{all: seconds[0] - idle, collector: seconds[2] - seconds[3] + seconds[4], cycles: samples[5].Value.Uint64(), allocated: samples[6].Value.Uint64()}
}
