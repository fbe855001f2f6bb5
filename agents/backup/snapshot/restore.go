package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
	"zarafa/client"
	"zarafa/mapi"
)

// Mode says what becomes of a message that is in the target already.
type Mode string

// Modes.
const (
	Skip      Mode = "skip"      // it stays as it is
	Changed   Mode = "changed"   // it is replaced if its change key is another one
	Overwrite Mode = "overwrite" // it is replaced
	Copy      Mode = "copy"      // the restored one comes beside it
)

// PrBackupSourceKey is PR_EC_BACKUP_SOURCE_KEY: the source key that a restored message had before.
const PrBackupSourceKey mapi.PropTag = 0x67D10102

// Restore writes a snapshot, or parts of it, into a store.
type Restore struct {
	Repo *repository.Repository
	Log  *slog.Logger
	// Into is the store to write to, of the kind.
	Into client.Store
	Kind string
	// Below, if not nil, is the folder under which the snapshot's folders are made anew, rather than where they were.
	Below mapi.EntryID
	// Folder, if not empty, is the path of the folder that is restored with all below it, as [Tree.Path] gives it.
	Folder string
	// Want, if not nil, chooses messages. Without it folders get their properties, rights, rules and searches too.
	Want func(item.Entry, Summary) bool
	Mode Mode
	// DryRun writes nothing, and counts what it would write.
	DryRun bool
	// SkipMeta leaves properties, rights, rules and search criteria of folders and store alone.
	SkipMeta bool
	// Principals are those of the target's server.
	Principals *Principals
	// UserMap gives names of users and groups that are called otherwise there.
	UserMap map[string]string
}

// Restored is what a restore did.
type Restored struct {
	Folders, Created, Replaced, Skipped int
	// Failed are the things that could not be restored, and why.
	Failed []string
}

// restoring is one restore.
type restoring struct {
	*Restore
	ctx     context.Context
	session *client.Session
	tree    *Tree
	same    bool                    // the target is the store that the snapshot is of
	targets map[string]mapi.EntryID // of folders, by source key
	byOldID map[string]mapi.EntryID // by the entry id that they had
	roles   map[string]mapi.EntryID // of the target's folders
	done    Restored
}

// Run restores from a snapshot.
func (r *Restore) Run(ctx context.Context, s repository.Snapshot) (Restored, error) {
	tree, err := ReadTree(ctx, r.Repo, s)
	if err != nil {
		return Restored{}, err
	}
	t := restoring{
		Restore: r, ctx: ctx, session: r.Into.Session, tree: tree, same: bytes.Equal(tree.Store.GUID, r.Into.GUID[:]),
		targets: make(map[string]mapi.EntryID), byOldID: make(map[string]mapi.EntryID), roles: make(map[string]mapi.EntryID),
	}
	roles, err := rolesOf(ctx, r.Into, r.Kind)
	if err != nil {
		return t.done, fmt.Errorf("looking at the target: %w", err)
	}
	for id, role := range roles {
		t.roles[role] = mapi.EntryID(id)
	}
	return t.done, t.run()
}

func (t *restoring) run() error {
	nodes := t.tree.Below(t.Folder)
	if len(nodes) == 0 {
		return fmt.Errorf("the snapshot has no folder %q", t.Folder)
	}
	var placed []*Node
	for _, n := range nodes {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if n.Search && (t.Want != nil || t.SkipMeta) {
			continue
		}
		if t.Want != nil { // folders are made when a message needs one
			if err := t.messages(n); err != nil {
				return err
			}
			continue
		}
		if _, err := t.target(n); err != nil {
			t.fail("folder "+n.Path, err)
			continue
		}
		placed = append(placed, n)
		t.done.Folders++
		if err := t.messages(n); err != nil {
			return err
		}
	}
	if t.Want != nil || t.SkipMeta || t.DryRun {
		return nil
	}
	return t.meta(placed)
}

// fail notes what could not be restored; the rest goes on.
func (t *restoring) fail(what string, err error) {
	t.Log.Error("restore: something was left out", "what", what, "error", err)
	t.done.Failed = append(t.done.Failed, what+": "+err.Error())
}

// errDry says that a folder would have to be made.
var errDry = errors.New("it is not there, and nothing is written")

// target finds the folder in the target that a folder of the snapshot goes to, or makes it.
func (t *restoring) target(n *Node) (mapi.EntryID, error) {
	if id, ok := t.targets[string(n.Key)]; ok {
		return id, nil
	}
	id, err := t.place(n)
	if err != nil {
		return nil, err
	}
	t.targets[string(n.Key)] = id
	t.byOldID[string(n.EntryID)] = id
	return id, nil
}

func (t *restoring) place(n *Node) (mapi.EntryID, error) {
	if t.Below == nil && n.Role != "" {
		if id := t.roles[n.Role]; id != nil {
			return id, nil
		}
	}
	parent := t.Below
	if n.Parent != nil && (t.Below == nil || n.Parent.Role != roleSubtree && n.Parent.Role != roleRoot && (t.Folder == "" || within(n.Parent.Path, t.Folder))) {
		var err error
		if parent, err = t.target(n.Parent); err != nil {
			return nil, err
		}
	}
	if n.Role == roleRoot || n.Role == roleSubtree || parent == nil {
		if t.Below != nil {
			return t.Below, nil
		}
		return nil, errors.New("the target has no such folder")
	}
	if t.DryRun {
		id, err := t.session.FolderByPath(t.ctx, parent, n.Name)
		if client.IsNotFound(err) {
			err = errDry
		}
		return id, err
	}
	return t.session.CreateFolder(t.ctx, parent, client.NewFolder{Name: n.Name, Search: n.Search})
}

// messages restores the messages of a folder.
func (t *restoring) messages(n *Node) error {
	var there map[string]existing
	for _, p := range n.Pages {
		entries, err := LoadPage(t.ctx, t.Repo, p)
		if err != nil {
			if t.ctx.Err() != nil {
				return t.ctx.Err()
			}
			t.fail(fmt.Sprintf("%d messages of folder %s", p.Items, n.Path), err)
			continue
		}
		for i := range entries {
			e := &entries[i]
			wanted, err := t.wanted(e)
			if err != nil {
				return err
			}
			if !wanted {
				continue
			}
			if there == nil {
				if there, err = t.existing(n); err != nil {
					t.fail("folder "+n.Path, err)
					return t.ctx.Err()
				}
			}
			if err := t.message(n, e, there); err != nil {
				if t.ctx.Err() != nil || mapi.CodeOf(err) == mapi.NetworkError {
					return err
				}
				t.fail(fmt.Sprintf("message %x of folder %s", e.SourceKey, n.Path), err)
			}
		}
	}
	return nil
}

func (t *restoring) wanted(e *item.Entry) (bool, error) {
	if t.Want == nil {
		return true, nil
	}
	s, err := OpenSummary(t.ctx, t.Repo, e)
	return err == nil && t.Want(*e, s), err
}

// freebusyClass is that of the messages with a mailbox's settings for meetings, of which a folder has one: properties of the inbox and of the root
// folder name them, so that a restored one takes the place of the one that there is, and its identity.
const freebusyClass = "IPM.Microsoft.ScheduleData.FreeBusy"

// existing is a message that is in the target already.
type existing struct {
	id        mapi.EntryID
	changeKey []byte
}

// existing lists the messages of a target folder by source key, and by the one that they had before.
func (t *restoring) existing(n *Node) (map[string]existing, error) {
	there := make(map[string]existing)
	if t.Mode == Copy {
		return there, nil
	}
	folder, err := t.target(n)
	if errors.Is(err, errDry) {
		return there, nil
	}
	if err != nil {
		return nil, err
	}
	for _, flags := range []uint32{0, mapi.OpenAssociated} {
		err := t.session.EachRow(t.ctx, client.TableQuery{
			Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags,
			Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrMessageClass, PrBackupSourceKey},
		}, func(r mapi.Props) error {
			x := existing{r.Bytes(mapi.PrEntryID), r.Bytes(mapi.PrChangeKey)}
			if class := r.Str(mapi.PrMessageClass); strings.EqualFold(class, freebusyClass) {
				there[freebusyClass] = x
			}
			there[string(r.Bytes(mapi.PrSourceKey))] = x
			if key := r.Bytes(PrBackupSourceKey); key != nil {
				there[string(key)] = x
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return there, nil
}

// message restores one message.
func (t *restoring) message(n *Node, e *item.Entry, there map[string]existing) error {
	before, ok := there[string(e.SourceKey)]
	switch {
	case ok && (t.Mode == Skip || t.Mode == Changed && bytes.Equal(before.changeKey, e.ChangeKey)):
		t.done.Skipped++
		return nil
	case t.DryRun && ok:
		t.done.Replaced++
		return nil
	case t.DryRun:
		t.done.Created++
		return nil
	}
	m, err := LoadMessage(t.ctx, t.Repo, e)
	if err != nil {
		return err
	}
	folder, err := t.target(n)
	if err != nil {
		return err
	}
	m.Props.Set(mapi.Long(mapi.PrMessageFlags, e.Flags&^mapi.FlagDeleted))
	if own, has := there[freebusyClass]; has && !ok && strings.EqualFold(e.Class, freebusyClass) {
		m.Props.Set(mapi.Binary(PrBackupSourceKey, e.SourceKey))
		t.done.Replaced++
		return t.session.ReplaceMessage(t.ctx, own.id, m)
	}
	if err := t.save(folder, e, m); err != nil {
		return err
	}
	if !ok {
		t.done.Created++
		return nil
	}
	// The one that it replaces goes last, so that no end of the program loses both.
	if err := t.session.DeleteMessages(t.ctx, false, before.id); err != nil {
		return err
	}
	t.done.Replaced++
	return nil
}

// save saves a message. The server gives it the source key that it had, if that is free; so clients that have the message take it for the same.
func (t *restoring) save(folder mapi.EntryID, e *item.Entry, m *mapi.Message) error {
	if !m.Props.Has(PrBackupSourceKey.ID()) {
		m.Props.Set(mapi.Binary(PrBackupSourceKey, e.SourceKey))
	}
	if t.Mode != Copy {
		m.Props.Set(mapi.Binary(mapi.PrSourceKey, e.SourceKey))
	}
	_, err := t.session.SaveMessage(t.ctx, folder, m, client.SaveOptions{Associated: e.Associated})
	return err
}

// LoadMessage reads a message of an entry. Contents of attachments are read when they are opened, as long as ctx lives.
func LoadMessage(ctx context.Context, r *repository.Repository, e *item.Entry) (*mapi.Message, error) {
	data, err := r.Load(ctx, e.Item)
	if err != nil {
		return nil, err
	}
	m, err := item.Decode(data, Reading(ctx, r))
	if err != nil {
		return nil, fmt.Errorf("blob %v: %w", e.Item, err)
	}
	return m, nil
}

// within reports whether a path is a folder's, or of one below it, case aside.
func within(path, folder string) bool {
	return strings.EqualFold(path, folder) || len(path) > len(folder) && path[len(folder)] == '/' && strings.EqualFold(path[:len(folder)], folder)
}
