package soaphttp

import (
	"bytes"
	"context"
	"testing"
)

// BenchmarkRequest serves a plain request, as the reference client sends it, from memory to memory.
func BenchmarkRequest(b *testing.B) {
	s := NewServer(Config{}, handlerFunc(func(_ context.Context, x *Exchange) { x.Reply(x.Body) }))
	nc := &repeatConn{scriptConn{in: bytes.NewReader(nil)}, []byte(plainRequest), b.N}
	b.ReportAllocs()
	newConn(s, nc).serve()
}

// BenchmarkLoopback is BenchmarkRequest over a TCP connection; the client's part is net/http's.
func BenchmarkLoopback(b *testing.B) {
	_, addr := startServer(b, "tcp", Config{}, handlerFunc(func(_ context.Context, x *Exchange) { x.Reply(x.Body) }))
	p := dial(b, addr)
	for b.Loop() {
		p.send(plainRequest)
		p.receive()
	}
}

var plainRequest = withLength("User-Agent: gSOAP/2.8\r\nContent-Type: text/xml; charset=utf-8\r\n"+
	"Connection: keep-alive\r\nAccept-Encoding: gzip,deflate\r\n", envelope)
