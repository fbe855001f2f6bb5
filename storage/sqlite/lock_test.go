package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"

	"zarafa/mapi"
	"zarafa/storage/sqlite"
)

// holdVariable makes a child process of the test that opens the file it names, and keeps it.
const holdVariable = "ZARAFA_TEST_SQLITE_HOLD"

// holdChild is what such a child does.
func holdChild() {
	path := os.Getenv(holdVariable)
	if path == "" {
		return
	}
	if _, err := sqlite.Open(context.Background(), path, sqlite.Options{}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("open")
	bufio.NewReader(os.Stdin).ReadByte() // until it is killed
	os.Exit(0)
}

// mustBeRefused tries to open a file that a process has.
func mustBeRefused(t *testing.T, path string, pid int) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err == nil {
		s.Close()
		t.Fatal("two servers have one database")
	}
	if mapi.CodeOf(err) != mapi.DatabaseError {
		t.Errorf("code %v", mapi.CodeOf(err))
	}
	for _, part := range []string{path, "setting sqlite_path", "in use by another server", fmt.Sprintf("process %d on ", pid), "stop that one"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in: %v", part, err)
		}
	}
}

func TestSecondServer(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "zarafa.db"), filepath.Join(dir, "link.db")
	first := open(t, path)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	mustBeRefused(t, path, os.Getpid())
	mustBeRefused(t, link, os.Getpid())
	beside := open(t, filepath.Join(dir, "other.db"))
	defer beside.Close()
	reader, err := driver.Open("file:" + path + "?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var n int
	if err := reader.QueryRow("SELECT COUNT(*) FROM hierarchy").Scan(&n); err != nil {
		t.Errorf("who only reads is kept out: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, link).Close()
}

// TestLockEndsWithItsProcess: a server that is killed leaves nothing behind that keeps the next one from starting.
func TestLockEndsWithItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zarafa.db")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), holdVariable+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := child.StdinPipe(); err != nil { // held open, so that the child waits
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "open\n" {
		t.Fatalf("the child says %q (%v)", line, err)
	}
	mustBeRefused(t, path, child.Process.Pid)
	child.Process.Kill()
	child.Wait()
	open(t, path).Close()
}
