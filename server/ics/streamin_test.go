package ics

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
	"zarafa/wire/msgstream"
)

// Values come back from the spool whole, whether in memory or in the file, and the file has no name.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := newSpool()
	values := [][]byte{
		[]byte("small"), {}, bytes.Repeat([]byte("x"), spoolMemory-5), bytes.Repeat([]byte("file"), 300_000), []byte("also in the file"),
	}
	blobs := make([]storage.Blob, len(values))
	for i, v := range values {
		var err error
		if blobs[i], err = s.add(iotest.HalfReader(bytes.NewReader(v)), int64(len(v))); err != nil {
			t.Fatal(err)
		}
	}
	if s.file == nil || s.size != 1_200_016 {
		t.Errorf("%d bytes in the file", s.size)
	}
	if names, err := os.ReadDir(os.TempDir()); err != nil || len(names) > 0 {
		t.Errorf("the spool left %v %v", names, err)
	}
	for range 2 { // a transaction may run again
		for i, v := range values {
			r, err := blobs[i].Open()
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, v) || blobs[i].Size != int64(len(v)) || blobs[i].SHA256 != sha256.Sum256(v) {
				t.Errorf("value %d: %d bytes, %v", i, len(got), err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSpoolFails(t *testing.T) {
	s := newSpool()
	defer s.Close()
	broken := errors.New("broken")
	for _, size := range []int64{10, spoolMemory + 1} {
		if _, err := s.add(bytes.NewReader([]byte("short")), size); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d: %v", size, err)
		}
		if _, err := s.add(iotest.ErrReader(broken), size); !errors.Is(err, broken) {
			t.Errorf("%d: %v", size, err)
		}
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	other := newSpool()
	defer other.Close()
	if _, err := other.addBytes(make([]byte, spoolMemory+1)); mapi.CodeOf(err) != mapi.NotEnoughMemory {
		t.Errorf("no folder for temporary files: %v", err)
	}
}

// numbered gives names ids in the order in which they are asked for.
func numbered() func([]storage.Name) ([]uint16, error) {
	known := make(map[storage.Name]uint16)
	return func(names []storage.Name) ([]uint16, error) {
		ids := make([]uint16, len(names))
		for i, n := range names {
			if known[n] == 0 {
				known[n] = uint16(0xA000 + len(known))
			}
			ids[i] = known[n]
		}
		return ids, nil
	}
}

// Values that are kept in memory have a budget for the whole message.
func TestDraftMemory(t *testing.T) {
	var stream bytes.Buffer
	w := msgstream.NewWriter(&stream)
	value := mapi.Binary(0x30010102, make([]byte, mapi.LoadValueLimit-1))
	n := draftMemory/mapi.LoadValueLimit + 1
	err := w.Message(0, nil, n)
	for range n {
		err = errors.Join(err, w.Recipient(mapi.TypeMailUser, 0, []msgstream.Property{{PropValue: value}}))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	s := newSpool()
	defer s.Close()
	if _, err := newStreamReader(&stream, s, numbered()).read(); mapi.CodeOf(err) != mapi.TooBig {
		t.Errorf("%v", err)
	}
}

// FuzzDraft: whatever arrives is refused or becomes a well-formed draft.
func FuzzDraft(f *testing.F) {
	files, err := filepath.Glob("../../wire/msgstream/testdata/*.bin")
	if err != nil || len(files) == 0 {
		f.Fatalf("no recorded streams: %v", err)
	}
	for _, name := range files {
		stream, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(stream) < 4096 {
			f.Add(stream)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		s := newSpool()
		defer s.Close()
		d, err := newStreamReader(bytes.NewReader(stream), s, numbered()).read()
		if err != nil {
			if c := mapi.CodeOf(err); c == mapi.OK || c == mapi.NotEnoughMemory {
				t.Errorf("%v", err)
			}
			return
		}
		checkDraft(t, d, mapi.TypeMessage)
	})
}

// checkDraft checks what package objects relies on.
func checkDraft(t *testing.T, d *change.Draft, types ...mapi.ObjectType) {
	t.Helper()
	ok := false
	for _, typ := range types {
		ok = ok || d.Type == typ
	}
	if !ok {
		t.Fatalf("a part of type %d", d.Type)
	}
	below := map[mapi.ObjectType][]mapi.ObjectType{
		mapi.TypeMessage: {mapi.TypeMailUser, mapi.TypeDistList, mapi.TypeAttach},
		mapi.TypeAttach:  {mapi.TypeMessage},
	}[d.Type]
	if d.Type == mapi.TypeAttach && len(d.Parts) > 1 {
		t.Fatalf("%d messages in an attachment", len(d.Parts))
	}
	for _, part := range d.Parts {
		checkDraft(t, part, below...)
	}
	for _, v := range d.Large {
		r, err := v.Open()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); err != nil || n != v.Size {
			t.Fatalf("%v: %d of %d bytes, %v", v.Tag, n, v.Size, err)
		}
	}
}
