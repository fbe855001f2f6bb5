package objects

import (
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestLongFolderNames: names are compared as a whole, whatever gives a folder its name, and come through whole.
func TestLongFolderNames(t *testing.T) {
	b := newBench(t)
	root := b.root[alice]
	start := strings.Repeat("ä", mapi.TableStringCap)
	named := func(parent mapi.EntryID) map[string]bool {
		names := make(map[string]bool)
		for _, ref := range b.refsBelow(parent) {
			o, err := b.store.Object(t.Context(), ref.ID)
			b.ok(err)
			names[o.Props.Str(mapi.PrDisplayName)] = true
		}
		return names
	}
	rename := func(id mapi.EntryID, name string) error {
		return b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: root, EntryID: id, SaveObj: &wire.SaveObject{
			ServerID: b.ref(id).ID, ObjType: uint32(mapi.TypeFolder), ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, name)}}},
			&wire.LoadObjectResponse{})
	}
	copyAs := func(id, dest mapi.EntryID, flags uint32, name string) error {
		return b.svc.CopyFolder(b.as(alice), &wire.CopyFolderRequest{EntryID: id, DestFolderID: dest, Flags: flags, NewFolderName: wire.Text(name)}, nil)
	}
	one, two := b.folder(alice, root, start+" one"), b.folder(alice, root, start+" two")
	exact := b.folder(alice, root, start)
	for _, taken := range []string{start, start + " one", strings.ToUpper(start + " two")} {
		b.fails(b.createFolder(root, taken, 0), mapi.Collision)
		b.fails(rename(b.folder(alice, root, "x"+taken), taken), mapi.Collision)
	}
	b.ok(rename(two, start+" Two")) // another case of one's own
	dest := b.folder(alice, root, "dest")
	b.ok(copyAs(one, dest, 0, ""))
	b.fails(copyAs(one, dest, mapi.CopyMove, ""), mapi.Collision)
	b.ok(copyAs(one, dest, mapi.CopyMove, start+" three"))  // long to long
	b.ok(copyAs(two, dest, mapi.CopyMove, ""))              // as it is
	b.ok(copyAs(exact, dest, mapi.CopyMove, start+" four")) // short to long
	want := []string{start + " one", start + " three", start + " Two", start + " four"}
	for names, i := named(dest), 0; i < len(want); i++ {
		if !names[want[i]] || len(names) != len(want) {
			t.Errorf("of %d folders none is the one with %q", len(names), strings.TrimPrefix(want[i], start))
		}
	}
	b.ok(copyAs(two, root, mapi.CopyMove, "short again"))
	if names := named(root); !names["short again"] {
		t.Error("a long name did not give way to a short one")
	}
	for _, name := range []string{strings.Repeat("n", maxFolderName+1), strings.Repeat("n", 1<<20)} {
		b.fails(b.createFolder(root, name, 0), mapi.InvalidParameter)
		b.fails(rename(two, name), mapi.InvalidParameter)
		b.fails(copyAs(two, dest, mapi.CopyMove, name), mapi.InvalidParameter)
	}
	b.consistent(alice)
}
