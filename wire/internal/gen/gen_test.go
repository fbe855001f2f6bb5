package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are what the generator makes of the committed description.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	data, err := os.ReadFile("../../interface/operations.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(data)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run go generate ./wire", name)
		}
	}
	committed, err := filepath.Glob("../../*_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range committed {
		if files[filepath.Base(path)] == nil {
			t.Errorf("%s is not generated any more: delete it", filepath.Base(path))
		}
	}
}

func TestShortNames(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := short(name); got != want {
			t.Errorf("short(%q) = %q, want %q", name, got, want)
		}
	}
	f("ulSessionId", "SessionID")
	f("lpsSaveObj", "SaveObj")
	f("lpszPseudoUrl", "PseudoURL")
	f("session-id", "SessionID")
	f("original-sourcekey", "OriginalSourceKey")
	f("bDelete", "Delete")
	f("batch", "Batch")
	f("lpInstanceIds", "InstanceIDs")
	f("guid", "GUID")
	f("ulbkPosition", "Position")
	f("clientVersion", "ClientVersion")
}

func TestNamesThatMeetKeepTheirPrefix(t *testing.T) {
	got := fieldNames([]Field{{Name: "ulUserId"}, {Name: "sUserId"}, {Name: "ulFlags"}})
	if got[0] != "UlUserID" || got[1] != "SUserID" || got[2] != "Flags" {
		t.Errorf("got %v", got)
	}
}

func TestUnknownFormatIsRefused(t *testing.T) {
	if _, err := generate([]byte(`{"format":"zarafa-operations/2"}`)); err == nil {
		t.Error("a description of another format was accepted")
	}
}
