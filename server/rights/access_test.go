package rights

import (
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// TestAccessMasks: PR_ACCESS for each role of the protocol and each right alone, on folders and messages of others and one's own. The
// rows 0x49B (own and other's folder) were recorded, 0x4FB and 0x47B were observed, the others follow from objects.md section 3.4 and
// tables.md section 4.
func TestAccessMasks(t *testing.T) {
	const (
		modify, read, remove = mapi.AccessModify, mapi.AccessRead, mapi.AccessDelete
		hierarchy, contents  = mapi.AccessCreateHierarchy, mapi.AccessCreateContents
	)
	for _, tc := range []struct {
		name                                   string
		rights                                 mapi.Rights
		folder, ownFolder, message, ownMessage uint32
	}{
		{"none", 0x400, 0, read, 0, read},
		{"reviewer", 0x401, read, read, read, read},
		{"contributor", 0x402, contents, read | contents, 0, read},
		{"non-editing author", 0x413, read | contents, read | contents | remove, read, read | remove},
		{"author", 0x41B, read | contents, read | contents | modify | remove, read, read | modify | remove},
		{"publishing author", 0x49B, 26, 31, read, read | modify | remove},
		{"editor", 0x463, 18, 23, 7, 7},
		{"publishing editor", 0x4E3, 26, 31, 7, 7},
		{"secretary", 0x47B, 18, 23, 7, 7},
		{"all but owner", 0x4FB, 26, 31, 7, 7},
		{"owner", 0x5FB, 63, 63, 7, 7},
		{"editing all", mapi.RightEditAny, 0, read | modify, modify, read | modify},
		{"editing one's own", mapi.RightEditOwned, 0, read | modify, 0, read | modify},
		{"deleting all", mapi.RightDeleteAny, contents, read | contents | remove, remove, read | remove},
		{"deleting one's own", mapi.RightDeleteOwned, 0, read | remove, 0, read | remove},
		{"subfolders", mapi.RightCreateSubfolder, hierarchy, read | hierarchy, 0, read},
		{"owning the folder", mapi.RightFolderAccess, modify | remove | mapi.AccessCreateAssociated, modify | read | remove | mapi.AccessCreateAssociated, 0, read},
	} {
		for _, auto := range []bool{true, false} {
			w := newWorld()
			w.acls[inboxID] = []mapi.ACE{grant(4, tc.rights)}
			c := NewChecker(Config{OwnerAutoFullAccess: auto}, w, w, w)
			own := w.refs[inboxID]
			own.ID, own.Parent, own.Owner = 200, inboxID, 4
			w.refs[own.ID] = own
			for _, object := range []struct {
				kind string
				ref  storage.Ref
				want uint32
			}{
				{"a folder", w.refs[inboxID], tc.folder}, {"an own folder", own, tc.ownFolder},
				{"a message", w.refs[messageID], tc.message}, {"an own message", w.refs[ownedID], tc.ownMessage},
			} {
				a, err := c.ForFolder(t.Context(), 4, w.refs[inboxID])
				if err != nil {
					t.Fatal(err)
				}
				want := object.want
				if !auto && object.ref.Owner == 4 { // who made it counts for nothing then
					want = tc.folder
					if object.ref.Type == mapi.TypeMessage {
						want = tc.message
					}
				}
				if got := a.Access(object.ref); got != want {
					t.Errorf("%s (0x%X), owners full access %v: PR_ACCESS of %s is %d, not %d", tc.name, uint32(tc.rights), auto, object.kind, got, want)
				}
			}
		}
	}
}
