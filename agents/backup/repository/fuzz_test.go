package repository

import (
	"bytes"
	"testing"
)

// FuzzIndex: whatever bytes an index has, reading it ends, and what was read is written in the same way.
func FuzzIndex(f *testing.F) {
	f.Add(appendIndex(nil, []indexedPack{{packInfo{name: "ab", size: 100}, []blobEntry{{ID{1}, Body, 8, 20}, {ID{2}, Meta, 28, 7}}}}))
	f.Add(appendIndex(nil, []indexedPack{{packInfo{name: ID{7}.String(), size: 100}, []blobEntry{{ID{1}, Body, 8, 20}}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		packs, err := parseIndex(data)
		if err != nil {
			return
		}
		again, err := parseIndex(appendIndex(nil, packs))
		if err != nil || len(again) != len(packs) {
			t.Fatalf("%d packs, %d again, %v", len(packs), len(again), err)
		}
	})
}

// FuzzPack: a pack of any bytes gives a directory or an error.
func FuzzPack(f *testing.F) {
	s, err := testKey.secrets()
	if err != nil {
		f.Fatal(err)
	}
	b := newPackBuffer()
	b.add(ID{1}, Meta, []byte("sealed"))
	f.Add(bytes.Clone(b.finish(s)))
	f.Add([]byte(packMagic + "\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := directoryOf(s, int64(len(data)), func(n int64) ([]byte, error) { return data[int64(len(data))-n:], nil })
		if err == nil && len(entries) > len(data) {
			t.Fatal("more entries than bytes")
		}
	})
}

// FuzzHostKey: the text of a key is a key or an error.
func FuzzHostKey(f *testing.F) {
	f.Add(testKey.Text())
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseHostKey(text)
		if err != nil {
			return
		}
		if again, err := ParseHostKey(k.Text()); err != nil || again != k {
			t.Fatal(err)
		}
	})
}
