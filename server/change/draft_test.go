package change

import (
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

func TestCheck(t *testing.T) {
	embedded := func(levels int) *Draft {
		d := &Draft{Type: mapi.TypeMessage}
		for range levels {
			d = &Draft{Type: mapi.TypeMessage, Parts: []*Draft{{Type: mapi.TypeAttach, Parts: []*Draft{d}}}}
		}
		return d
	}
	recipient := &Draft{Type: mapi.TypeMailUser}
	for _, c := range []struct {
		name  string
		draft *Draft
		want  mapi.Code
	}{
		{"a message with recipients", &Draft{Type: mapi.TypeMessage, Parts: []*Draft{recipient, recipient}}, mapi.OK},
		{"as deep as may be", embedded(3), mapi.OK},
		{"deeper", embedded(4), mapi.TooComplex},
		{"an attachment with two messages", &Draft{Type: mapi.TypeAttach, Parts: []*Draft{embedded(0), embedded(0)}}, mapi.InvalidParameter},
		{"a recipient with parts", &Draft{Type: mapi.TypeMailUser, Parts: []*Draft{recipient}}, mapi.InvalidParameter},
		{"a folder with parts", &Draft{Type: mapi.TypeFolder, Parts: []*Draft{recipient}}, mapi.InvalidParameter},
		{"a folder", &Draft{Type: mapi.TypeFolder}, mapi.OK},
	} {
		if got := mapi.CodeOf(c.draft.Check("test", 3)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestCounting: what comes to a folder and leaves it again leaves no trace in its counters, and each state is counted in one of them.
func TestCounting(t *testing.T) {
	const folder = 7
	read := mapi.Props{mapi.Long(mapi.PrMessageFlags, mapi.MsgRead)}
	for _, c := range []struct {
		name  string
		kind  mapi.ObjectType
		flags uint32
		props mapi.Props
		want  storage.Counters
	}{
		{"unread", mapi.TypeMessage, 0, nil, storage.Counters{Content: 1, Unread: 1}},
		{"read", mapi.TypeMessage, 0, read, storage.Counters{Content: 1}},
		{"associated", mapi.TypeMessage, mapi.FlagAssociated, nil, storage.Counters{Associated: 1}},
		{"deleted", mapi.TypeMessage, mapi.FlagDeleted, nil, storage.Counters{DeletedContent: 1}},
		{"both", mapi.TypeMessage, mapi.FlagAssociated | mapi.FlagDeleted, nil, storage.Counters{DeletedAssoc: 1}},
		{"a folder", mapi.TypeFolder, mapi.FolderGeneric, nil, storage.Counters{Subfolders: 1}},
		{"a deleted folder", mapi.TypeFolder, mapi.FolderGeneric | mapi.FlagDeleted, nil, storage.Counters{DeletedFolders: 1}},
	} {
		ch := &Change{counts: make(map[uint32]*storage.Counters)}
		ref := storage.Ref{ID: 8, Parent: folder, Type: c.kind, Flags: c.flags}
		counted := func() storage.Counters {
			n := *ch.counts[folder]
			n.CommitTime = 0
			return n
		}
		ch.Enter(ref, c.props)
		if got := counted(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		if c.kind == mapi.TypeMessage { // marked read, and unread again
			before := c.props.Uint32(mapi.PrMessageFlags)
			ch.CountRead(ref, before, mapi.MsgRead)
			if got := counted().Unread; got != 0 {
				t.Errorf("%s: %d are unread after it was read", c.name, got)
			}
			ch.CountRead(ref, mapi.MsgRead, before)
		}
		ch.Leave(ref, c.props)
		if got := counted(); got != (storage.Counters{}) {
			t.Errorf("%s: %+v is left", c.name, got)
		}
	}
}
