package faults_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// limitProcess changes the soft limit of a running process.
func limitProcess(t *testing.T, c *child, resource int, soft uint64) {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Prlimit(c.cmd.Process.Pid, resource, nil, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = min(soft, limit.Max)
	if err := unix.Prlimit(c.cmd.Process.Pid, resource, &limit, nil); err != nil {
		t.Fatal(err)
	}
}

// TestDiskFull delivers mail until the database's file can grow no more. What is refused is refused with the code that makes a
// delivery agent try again later; what is there can be read; and as soon as there is room mail is delivered again, without a restart.
func TestDiskFull(t *testing.T) {
	dir := servertest.Folder(t)
	settings := servertest.Settings(t, config.EngineSQLite, dir)
	server := startChild(t, dir, settings)
	defer server.kill()
	inbox := makeUser(t, server.endpoint)
	s := e2e.LogOn(t, server.endpoint, "alice")
	defer s.Close(context.Background())
	var sent []e2e.Delivered
	deliver := func() error {
		id, err := s.CreateMessage(t.Context(), inbox, e2e.Letter(len(sent)))
		if err == nil {
			sent = append(sent, e2e.Delivered{ID: id, Number: len(sent)})
		}
		return err
	}
	limitProcess(t, server, unix.RLIMIT_FSIZE, largestFile(t, dir)+2_000_000)
	const refusals, tooMany = 5, 1000
	for refused := 0; refused < refusals; {
		err := deliver()
		if err == nil && len(sent) < tooMany {
			continue
		}
		if code := mapi.CodeOf(err); code != mapi.DatabaseError && code != mapi.NotEnoughMemory {
			t.Fatalf("after %d letters: %v", len(sent), err)
		}
		refused++
	}
	if len(sent) == 0 {
		t.Fatal("the disk was full before anything was delivered")
	}
	t.Logf("%d letters found room", len(sent))
	for _, d := range sent {
		if err := e2e.CheckLetter(t.Context(), s, d); err != nil {
			t.Errorf("letter %d cannot be read: %v", d.Number, err)
		}
	}
	limitProcess(t, server, unix.RLIMIT_FSIZE, unix.RLIM_INFINITY)
	for range 3 {
		if err := deliver(); err != nil {
			t.Errorf("there is room again: %v", err)
		}
	}
	server.kill()
	again := startChild(t, dir, settings)
	defer again.kill()
	checkDelivered(t, again.endpoint, inbox, sent)
}

func largestFile(t *testing.T, dir string) (size uint64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "zarafa.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "-reserve") {
			continue // nothing is written there
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		size = max(size, uint64(info.Size()))
	}
	return size
}

// TestNoMoreDescriptors opens more connections than the server may have files. Those that it has go on being served, and when they are
// gone it accepts others again.
func TestNoMoreDescriptors(t *testing.T) {
	const spare, attackers = 10, 40
	dir := servertest.Folder(t)
	server := startChild(t, dir, servertest.Settings(t, config.EngineSQLite, dir))
	defer server.kill()
	makeUser(t, server.endpoint)
	s := e2e.LogOn(t, server.endpoint, "alice")
	defer s.Close(context.Background())
	if _, err := s.CurrentUser(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := func() int {
		entries, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(server.cmd.Process.Pid), "fd"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	most := files() + spare
	limitProcess(t, server, unix.RLIMIT_NOFILE, uint64(most))
	path := server.endpoint[len("file://"):]
	var conns []net.Conn
	for range attackers {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	for files() < most { // the server takes what it can get
		runtime.Gosched()
	}
	for _, c := range conns[:spare/2] { // these have been accepted
		if n, err := c.Read(make([]byte, 1)); n != 1 {
			t.Errorf("an early connection is not served: %v", err)
		}
	}
	if _, err := s.CurrentUser(t.Context()); err != nil {
		t.Errorf("a client that was there before: %v", err)
	}
	for _, c := range conns {
		c.Close()
	}
	late := e2e.LogOn(t, server.endpoint, "alice")
	defer late.Close(context.Background())
}
