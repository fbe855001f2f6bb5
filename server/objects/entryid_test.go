package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestEntryIDsAreComparedAsBytes: an id that is nearly somebody's is nobody's, for every kind of object and whatever is wrong with it;
// only what is too short to be one is called malformed.
func TestEntryIDsAreComparedAsBytes(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	message := b.message(alice, inbox, "one", 0)
	for kind, id := range map[string]mapi.EntryID{"folder": inbox, "message": message, "root": b.root[alice]} {
		longer := append(append(mapi.EntryID{}, id...), 0)
		version := append(mapi.EntryID{}, id...)
		version[20] = 7
		guid := append(mapi.EntryID{}, id...)
		guid[30] ^= 1
		for name, c := range map[string]struct {
			id   mapi.EntryID
			want mapi.Code
		}{
			"itself":             {id, mapi.OK},
			"one byte more":      {longer, mapi.NotFound},
			"many more":          {append(longer, make([]byte, 1000)...), mapi.NotFound},
			"one byte less":      {id[:len(id)-1], mapi.NotFound},
			"another version":    {version, mapi.NotFound},
			"another object":     {guid, mapi.NotFound},
			"only its beginning": {id[:24], mapi.InvalidEntryID},
			"nothing":            {nil, mapi.InvalidEntryID},
		} {
			if err := b.svc.CheckExistObject(b.as(alice), &wire.CheckExistObjectRequest{EntryID: c.id}, nil); mapi.CodeOf(err) != c.want {
				t.Errorf("%s, %s: %v, want %v", kind, name, err, c.want)
			}
			if err := b.svc.LoadObject(b.as(alice), &wire.LoadObjectRequest{EntryID: c.id}, &wire.LoadObjectResponse{}); mapi.CodeOf(err) != c.want {
				t.Errorf("%s, %s: loadObject %v, want %v", kind, name, err, c.want)
			}
		}
	}
}
