//go:build !race

package soaphttp

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestCompressionAllocations: a compressed answer takes no more memory from the heap than a plain one.
func TestCompressionAllocations(t *testing.T) {
	body := []byte(strings.Repeat("<item><ulPropTag>3604511</ulPropTag><lpszA>a subject</lpszA></item>", 700))
	s := NewServer(Config{Compress: true}, handlerFunc(func(_ context.Context, x *Exchange) {
		x.SetCompression(true)
		x.Reply(body)
	}))
	const requests = 500
	allocations := func(headers string) float64 {
		return testing.AllocsPerRun(3, func() {
			newConn(s, &repeatConn{scriptConn{in: bytes.NewReader(nil)}, []byte(withLength(headers, envelope)), requests}).serve()
		}) / requests
	}
	plain, compressed := allocations("Accept: text/xml\r\n"), allocations("Accept-Encoding: gzip\r\n")
	if compressed > plain+0.1 { // the collector may empty a pool
		t.Errorf("%.2f allocations for a compressed answer, %.2f for a plain one", compressed, plain)
	}
}
