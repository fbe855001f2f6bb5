package legacy

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func zip(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestFiles: values are found where each kind of storage has them, plain or compressed, small or large.
func TestFiles(t *testing.T) {
	large := make([]byte, keepInMemory+12345)
	for i := range large {
		large[i] = byte(rand.Uint32())
	}
	folder := fstest.MapFS{
		"14/28/b036/content":     {Data: []byte("new")},
		"14/28/b037/content.gz":  {Data: zip(t, large)},
		"3/7/1273":               {Data: large},
		"4/7/1274.gz":            {Data: zip(t, []byte("old"))},
		"5/7/1275":               {Data: nil},
		"14/28/cut/content.gz":   {Data: zip(t, large)[:5000]},
		"14/28/noise/content.gz": {Data: []byte("this is no gzip")},
	}
	a := &Attachments{folder: folder, fan: fan{10, 20}}
	for _, c := range []struct {
		value Value
		want  []byte
	}{
		{Value{Instance: 9, Filename: "14/28/b036"}, []byte("new")},
		{Value{Instance: 9, Filename: "14/28/b037"}, large},
		{Value{Instance: 1273}, large},
		{Value{Instance: 1274}, []byte("old")},
		{Value{Instance: 1275}, nil},
		{Value{Instance: 1274, Filename: "not/there"}, []byte("old")}, // the storage was changed
	} {
		b, err := findFile(a, c.value)
		if err != nil || b.Size != int64(len(c.want)) || b.SHA256 != sha256.Sum256(c.want) {
			t.Errorf("%+v: %d bytes, %v; want %d", c.value, b.Size, err, len(c.want))
			continue
		}
		for range 2 {
			r, err := b.Open()
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("%+v: read %d bytes, %v", c.value, len(got), err)
			}
		}
	}
	for _, name := range []string{"14/28/cut", "14/28/noise"} {
		if b, err := findFile(a, Value{Instance: 1, Filename: name}); !errors.As(err, new(readError)) {
			t.Errorf("%s: %d bytes, %v; want the file to be called broken", name, b.Size, err)
		}
	}
	if _, err := findFile(a, Value{Instance: 77}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a value that is nowhere: %v", err)
	}
}

// findFile is Find without the table lob.
func findFile(a *Attachments, v Value) (Blob, error) {
	err := error(fs.ErrNotExist)
	for _, name := range fileNames(v, a.fan) {
		for _, open := range []func() (io.ReadCloser, error){
			func() (io.ReadCloser, error) { return openPlain(a.folder, name) },
			func() (io.ReadCloser, error) { return openZipped(a.folder, name+".gz") },
		} {
			r, openErr := open()
			if openErr != nil {
				err = openErr
				if errors.Is(err, fs.ErrNotExist) {
					continue
				}
				return Blob{}, err
			}
			return measure(r, open)
		}
	}
	return Blob{}, err
}

// TestStorage: settings that can be read, and those that cannot.
func TestStorage(t *testing.T) {
	for text, want := range map[string]fan{
		"": {10, 20}, "auto": {10, 20}, "database": {10, 20}, "files": {10, 20}, "files_v1": {10, 20}, "files_v2": {10, 20}, "files_v1-16-32": {16, 32}, "files-1-1": {1, 1},
	} {
		if got, err := parseStorage(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"s3", "files_v3", "files_v1-0-20", "files_v1-10-0", "files_v1-10", "tape", "files_v1-99999-1"} {
		if got, err := parseStorage(text); err == nil || !strings.Contains(err.Error(), "attachment_storage") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// FuzzFileNames: no name that the database has leads out of the folder of attachments.
func FuzzFileNames(f *testing.F) {
	for _, name := range []string{"14/28/b036", "../../etc/passwd", "/etc/passwd", ".", "", "a/../../b", "a//b", "a\x00b", "..", `..\..\x`} {
		f.Add(name, uint32(1), uint32(10), uint32(20))
	}
	f.Fuzz(func(t *testing.T, name string, instance, l1, l2 uint32) {
		for _, n := range fileNames(Value{Instance: instance, Filename: name}, fan{max(l1, 1), max(l2, 1)}) {
			if !fs.ValidPath(n) || slices.Contains(strings.Split(n, "/"), "..") {
				t.Errorf("%q becomes %q", name, n)
			}
		}
	})
}

// FuzzSettings: whatever stands in the table settings is read or refused.
func FuzzSettings(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), []byte{82, 3, 0, 0, 0, 0, 0, 0}, []byte("653"))
	f.Add([]byte{}, []byte{1}, []byte("-1"))
	f.Fuzz(func(t *testing.T, guid, counter, imap []byte) {
		set, err := parseSettings(map[string][]byte{"server_guid": guid, "source_key_auto_increment": counter, "imapseq": imap})
		if err == nil && (!bytes.Equal(set.ServerGUID[:], guid) || len(counter) != 0 && len(counter) != 8) {
			t.Errorf("%x, %x, %q were read as %+v", guid, counter, imap, set)
		}
	})
}
