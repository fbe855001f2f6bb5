package snapshot

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"zarafa/agents/backup/repository"
	"zarafa/client"
	"zarafa/mapi"
)

// mostPasses is how often a store is looked at for one snapshot, until nothing has changed meanwhile.
const mostPasses = 3

// Capture makes snapshots of stores.
type Capture struct {
	Repo *repository.Repository
	Log  *slog.Logger
	Now  func() time.Time
	// Principals tells who users and groups are by name.
	Principals *Principals
	// RightsInterval is how long rights and search criteria of folders in which nothing has changed are taken for what they were.
	RightsInterval time.Duration
	// Opened is when the repository was opened. A snapshot that is finished too long after may refer to what was removed meanwhile, and is
	// refused (see repository.Grace).
	Opened time.Time
	// Suspicious has everything looked for that the snapshot before refers to, and what is missing read again: the repository is
	// damaged, or was repaired.
	Suspicious bool
}

// Subject is a store to make a snapshot of.
type Subject struct {
	Store client.Store
	User  string // login name of the owner
	Kind  string // private, public, or other
}

// Kinds of stores.
const (
	Private = "private"
	Public  = "public"
	Other   = "other"
)

// Store makes a snapshot of a store, and adds it to the repository. before is the store's last one, nil if there is none.
func (c *Capture) Store(ctx context.Context, of Subject, before *repository.Snapshot) (repository.Snapshot, error) {
	t := taking{Capture: c, ctx: ctx, of: of, session: of.Store.Session, began: c.Now(), folders: make(map[string]FolderRef)}
	out := repository.Snapshot{Store: hex.EncodeToString(of.Store.GUID[:]), User: of.User, Kind: of.Kind, Time: t.began.UTC()}
	guid := t.session.ServerGUID()
	out.Server = hex.EncodeToString(guid[:])
	if before != nil {
		if err := t.begin(*before); err != nil {
			return out, err
		}
	}
	root, err := t.run()
	if err != nil {
		return out, err
	}
	out.Root, out.Exact, out.Faults = root, t.exact, t.faults
	for _, ref := range t.last.Folders {
		out.Items += ref.Items
		out.Bytes += ref.Bytes
	}
	if took := c.Now().Sub(c.Opened); took >= repository.Grace-time.Hour {
		return out, fmt.Errorf("the run has taken %v, and the repository may have been pruned meanwhile; the next run finds what this one has stored, and is faster", took)
	}
	out.Name, err = c.Repo.AddSnapshot(ctx, out)
	return out, err
}

// taking is the making of one snapshot.
type taking struct {
	*Capture
	ctx     context.Context
	of      Subject
	session *client.Session
	began   time.Time

	last    *Store               // the snapshot before, and then the last pass
	folders map[string]FolderRef // of last, by source key
	roles   map[string]string    // of folders, by entry id; nil until they are needed
	renew   bool                 // rights and criteria are read again
	changed int                  // folders that the pass has read
	exact   bool
	faults  []string
}

// begin takes over the snapshot before. If it cannot be read, the store is read as if there was none: what is stored is not stored again.
func (t *taking) begin(before repository.Snapshot) error {
	st, err := LoadStore(t.ctx, t.Repo, before)
	if err != nil {
		if t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		t.Log.Warn("backup: the snapshot before cannot be read; the store is read as a whole", "user", t.of.User, "snapshot", before.Name, "error", err)
		return nil
	}
	t.keep(st)
	return nil
}

func (t *taking) keep(st *Store) {
	t.last = st
	t.folders = make(map[string]FolderRef, len(st.Folders))
	for _, ref := range st.Folders {
		t.folders[string(ref.Key)] = ref
	}
}

// run makes passes until one finds nothing new, and returns the store's blob.
func (t *taking) run() (root repository.ID, err error) {
	t.renew = t.last == nil || t.Suspicious || !t.began.Before(t.last.Read.Add(t.RightsInterval))
	for pass := range mostPasses {
		t.changed, t.faults = 0, nil
		st, err := t.pass()
		if err != nil {
			return root, err
		}
		t.keep(st)
		t.renew, t.Capture = false, t.trusting()
		if pass > 0 && t.changed == 0 || pass == 0 && t.changed == 0 && before(st, t.began) {
			t.exact = len(t.faults) == 0
			break
		}
	}
	return save(t.ctx, t.Repo, t.last)
}

// before reports whether a store's description was not made in this run, so that a pass that reads nothing has seen one moment.
func before(st *Store, began time.Time) bool { return st.Read.Before(began) }

// trusting is the capture for passes after the first, which need not look for what is missing once more.
func (t *taking) trusting() *Capture {
	c := *t.Capture
	c.Suspicious = false
	return &c
}

// pass looks at the whole store, and reads what has changed.
func (t *taking) pass() (*Store, error) {
	rows, err := t.hierarchy()
	if err != nil {
		return nil, err
	}
	st := &Store{GUID: t.of.Store.GUID[:], EntryID: t.of.Store.EntryID}
	if err := t.storeItself(st); err != nil {
		return nil, err
	}
	for _, row := range rows {
		ref, err := t.folder(row)
		if client.IsNotFound(err) {
			t.changed++
			continue // deleted meanwhile; the next pass does not see it
		}
		if err != nil {
			return nil, fmt.Errorf("folder %q: %w", row.name, err)
		}
		st.Folders = append(st.Folders, ref)
	}
	return st, nil
}

// storeItself reads the store's properties and rights.
func (t *taking) storeItself(st *Store) error {
	o, err := t.session.LoadObject(t.ctx, t.of.Store.EntryID)
	if err != nil {
		return fmt.Errorf("reading the store: %w", err)
	}
	if st.Props, err = t.properties(t.of.Store.EntryID, o); err != nil {
		return err
	}
	if !t.renew {
		st.Rights, st.Read = t.last.Rights, t.last.Read
		return nil
	}
	st.Read = t.began.UTC()
	st.Rights, err = t.rights(t.of.Store.EntryID)
	return err
}

// hierarchyRow is a folder as the table of folders shows it.
type hierarchyRow struct {
	id, parent   mapi.EntryID
	key          []byte
	parentKey    []byte
	name, class  string
	kind         uint32
	changeKey    []byte
	newestChange uint32 // 0 if the server does not tell
	isRoot       bool
}

// foldersAtOnce is how many rows one call reads; few stores have more.
const foldersAtOnce = 2000

// hierarchy lists all folders, the root first.
func (t *taking) hierarchy() ([]hierarchyRow, error) {
	root := t.of.Store.RootID
	o, err := t.session.LoadObject(t.ctx, root)
	if err != nil {
		return nil, fmt.Errorf("reading the root folder: %w", err)
	}
	first := hierarchyRow{id: root, key: o.Props.Bytes(mapi.PrSourceKey), changeKey: o.Props.Bytes(mapi.PrChangeKey), kind: mapi.FolderRoot, isRoot: true}
	if t.session.Gateway() {
		if first.newestChange, err = t.session.HighestModificationNumber(t.ctx, root); err != nil {
			return nil, err
		}
	}
	rows := []hierarchyRow{first}
	keys := map[string][]byte{string(root): first.key}
	columns := []mapi.PropTag{mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrSourceKey, mapi.PrDisplayName, mapi.PrContainerClass, mapi.PrFolderType, mapi.PrChangeKey}
	if t.session.Gateway() {
		columns = append(columns, mapi.PrHighestModificationNumber)
	}
	table, list, err := t.session.QueryTable(t.ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: root, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode | mapi.OpenConvenientDepth, Columns: columns,
	}, foldersAtOnce)
	if err != nil {
		return nil, fmt.Errorf("listing the folders: %w", err)
	}
	defer table.Close(context.WithoutCancel(t.ctx))
	for len(list) > 0 {
		for _, row := range list {
			r := hierarchyRow{
				id: row.Bytes(mapi.PrEntryID), parent: row.Bytes(mapi.PrParentEntryID), key: row.Bytes(mapi.PrSourceKey), name: row.Str(mapi.PrDisplayName),
				class: row.Str(mapi.PrContainerClass), kind: row.Uint32(mapi.PrFolderType), changeKey: row.Bytes(mapi.PrChangeKey),
				newestChange: row.Uint32(mapi.PrHighestModificationNumber),
			}
			keys[string(r.id)] = r.key
			rows = append(rows, r)
		}
		if len(list) < foldersAtOnce {
			break
		}
		if list, err = table.Rows(t.ctx, foldersAtOnce); err != nil {
			return nil, fmt.Errorf("listing the folders: %w", err)
		}
	}
	for i := range rows {
		rows[i].parentKey = keys[string(rows[i].parent)]
	}
	return inOrder(rows), nil
}

// inOrder puts folders behind those that they are in, whatever order the table had.
func inOrder(rows []hierarchyRow) []hierarchyRow {
	below := make(map[string][]hierarchyRow)
	for _, r := range rows[1:] {
		below[string(r.parent)] = append(below[string(r.parent)], r)
	}
	out := rows[:1:1]
	for i := 0; i < len(out); i++ {
		out = append(out, below[string(out[i].id)]...)
		delete(below, string(out[i].id))
	}
	return out
}

// folder describes a folder, or takes the description over that there is.
func (t *taking) folder(row hierarchyRow) (FolderRef, error) {
	known, ok := t.folders[string(row.key)]
	search := row.kind == mapi.FolderSearch
	same := ok && bytes.Equal(known.ChangeKey, row.changeKey) && bytes.Equal(known.Parent, row.parentKey)
	quiet := search || row.newestChange != 0 && row.newestChange == max(known.Change, 1)
	if same && quiet && !t.renew {
		return known, nil
	}
	var old *Folder
	if ok {
		var err error
		if old, err = LoadFolder(t.ctx, t.Repo, known); err != nil {
			if t.ctx.Err() != nil {
				return known, t.ctx.Err()
			}
			t.Log.Warn("backup: a stored folder cannot be read; it is read from the server as a whole", "folder", row.name, "error", err)
			old, same, known = nil, false, FolderRef{}
		}
	}
	f := &Folder{Key: row.key, EntryID: row.id, Name: row.name, Class: row.class, Search: search}
	ref := FolderRef{Key: row.key, Parent: row.parentKey, ChangeKey: row.changeKey, Change: known.Change}
	if same && !t.renew {
		f.Props, f.Rights, f.Criteria, f.Role = old.Props, old.Rights, old.Criteria, old.Role
	} else if err := t.folderItself(row, f); err != nil {
		return ref, err
	}
	if !search {
		if err := t.contents(row, f, old, &ref); err != nil {
			return ref, err
		}
	}
	for _, p := range f.Pages {
		ref.Items += p.Items
		ref.Bytes += p.Bytes
	}
	var err error
	if ref.Folder, err = save(t.ctx, t.Repo, f); err == nil && ref.Folder != known.Folder {
		t.changed++
	}
	return ref, err
}

// folderItself reads a folder's properties, rights and search criteria.
func (t *taking) folderItself(row hierarchyRow, f *Folder) error {
	o, err := t.session.LoadObject(t.ctx, row.id)
	if err != nil {
		return err
	}
	if f.Props, err = t.properties(row.id, o); err != nil {
		return err
	}
	if f.Rights, err = t.rights(row.id); err != nil {
		return err
	}
	if f.Role, err = t.role(row.id); err != nil {
		return err
	}
	if f.Search {
		f.Criteria, err = t.criteria(row.id)
	}
	return err
}
