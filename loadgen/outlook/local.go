package outlook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
	"zarafa/wire/msgstream"
)

// local is what a client in cached mode keeps: copies of folders, and how far it has synchronised them.
type local struct {
	due     bool // the client has just logged on
	folders []*cachedFolder
	tree    client.Sync // of the folders themselves
	treeKey []byte
	keys    sourceKeys
}

// cachedFolder is a folder that the client has a copy of.
type cachedFolder struct {
	folder  truth.Folder
	key     []byte // source key
	sync    client.Sync
	copy    *truth.Copy
	since   mapi.FileTime // older items are left out; 0: none
	partial bool          // a synchronisation did not come to its end
	// ahead are items that the last answer had and whose changes are newer than the state it gave: what is delivered while a
	// server puts an answer together may be in it and come again.
	ahead map[string]bool
}

// syncFlags are those of Outlook's synchronisations.
const syncFlags = client.SyncNormal | client.SyncReadState

// copyOf is the copy of a folder, nil if there is none.
func (u *User) copyOf(f truth.Folder) *cachedFolder {
	if u.local == nil {
		return nil
	}
	for _, c := range u.local.folders {
		if c.folder == f {
			return c
		}
	}
	return nil
}

// dropOwn takes an item out of a copy that the user has moved or deleted.
func (u *User) dropOwn(f truth.Folder, token content.Token) {
	if c := u.copyOf(f); c != nil {
		u.truth.DropOwn(c.copy, token)
	}
}

// Behind says that the client is in cached mode and has not synchronised since it logged on.
func (u *User) Behind() bool { return u.local != nil && u.local.due && u.session != nil }

// synchronise downloads what is new in all folders, and compares the copies with the truth.
func (u *User) synchronise(ctx context.Context) error {
	if u.local == nil {
		return errNothing
	}
	if err := u.registerCopies(ctx); err != nil {
		return err
	}
	asked := u.truth.Mark()
	if err := u.syncTree(ctx); err != nil {
		return err
	}
	ids := make([]uint32, len(u.local.folders))
	for i, f := range u.local.folders {
		ids[i] = f.sync.ID
	}
	newest, err := u.session.SyncStates(ctx, ids)
	if err != nil {
		return err
	}
	for _, f := range u.local.folders {
		state, known := newest[f.sync.ID]
		switch {
		case !known:
			return u.violation(truth.Lost, "the synchronisation %d of folder %d is not known any more", f.sync.ID, f.folder)
		case f.sync.Change != 0 && state == f.sync.Change && !f.partial:
			err = u.truth.CheckCopy(f.copy, asked) // there is nothing new
		default:
			err = u.syncFolder(ctx, f)
		}
		if err != nil {
			return err
		}
	}
	u.local.due = false
	return nil
}

func (u *User) violation(k truth.Kind, format string, args ...any) error {
	return &truth.Violation{Kind: k, User: u.options.Number, Detail: fmt.Sprintf(format, args...)}
}

// registerCopies begins the synchronisations, when there are none yet.
func (u *User) registerCopies(ctx context.Context) error {
	l := u.local
	if l.folders != nil {
		return nil
	}
	list, err := u.session.Folders(ctx, u.subtree, true)
	if err != nil {
		return err
	}
	tree, err := u.session.LoadObject(ctx, u.subtree)
	if err != nil {
		return err
	}
	l.treeKey = tree.Props.Bytes(mapi.PrSourceKey)
	if l.tree, err = u.session.NewSync(ctx, l.treeKey, client.SyncHierarchy); err != nil {
		return err
	}
	var copies []*cachedFolder
	for number, id := range u.folders {
		f := &cachedFolder{folder: truth.Folder(number)}
		if id == nil || !u.wantsCopy(f.folder) {
			continue
		}
		at := slices.IndexFunc(list, func(l client.Folder) bool { return bytes.Equal(l.EntryID, id) })
		if at < 0 {
			return u.violation(truth.Lost, "folder %d is not in the tree", number)
		}
		f.key = bytes.Clone(list[at].SourceKey)
		if f.sync, err = u.session.NewSync(ctx, f.key, client.SyncContents); err != nil {
			return err
		}
		if days := u.options.Profile.Cached.SyncDays; days > 0 && f.folder == inbox {
			f.since = mapi.FileTimeOf(time.Now().Add(-time.Duration(days * float64(24*time.Hour))))
		}
		f.copy = truth.NewCopy(f.folder, f.since)
		copies = append(copies, f)
	}
	l.folders, l.keys = copies, newSourceKeys()
	return nil
}

// wantsCopy says which folders the client has copies of.
func (u *User) wantsCopy(f truth.Folder) bool {
	if f == outbox || f == conflicts {
		return false
	}
	names := u.options.Profile.Cached.Folders
	if len(names) == 0 {
		return true
	}
	name := map[truth.Folder]string{
		inbox: "inbox", sent: "sent", deleted: "deleted", calendar: "calendar", contacts: "contacts", drafts: "drafts",
	}[f]
	return slices.Contains(names, name)
}

// syncTree synchronises the tree of folders. In the beginning it must have all those that there are copies of.
func (u *User) syncTree(ctx context.Context) error {
	l := u.local
	list, state, err := u.session.Changes(ctx, l.tree, 0, nil)
	if err != nil {
		return err
	}
	for _, f := range l.folders {
		at := slices.IndexFunc(list, func(c client.ItemChange) bool { return bytes.Equal(c.SourceKey, f.key) })
		switch {
		case at < 0 && l.tree.Change == 0:
			return u.violation(truth.Lost, "the synchronisation of the tree does not have folder %d", f.folder)
		case at >= 0 && list[at].Kind > client.ItemFlagged:
			return u.violation(truth.Lost, "the synchronisation of the tree says that folder %d was deleted", f.folder)
		}
	}
	if state == l.tree.Change {
		return nil
	}
	l.tree.Change = state
	return u.session.SaveSync(ctx, l.treeKey, l.tree)
}

// syncFolder downloads what is new in a folder and compares the copy with the truth.
func (u *User) syncFolder(ctx context.Context, f *cachedFolder) error {
	asked := u.truth.Mark()
	list, state, err := u.session.Changes(ctx, f.sync, syncFlags, f.restriction())
	if err != nil {
		return err
	}
	if err := u.checkChanges(f, list); err != nil {
		return err
	}
	f.partial = true
	if err := u.download(ctx, f, client.Collapse(list)); err != nil {
		return err
	}
	f.partial, f.ahead = false, aheadOf(list, state)
	if state != f.sync.Change {
		f.sync.Change = state
		if err := u.session.SaveSync(ctx, f.key, f.sync); err != nil {
			return err
		}
	}
	return u.truth.CheckCopy(f.copy, asked)
}

// aheadOf are the items with changes newer than a state.
func aheadOf(list []client.ItemChange, state uint32) (ahead map[string]bool) {
	for _, c := range list {
		if c.ID > state {
			if ahead == nil {
				ahead = make(map[string]bool)
			}
			ahead[string(c.SourceKey)] = true
		}
	}
	return ahead
}

// restriction leaves out what the copy need not have.
func (f *cachedFolder) restriction() *mapi.Restriction {
	if f.since == 0 {
		return nil
	}
	since := mapi.Time(mapi.PrMessageDeliveryTime, f.since)
	return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelGE, Tag: mapi.PrMessageDeliveryTime, Value: &since}
}

// checkChanges finds what no list of changes may have: a change twice, one of another folder, an item as new that the
// copy has.
func (u *User) checkChanges(f *cachedFolder, list []client.ItemChange) error {
	type change struct {
		key  string
		kind client.ChangeKind
	}
	seen := make(map[change]bool, len(list))
	for _, c := range list {
		ch := change{string(c.SourceKey), c.Kind}
		gone := seen[change{ch.key, client.ItemSoftDeleted}] || seen[change{ch.key, client.ItemDeleted}]
		switch {
		case !bytes.Equal(c.ParentKey, f.key):
			return u.violation(truth.Foreign, "the changes of folder %d have one of the folder %x", f.folder, c.ParentKey)
		case seen[ch]:
			return u.violation(truth.Doubled, "the changes of folder %d have item %x twice as kind %d", f.folder, c.SourceKey, c.Kind)
		case c.Kind == client.ItemNew && !gone && !f.partial && !f.ahead[ch.key] && f.copy.Has(c.SourceKey):
			return u.violation(truth.Doubled, "the changes of folder %d have item %x as new, which is in the copy", f.folder, c.SourceKey)
		}
		seen[ch] = true
	}
	return nil
}

// download brings a copy up to date.
func (u *User) download(ctx context.Context, f *cachedFolder, list []client.ItemChange) error {
	var keys [][]byte
	for _, c := range list {
		if c.Kind < client.ItemFlagged {
			keys = append(keys, c.SourceKey)
		}
	}
	if err := u.downloadItems(ctx, f, keys); err != nil {
		return err
	}
	for _, c := range list {
		switch c.Kind {
		case client.ItemSoftDeleted, client.ItemDeleted:
			f.copy.Drop(c.SourceKey)
		case client.ItemFlagged:
			if err := u.truth.Flag(f.copy, c.SourceKey, c.Flags&mapi.MsgRead != 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// downloadItems downloads whole items. Those that are no longer there are dropped.
func (u *User) downloadItems(ctx context.Context, f *cachedFolder, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	var flags uint32
	if u.options.Profile.Cached.PlainText {
		flags = client.SyncPlainText
	}
	columns := []mapi.PropTag{mapi.PrSourceKey, mapi.PrEntryID, mapi.PrMessageFlags}
	came := make([]bool, len(keys))
	err := u.session.ExportMessages(ctx, f.key, keys, columns, flags, func(e *client.Exported) error {
		key := keys[e.Index]
		if !bytes.Equal(e.Columns.Bytes(mapi.PrSourceKey), key) {
			return u.violation(truth.Mixed, "item %x of folder %d comes with the source key %x", key, f.folder, e.Columns.Bytes(mapi.PrSourceKey))
		}
		if came[e.Index] {
			return u.violation(truth.Doubled, "item %x of folder %d comes twice", key, f.folder)
		}
		came[e.Index] = true
		props, body, err := readItem(e)
		if err != nil {
			return err
		}
		if !bytes.Equal(props.Bytes(mapi.PrSourceKey), key) {
			return u.violation(truth.Mixed, "item %x of folder %d comes with the stream of %x", key, f.folder, props.Bytes(mapi.PrSourceKey))
		}
		return u.truth.Put(f.copy, key, props, body)
	})
	if err != nil {
		return err
	}
	for i, key := range keys {
		if !came[i] {
			f.copy.Drop(key)
		}
	}
	return nil
}

// readItem reads of a stream what the checks need. What the stream says takes the place of the columns that came with it.
func readItem(e *client.Exported) (props mapi.Props, body truth.Content, err error) {
	props = append(make(mapi.Props, 0, len(e.Columns)+2), e.Columns...)
	var sum truth.Digest
	for {
		part, err := e.Stream.Next()
		switch {
		case errors.Is(err, io.EOF):
			return props, sum.Content(), nil
		case err != nil:
			return nil, 0, err
		case part.Depth > 0:
		case part.Kind == msgstream.Message:
			for i := range part.Props {
				switch p := &part.Props[i]; p.Tag.ID() {
				case mapi.PrSubject.ID(), mapi.PrInternetMessageID.ID(), mapi.PrSourceKey.ID():
					props.Set(p.Clone())
				case mapi.PrBody.ID():
					sum.Write(p.Data)
				}
			}
		case part.Kind == msgstream.Attachment && part.Size > 0:
			if _, err := io.Copy(&sum, part.Data); err != nil {
				return nil, 0, err
			}
		}
	}
}
