package client

import (
	"bytes"
	"testing"

	"zarafa/mapi"
)

func TestPersistList(t *testing.T) {
	id := mapi.NewEntryID(mapi.NewGUID(), mapi.TypeFolder)
	list := appendPersistEnd(appendPersist(appendPersist(nil, 0x8001, id), 0x8006, nil))
	got := parsePersistList(list)
	if len(got) != 2 || !bytes.Equal(got[0x8001], id) || len(got[0x8006]) != 0 {
		t.Errorf("got %v", got)
	}
}

func FuzzPersistList(f *testing.F) {
	f.Add(appendPersistEnd(appendPersist(nil, 0x8001, []byte("an entry id"))))
	f.Add([]byte{1, 0x80, 8, 0, 1, 0, 4, 0, 'a'})
	f.Fuzz(func(t *testing.T, b []byte) {
		for number, id := range parsePersistList(b) {
			if number == 0 || len(id) > len(b) {
				t.Errorf("number %d with %d bytes out of %d", number, len(id), len(b))
			}
		}
	})
}
