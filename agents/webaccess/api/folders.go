package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mapi"
)

// Bounds of folders.
const (
	maxFolderName    = 255
	maxFolderChanges = 100
)

// roles are those of the default folders, in the order in which they are shown.
var roles = [...]struct {
	folder client.DefaultFolder
	role   Role
}{
	{client.Inbox, RoleInbox}, {client.Drafts, RoleDrafts}, {client.SentItems, RoleSent}, {client.Outbox, RoleOutbox},
	{client.DeletedItems, RoleDeleted}, {client.JunkEmail, RoleJunk}, {client.Calendar, RoleCalendar}, {client.Contacts, RoleContacts},
	{client.Tasks, RoleTasks}, {client.Notes, RoleNotes}, {client.Journal, RoleJournal},
}

// roleOf is the role of a folder of the user's own store.
func roleOf(s *session.Session, id mapi.EntryID) Role {
	for _, r := range roles {
		if f := s.Folders[r.folder]; f != nil && string(f) == string(id) {
			return r.role
		}
	}
	return RoleNone
}

func (r Role) place() int {
	for i := range roles {
		if roles[i].role == r {
			return i
		}
	}
	return len(roles)
}

// containers are the classes of folders of each kind.
var containers = [...]struct {
	kind  Kind
	class string
}{
	{KindMail, "IPF.Note"}, {KindCalendar, "IPF.Appointment"}, {KindContacts, "IPF.Contact"}, {KindTasks, "IPF.Task"},
	{KindNotes, "IPF.StickyNote"}, {KindJournal, "IPF.Journal"},
}

func kindOf(class string) Kind {
	for _, c := range containers {
		if class == c.class || strings.HasPrefix(class, c.class+".") {
			return c.kind
		}
	}
	if class == "" || class == "IPF" {
		return KindMail
	}
	return KindOther
}

func (k Kind) class() (string, error) {
	for _, c := range containers {
		if k == c.kind {
			return c.class, nil
		}
	}
	return "", invalid("there are no folders of the kind %q", k)
}

// treeOf finds the folder that the visible folders of a store are in.
func treeOf(ctx context.Context, s *session.Session, store ID) (*client.Session, mapi.EntryID, error) {
	if store == "" || store == idOf(s.Store.EntryID) {
		return server(s), s.Tree, nil
	}
	id, err := entryID(store, mapi.TypeStore)
	if err != nil {
		return nil, nil, err
	}
	st, err := s.Client.OpenStore(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	o, err := st.Session.LoadObject(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return st.Session, o.Props.Bytes(mapi.PrIPMSubtreeEntryID), nil
}

func (a *API) foldersGet(ctx context.Context, s *session.Session, args FoldersGet) (f Folders, err error) {
	f.Store = cmp.Or(args.Store, idOf(s.Store.EntryID))
	at, tree, err := treeOf(ctx, s, args.Store)
	if err != nil {
		return f, err
	}
	list, err := at.Folders(ctx, tree, true)
	if err != nil {
		return f, err
	}
	children := make(map[string][]Folder)
	for i := range list {
		folder := folderOf(s, &list[i])
		if string(list[i].ParentID) == string(tree) {
			folder.Parent = ""
		}
		children[string(folder.Parent)] = append(children[string(folder.Parent)], folder)
	}
	f.List = inOrder(children, "", nil, len(list))
	text, err := json.Marshal(f.List)
	sum := sha256.Sum256(text)
	f.State = stateOf(sum[:12])
	return f, err
}

func folderOf(s *session.Session, f *client.Folder) Folder {
	return Folder{
		ID: idOf(f.EntryID), Parent: idOf(f.ParentID), Name: f.Name, Role: roleOf(s, f.EntryID), Kind: kindOf(f.Class),
		Total: int(f.Messages), Unread: int(f.Unread), Search: f.Kind == mapi.FolderSearch,
	}
}

// inOrder lists folders with their children behind them.
func inOrder(children map[string][]Folder, parent string, list []Folder, most int) []Folder {
	brothers := children[parent]
	slices.SortStableFunc(brothers, func(a, b Folder) int {
		return cmp.Or(cmp.Compare(a.Role.place(), b.Role.place()), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	for _, f := range brothers {
		if len(list) >= most {
			return list // a circle, which no server has
		}
		list = inOrder(children, string(f.ID), append(list, f), most)
	}
	return list
}

func (a *API) foldersSet(ctx context.Context, s *session.Session, args FoldersSet) (FoldersChanged, error) {
	r := FoldersChanged{Created: make(map[ID]ID), Failed: make(Failures)}
	if len(args.Create)+len(args.Update)+len(args.Empty)+len(args.Destroy) > maxFolderChanges {
		return r, tooLarge("at most %d folders are changed at a time", maxFolderChanges)
	}
	note := func(id ID, err error) {
		if err != nil {
			r.Failed[id] = ProblemOf(err)
		}
	}
	for key, f := range args.Create {
		id, err := a.createFolder(ctx, s, f)
		if note(key, err); err == nil {
			r.Created[key] = idOf(id)
		}
	}
	for id, u := range args.Update {
		note(id, a.updateFolder(ctx, s, id, u))
	}
	for _, id := range args.Empty {
		note(id, a.emptyFolder(ctx, s, id))
	}
	for _, id := range args.Destroy {
		note(id, a.destroyFolder(ctx, s, id))
	}
	return r, nil
}

// folderName checks the name of a folder.
func folderName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxFolderName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return "", invalid("a folder's name has from 1 to %d bytes, and no control characters", maxFolderName)
	}
	return name, nil
}

// parentOf is a folder in which others are made; empty is the user's tree.
func parentOf(s *session.Session, id ID) (mapi.EntryID, error) {
	if id == "" {
		return s.Tree, nil
	}
	return folderID(id)
}

func (a *API) createFolder(ctx context.Context, s *session.Session, f FolderCreate) (mapi.EntryID, error) {
	name, err := folderName(f.Name)
	if err != nil {
		return nil, err
	}
	class, err := f.Kind.class()
	if err != nil {
		return nil, err
	}
	parent, err := parentOf(s, f.Parent)
	if err != nil {
		return nil, err
	}
	if err := unusedName(ctx, s, parent, name); err != nil {
		return nil, err
	}
	id, err := server(s).CreateFolder(ctx, parent, client.NewFolder{Name: name})
	if err != nil {
		return nil, err
	}
	return id, server(s).SetProps(ctx, id, mapi.String(mapi.PrContainerClass, class))
}

// unusedName fails if a folder has one of that name already.
func unusedName(ctx context.Context, s *session.Session, parent mapi.EntryID, name string) error {
	list, err := server(s).Folders(ctx, parent, false)
	if err != nil {
		return err
	}
	for _, f := range list {
		if strings.EqualFold(f.Name, name) {
			return &Problem{Code: Exists, Message: "there is a folder of that name"}
		}
	}
	return nil
}

// ordinary reads the id of a folder that may be renamed, moved and destroyed.
func ordinary(s *session.Session, id ID) (mapi.EntryID, error) {
	folder, err := folderID(id)
	if err == nil && (roleOf(s, folder) != RoleNone || string(folder) == string(s.Tree)) {
		err = &Problem{Code: Forbidden, Message: "folders that every mailbox has stay where they are"}
	}
	return folder, err
}

func (a *API) updateFolder(ctx context.Context, s *session.Session, id ID, u FolderUpdate) error {
	folder, err := ordinary(s, id)
	if err != nil {
		return err
	}
	name := ""
	if u.Name != "" {
		if name, err = folderName(u.Name); err != nil {
			return err
		}
	}
	if u.Parent != nil {
		parent, err := parentOf(s, *u.Parent)
		if err != nil {
			return err
		}
		return server(s).CopyFolder(ctx, folder, parent, name, mapi.CopyMove|mapi.CopySubfolders)
	}
	if name == "" {
		return invalid("there is nothing to change")
	}
	return server(s).SetProps(ctx, folder, mapi.String(mapi.PrDisplayName, name))
}

// emptyFolder moves what is in a folder to the deleted items, or deletes it if it is there.
func (a *API) emptyFolder(ctx context.Context, s *session.Session, id ID) error {
	folder, err := folderID(id)
	if err != nil {
		return err
	}
	deleted, err := inDeletedItems(ctx, s, folder)
	if err != nil {
		return err
	}
	if deleted {
		return server(s).EmptyFolder(ctx, folder, 0)
	}
	return eachMessage(ctx, s, folder, func(ids []mapi.EntryID) error {
		return server(s).MoveMessages(ctx, s.Folders[client.DeletedItems], ids...)
	})
}

// eachMessage shows do the messages of a folder, some at a time; they are gone from it afterwards.
func eachMessage(ctx context.Context, s *session.Session, folder mapi.EntryID, do func([]mapi.EntryID) error) error {
	t, err := server(s).OpenTable(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	})
	if err != nil {
		return err
	}
	defer t.Close(context.WithoutCancel(ctx))
	for {
		if _, err := t.Seek(ctx, client.BookmarkBeginning, 0); err != nil {
			return err
		}
		rows, err := t.Rows(ctx, maxBulk)
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]mapi.EntryID, len(rows))
		for i, row := range rows {
			ids[i] = row.Bytes(mapi.PrEntryID)
		}
		if err := do(ids); err != nil {
			return err
		}
	}
}

func (a *API) destroyFolder(ctx context.Context, s *session.Session, id ID) error {
	folder, err := ordinary(s, id)
	if err != nil {
		return err
	}
	deleted, err := inDeletedItems(ctx, s, folder)
	if err != nil {
		return err
	}
	if deleted || s.Folders[client.DeletedItems] == nil {
		return server(s).DeleteFolder(ctx, folder, mapi.DelFolders|mapi.DelMessages)
	}
	return server(s).CopyFolder(ctx, folder, s.Folders[client.DeletedItems], "", mapi.CopyMove|mapi.CopySubfolders)
}

// inDeletedItems reports whether a folder is the deleted items, or below them.
func inDeletedItems(ctx context.Context, s *session.Session, folder mapi.EntryID) (bool, error) {
	const deepest = 64
	for range deepest {
		if string(folder) == string(s.Folders[client.DeletedItems]) {
			return true, nil
		}
		if string(folder) == string(s.Tree) || roleOf(s, folder) != RoleNone {
			return false, nil
		}
		o, err := server(s).LoadObject(ctx, folder)
		if err != nil {
			return false, err
		}
		parent := mapi.EntryID(o.Props.Bytes(mapi.PrParentEntryID))
		if parent == nil || string(parent) == string(folder) {
			return false, nil
		}
		folder = parent
	}
	return false, nil
}
