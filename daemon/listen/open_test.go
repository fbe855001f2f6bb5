package listen

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func openAll(t *testing.T, text string) ([]net.Listener, error) {
	t.Helper()
	specs, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	listeners, err := Open(t.Context(), specs, 0o660)
	t.Cleanup(func() {
		for _, l := range listeners {
			l.Close()
		}
	})
	return listeners, err
}

func TestOpenLoopback(t *testing.T) {
	listeners, err := openAll(t, "*%lo:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ""
	for _, l := range listeners {
		addr := l.Addr().(*net.TCPAddr)
		if !addr.IP.IsLoopback() {
			t.Errorf("listens on %s", addr)
		}
		_, p, _ := net.SplitHostPort(addr.String())
		if port != "" && p != port {
			t.Errorf("ports %s and %s differ", port, p)
		}
		port = p
	}
}

func TestOpenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	first, err := openAll(t, "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := openAll(t, "unix:"+path); err == nil || !strings.Contains(err.Error(), "another process serves this socket") {
		t.Errorf("a served socket gives %v", err)
	}
	// A process that dies leaves the file behind.
	first[0].(*net.UnixListener).SetUnlinkOnClose(false)
	first[0].Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if _, err := openAll(t, "unix:"+path); err != nil {
		t.Errorf("a left-over socket gives %v", err)
	}
}

func TestOpenKeepsFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("data"), fs.FileMode(0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := openAll(t, "unix:"+path); err == nil {
		t.Error("a file was replaced by a socket")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "data" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

func TestOpenAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	if _, err := openAll(t, "unix:"+path+" unix:/nonexistent/folder/socket"); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the first socket is still open")
	}
}
