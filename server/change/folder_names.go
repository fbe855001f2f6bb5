package change

import (
	"context"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/storage"
)

// folderNames are the live subfolders of a folder by name. Rows show no more than the start of a long name, so of those the whole
// is read when somebody asks for one with that start.
type folderNames struct {
	whole map[string]storage.Ref   // by the name
	start map[string][]storage.Ref // by the start of a name that is longer
}

// FolderNamed finds the live subfolder with a name, compared as a whole and without case; nil if there is none.
func (ch *Change) FolderNamed(ctx context.Context, parent uint32, name string) (*storage.Ref, error) {
	names, ok := ch.names[parent]
	if !ok {
		names = &folderNames{whole: make(map[string]storage.Ref), start: make(map[string][]storage.Ref)}
		q := storage.RowQuery{Parent: parent, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted}
		if err := ch.Rows(ctx, q, func(r *storage.Row) error {
			names.add(r)
			return nil
		}); err != nil {
			return nil, err
		}
		ch.names[parent] = names
	}
	if start := string(cutString([]byte(name))); len(start) < len(name) {
		if err := ch.readNames(ctx, names, foldName(start)); err != nil {
			return nil, err
		}
	}
	if ref, ok := names.whole[foldName(name)]; ok {
		return &ref, nil
	}
	return nil, nil
}

// add takes in a subfolder; of several that have a name the first is the one that is found.
func (n *folderNames) add(r *storage.Row) {
	key := foldName(r.Props.Str(mapi.PrDisplayName))
	if slices.Contains(r.Cut, mapi.PrDisplayName) {
		n.start[key] = append(n.start[key], r.Ref)
	} else if n.whole[key].ID == 0 {
		n.whole[key] = r.Ref
	}
}

// readNames reads the whole names of the subfolders whose names have a start.
func (ch *Change) readNames(ctx context.Context, names *folderNames, start string) error {
	for _, ref := range names.start[start] {
		o, err := ch.Object(ctx, ref.ID)
		if err != nil {
			return err
		}
		if key := foldName(o.Props.Str(mapi.PrDisplayName)); names.whole[key].ID == 0 {
			names.whole[key] = ref
		}
	}
	delete(names.start, start)
	return nil
}

// RefuseName fails with COLLISION if a live subfolder of parent other than self (0: none is meant) has a name. Clients that synchronise may
// have several folders of a name. op is the operation that is refused.
func (ch *Change) RefuseName(ctx context.Context, op string, parent, self uint32, name string) error {
	if ch.SyncID != 0 {
		return nil
	}
	sibling, err := ch.FolderNamed(ctx, parent, name)
	if err == nil && sibling != nil && sibling.ID != self {
		err = mapi.Errorf(mapi.Collision, op, "folder %d has the name %q", sibling.ID, name)
	}
	return err
}

// SameFolderName reports whether two names cannot stand beside each other.
func SameFolderName(a, b string) bool { return foldName(a) == foldName(b) }

// foldName makes folder names comparable.
func foldName(name string) string { return strings.ToLower(name) }

// FolderName is a folder's whole name.
func (ch *Change) FolderName(ctx context.Context, r *storage.Row) (string, error) {
	if !slices.Contains(r.Cut, mapi.PrDisplayName) {
		return r.Props.Str(mapi.PrDisplayName), nil
	}
	o, err := ch.Object(ctx, r.ID)
	if err != nil {
		return "", err
	}
	return o.Props.Str(mapi.PrDisplayName), nil
}

// RenameFolder gives a folder another name and answers with its row, which remains to be written. A name that is longer than what a row shows, or
// takes the place of such a one, is written with the object, and the row read again.
func (ch *Change) RenameFolder(ctx context.Context, r *storage.Row, name string) (*storage.Row, error) {
	value, fits := cutValue(mapi.String(mapi.PrDisplayName, name))
	if fits && !slices.Contains(r.Cut, mapi.PrDisplayName) {
		r.Props.Set(value)
		return r, nil
	}
	o, err := ch.Object(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	o.Props.Set(mapi.String(mapi.PrDisplayName, name))
	if err := ch.PutObject(ctx, o); err != nil {
		return nil, err
	}
	rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{r.ID}})
	if err == nil && len(rows) == 0 {
		err = mapi.Errorf(mapi.NotFound, "change", "folder %d is gone", r.ID)
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}
