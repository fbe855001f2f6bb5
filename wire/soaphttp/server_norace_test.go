//go:build !race

package soaphttp

import (
	"bytes"
	"context"
	"runtime/debug"
	"testing"
)

// A plain request and its answer allocate one small object of fasthttp's, the body stream, and
// nothing else once the pools are warm.
func TestAllocations(t *testing.T) {
	counter := &statusCounter{}
	s := NewServer(Config{Metrics: counter}, handlerFunc(func(_ context.Context, x *Exchange) { x.Reply(x.Body) }))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would empty the pools
	served := 0
	allocations := func(requests int) float64 {
		return testing.AllocsPerRun(10, func() {
			nc := &repeatConn{scriptConn{in: bytes.NewReader(nil)}, []byte(withLength("", envelope)), requests}
			newConn(s, nc).serve()
			served += requests
		})
	}
	const more = 1000
	allocations(more)
	if perRequest := (allocations(2*more) - allocations(more)) / more; perRequest != 1 {
		t.Errorf("%v allocations a request", perRequest)
	}
	if counter.ok != served {
		t.Errorf("%d of %d requests served", counter.ok, served)
	}
}
