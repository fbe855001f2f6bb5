package memlimit_test

import (
	"runtime"
	"testing"

	"zarafa/server/memlimit"
)

func TestYield(t *testing.T) {
	const configured, limit, views = 256 * mb, 460 * mb, 32 * mb
	idle := memlimit.Heap{Live: (256 + 32 + 20) * mb, Other: 10 * mb}
	var y memlimit.Yield
	if got := y.Cells(configured, limit, idle, 256*mb, views); got != configured {
		t.Errorf("%d MB of cells though there is room for all", got/mb)
	}
	busy := memlimit.Heap{Live: (256 + 32 + 120) * mb, Other: 10 * mb}
	got := y.Cells(configured, limit, busy, 256*mb, views)
	if got > 460*mb-32*mb-130*mb-65*mb || got < 224*mb {
		t.Errorf("%d MB of cells while requests have 130 MB", got/mb)
	}
	if again := y.Cells(configured, limit, idle, got, views); again > got+16*mb {
		t.Errorf("%d MB are given back within a second", (again-got)/mb)
	}
	for range 60 {
		got = y.Cells(configured, limit, idle, 256*mb, views)
	}
	if got != configured {
		t.Errorf("%d MB of cells a minute later", got/mb)
	}
	flood := memlimit.Heap{Live: 5000 * mb}
	if got := y.Cells(configured, limit, flood, 256*mb, views); got != configured/4 {
		t.Errorf("%d MB of cells are left in a flood", got/mb)
	}
	if got := new(memlimit.Yield).Cells(0, limit, idle, 0, 0); got != 0 {
		t.Errorf("%d bytes for a cache that is switched off", got)
	}
}

// What is allocated and kept is live after a collection, and not the runtime's own.
func TestGauge(t *testing.T) {
	g := memlimit.NewGauge()
	runtime.GC()
	before := g.Read()
	block := make([]byte, 64*mb)
	runtime.GC()
	after := g.Read()
	if grown := after.Live - before.Live; grown < 60*mb || grown > 80*mb {
		t.Errorf("64 MB more are seen as %d bytes", grown)
	}
	if after.Other <= 0 || after.Other > 60*mb {
		t.Errorf("the runtime's own memory is %d bytes", after.Other)
	}
	runtime.KeepAlive(block)
}
