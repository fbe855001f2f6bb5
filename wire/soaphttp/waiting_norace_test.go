//go:build !race

package soaphttp

import (
	"context"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// Long polls are many and must be cheap, and so must be connections that idle afterwards: all memory of the
// process is counted, stacks and the client's ends included (results/long-poll-memory.md).
func TestMemoryOfWaitingConnections(t *testing.T) {
	const conns = 2000
	const budget = 16 << 10
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < 2*conns+100 {
		t.Skipf("needs %d open files, the limit is %d", 2*conns+100, limit.Cur)
	}
	var entered atomic.Int32
	arrived, leave := make(chan struct{}), make(chan struct{})
	s, addr := startServer(t, "unix", Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
		gone := x.PeerClosed()
		if entered.Add(1) == conns {
			close(arrived)
		}
		select {
		case <-leave:
		case <-gone:
		}
		x.Reply(nil)
	}))
	request := []byte(withLength("", strings.Repeat("x", 600)))
	before := memoryInUse()
	var peers []net.Conn
	for range conns {
		c, err := net.Dial("unix", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		peers = append(peers, c)
	}
	check := func(what string) {
		perConn := (memoryInUse() - before) / conns
		t.Logf("%d bytes for a connection %s", perConn, what)
		if perConn > budget {
			t.Errorf("%d bytes for a connection %s, the budget is %d", perConn, what, budget)
		}
	}
	<-arrived
	check("in a long poll")
	close(leave)
	answer := make([]byte, 4096)
	for _, c := range peers {
		if _, err := c.Read(answer); err != nil {
			t.Fatal(err)
		}
	}
	for s.idleConns() < conns {
		runtime.Gosched()
	}
	check("that idles")
}

// idleConns counts the connections that have answered their last request.
func (s *Server) idleConns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for c := range s.conns {
		if c.state.Load() == connIdle {
			n++
		}
	}
	return n
}

func memoryInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
