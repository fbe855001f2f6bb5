package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCommitted: the committed types are those of the Go source.
func TestCommitted(t *testing.T) {
	t.Chdir("..")
	file := filepath.Join(t.TempDir(), "types.gen.ts")
	if err := write(file); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../ui/api/types.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("ui/api/types.gen.ts is out of date: run go generate ./agents/webaccess/api")
	}
}
