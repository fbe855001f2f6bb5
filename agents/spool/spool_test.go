package spool_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"zarafa/agents/spool"
)

// What was read comes back, from memory and from a file that has no name any more.
func TestRead(t *testing.T) {
	for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		dir := t.TempDir()
		want := bytes.Repeat([]byte("0123456789abcd\r\n"), size/16+1)[:size]
		if size%16 == 1 {
			want[size-1] = 'x' // no half of a line's end
		}
		m, err := spool.Read(bytes.NewReader(want), int64(size), dir)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		for range 2 {
			got, err := io.ReadAll(m.Reader())
			if err != nil || !bytes.Equal(got, want) || m.Size() != int64(size) {
				t.Errorf("%d bytes: got %d, size %d, %v", size, len(got), m.Size(), err)
			}
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("%d bytes: files %v, %v", size, files, err)
		}
		if err := m.Close(); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// A mail beyond the limit is refused, and nothing of it stays.
func TestTooLarge(t *testing.T) {
	for _, limit := range []int64{10, 1 << 20, 2 << 20} {
		dir := t.TempDir()
		m, err := spool.Read(strings.NewReader(strings.Repeat("x", int(limit)+1)), limit, dir)
		if !errors.Is(err, spool.ErrTooLarge) || m != nil {
			t.Errorf("%d bytes: %v", limit, err)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("%d bytes: files %v, %v", limit, files, err)
		}
	}
}

// Errors on the way are told, early and late ones.
func TestBroken(t *testing.T) {
	broken := errors.New("broken")
	for _, size := range []int{5, 2 << 20} {
		r := io.MultiReader(strings.NewReader(strings.Repeat("x", size)), iotest.ErrReader(broken))
		if m, err := spool.Read(r, 0, t.TempDir()); !errors.Is(err, broken) || m != nil {
			t.Errorf("after %d bytes: %v", size, err)
		}
	}
	if _, err := spool.Read(strings.NewReader(strings.Repeat("x", 2<<20)), 0, t.TempDir()+"/absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// What was written in pieces is there whole, in the copies too, and a copy takes nobody's place.
func TestWrite(t *testing.T) {
	for _, pieces := range []int{0, 1, 1 << 10, 1<<10 + 1, 3 << 10} {
		dir := t.TempDir()
		m := spool.New(dir)
		var want bytes.Buffer
		for n := range pieces {
			piece := bytes.Repeat([]byte{byte('a' + n%26)}, 1<<10)
			want.Write(piece)
			if _, err := m.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
		if text, ok := m.InMemory(); ok != (pieces <= 1<<10) || ok && !bytes.Equal(text, want.Bytes()) {
			t.Errorf("%d pieces: in memory %v, %d bytes", pieces, ok, len(text))
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("%d pieces: files %v, %v", pieces, files, err)
		}
		path := dir + "/copy"
		if err := m.SaveAs(path); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) || m.Size() != int64(want.Len()) {
			t.Errorf("%d pieces: the copy has %d bytes, size %d, %v", pieces, len(got), m.Size(), err)
		}
		if err := m.SaveAs(path); !errors.Is(err, os.ErrExist) {
			t.Errorf("a second copy: %v", err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	m := spool.New(t.TempDir() + "/absent")
	if _, err := m.Write(make([]byte, 2<<20)); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "tmp_path") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
