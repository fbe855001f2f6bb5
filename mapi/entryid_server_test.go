package mapi

import (
	"bytes"
	"encoding/base64"
	"testing"
)

func TestEntryIDServer(t *testing.T) {
	store := NewGUID()
	for _, id := range []EntryID{NewEntryID(store, TypeStore), MakeEntryIDV0(store, TypeStore, 7)} {
		for _, url := range []string{"pseudo://one", "http://192.0.2.1:236/", "file:///run/zarafa"} {
			long := id.WithServer(url)
			if want := len(id) - 4 + len(url) + 1; len(long) != want || long[len(long)-1] != 0 {
				t.Errorf("%x has %d bytes, want %d", []byte(long), len(long), want)
			}
			if other := long.WithServer("https://x/"); len(other) != len(id)-4+len("https://x/")+1 {
				t.Errorf("another server: %x", []byte(other))
			}
			short, got := long.SplitServer()
			if !bytes.Equal(short, id) || got != url {
				t.Errorf("%x splits into %x and %q", []byte(long), []byte(short), got)
			}
		}
		if short, url := id.SplitServer(); !bytes.Equal(short, id) || url != "" {
			t.Errorf("%x splits into %x and %q", []byte(id), []byte(short), url)
		}
	}
	long := NewEntryID(store, TypeStore).WithServer("pseudo://one")
	for name, id := range map[string]EntryID{
		"empty": nil, "short": long[:40], "no end": long[:len(long)-1],
		"no scheme": append(append(EntryID{}, long[:44]...), "ftp://one\x00"...),
	} {
		if short, url := id.SplitServer(); !bytes.Equal(short, id) || url != "" {
			t.Errorf("%s: %x splits into %x and %q", name, []byte(id), []byte(short), url)
		}
	}
}

func FuzzEntryIDServer(f *testing.F) {
	f.Add([]byte(NewEntryID(NewGUID(), TypeStore).WithServer("pseudo://one")))
	f.Add([]byte(MakeEntryIDV0(NewGUID(), TypeStore, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		id, url := EntryID(b).SplitServer()
		if url == "" {
			return
		}
		if again, u := id.WithServer(url).SplitServer(); u != url || !bytes.Equal(again, id) {
			t.Errorf("%x: %x and %q, then %x and %q", b, []byte(id), url, []byte(again), u)
		}
	})
}

// The wrapped form is one that the reference client wrote into a rule.
func TestUnwrap(t *testing.T) {
	wrapped, err := base64.StdEncoding.DecodeString("AAAAADihuxAF5RAaobsIACsqVsIAAHphcmFmYTZjbGllbnQuZGxsAAAAAADajdm5D6pJxpADMcY+iheMAQAAAAEAAAD3GfUKYYhJEIFmmvRLbt2ycHNldWRvOi8vVW5rbm93bgA=")
	if err != nil {
		t.Fatal(err)
	}
	id, url := EntryID(wrapped).Unwrap().SplitServer()
	if !id.Valid() || id.Type() != TypeStore || url != "pseudo://Unknown" {
		t.Errorf("unwrapped %x at %q", id, url)
	}
	if got := id.Unwrap(); !bytes.Equal(got, id) {
		t.Errorf("an id that is not wrapped becomes %x", got)
	}
	for n := range wrapped {
		EntryID(wrapped[:n]).Unwrap() // does not panic
	}
}
