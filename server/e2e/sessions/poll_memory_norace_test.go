//go:build !race

package sessions_test

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestPollStacks: what an operation needed of a connection's stack comes back while the next one is a poll. (The race detector makes stacks
// larger.)
func TestPollStacks(t *testing.T) {
	const polls, most = 300, 9 << 10
	i := servertest.Start(t, config.EngineSQLite, "")
	e2e.AddMailbox(t, i, "alice")
	p := e2e.OverUnix(t, i)
	before := stacks()
	for range polls {
		p.LogOn("alice", "secret")
		c := e2e.NewRawClient(t, "unix", i.UnixPath)
		statement := &wire.GetReceiveFolderTableRequest{SessionID: p.Session, StoreID: storeOf(p)}
		if a, err := c.Post(wire.AppendRequest(nil, statement)); err != nil || a.Code != mapi.OK {
			t.Fatalf("%v %v", a.Code, err)
		}
		poll := wire.AppendRequest(nil, &wire.NotifyGetItemsRequest{SessionID: p.Session})
		if _, err := fmt.Fprintf(c.Conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", len(poll), poll); err != nil {
			t.Fatal(err)
		}
	}
	for waiting := 0; waiting < polls; waiting = pollsWaiting(t) {
		runtime.Gosched()
	}
	used := (stacks() - before) / polls
	t.Logf("%d bytes of stack for a poll", used)
	if used > most {
		t.Errorf("%d bytes of stack for a poll, want at most %d", used, most)
	}
}

// storeOf is the entry id of the user's own store.
func storeOf(p *e2e.Peer) mapi.EntryID {
	p.Helper()
	var resp wire.GetStoreResponse
	p.Want(mapi.OK, &wire.GetStoreRequest{SessionID: p.Session}, &resp)
	return resp.StoreID
}

// stacks is the memory of all stacks after some collections, each of which halves those that are too large.
func stacks() int64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.StackInuse)
}

// pollsWaiting counts the goroutines of polls.
func pollsWaiting(t *testing.T) (n int) {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	_, groups, _ := bytes.Cut(b.Bytes(), []byte("\n")) // after the title
	for group := range bytes.SplitSeq(groups, []byte("\n\n")) {
		var of int
		if _, err := fmt.Sscanf(string(group), "%d @", &of); err == nil && bytes.Contains(group, []byte("NotifyGetItems")) {
			n += of
		}
	}
	return n
}
