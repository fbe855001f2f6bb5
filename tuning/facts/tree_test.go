package facts

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A link of a captured tree must never lead to a file of this machine.
func TestResolveStaysInside(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"absolute": outside, "relative": "../../../../../../../../.." + outside, "loop": "loop", "good": "/etc/x", "chain": "good"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "etc/x"), []byte("inside\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"absolute", "relative", "loop"} {
		if text, err := tree.Read(name); err == nil {
			t.Errorf("%s reads %q", name, text)
		}
	}
	for _, name := range []string{"good", "/chain", "etc/../etc/./x"} {
		if text, err := tree.Read(name); err != nil || text != "inside" {
			t.Errorf("%s reads %q, %v", name, text, err)
		}
	}
}

// A pipe in a tree must not make the reader wait.
func TestReadRefusesPipes(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Read("pipe"); err == nil {
		t.Error("a pipe was read")
	}
	if _, err := tree.readHead("/pipe", 4); err == nil {
		t.Error("the head of a pipe was read")
	}
}
