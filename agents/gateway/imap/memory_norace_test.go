//go:build !race

package imap

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"

	"zarafa/agents/gateway/mailstore/memory"
)

// A connection in IDLE costs little memory, with the stack of its goroutine.
func TestMemoryOfIdle(t *testing.T) {
	const connections, limit = 500, 20 << 10
	store := memory.New(memory.Options{})
	store.AddUser("user", "secret")
	server := New(store, Options{})
	before := memoryInUse()
	var conns []net.Conn
	for range connections {
		ours, theirs := net.Pipe()
		go server.ServeConn(context.Background(), theirs, ConnInfo{Secure: true})
		conns = append(conns, ours)
		reader := bufio.NewReaderSize(ours, 16)
		go func() { _, _ = io.WriteString(ours, toIdle) }()
		// The test has no goroutine that reads on: only the server's memory is to be measured.
		for {
			line, err := reader.ReadSlice('\n')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				t.Fatal(err)
			}
			if string(line) == "+ idling\r\n" {
				break
			}
		}
	}
	each := (memoryInUse() - before) / connections
	t.Logf("%d bytes for each connection", each)
	if each > limit {
		t.Errorf("a connection in IDLE takes %d bytes, more than %d", each, limit)
	}
	for _, c := range conns {
		_ = c.Close()
	}
}

func memoryInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
