package mailbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

const (
	delimiter = "/"
	inboxName = "INBOX"
)

// fold is a name without regard to case.
func fold(name string) string { return strings.ToLower(name) }

// shownName is a folder's name as a part of a mailbox's: without the delimiter, and without what no name may have.
func shownName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '/':
			return ','
		case r < ' ', r >= 0x7F && r < 0xA0, r == 0x2028, r == 0x2029:
			return '_'
		}
		return r
	}, name)
	if name == "" {
		return "_"
	}
	return name
}

// listBuilder makes the list of folders.
type listBuilder struct {
	user       *user
	list       *folders
	subscribed map[string]bool   // entry ids
	names      map[string]string // folded names that are subscribed to beside them, as they are spelt
}

// node is a folder among those of its store.
type node struct {
	folder
	name     string
	class    string
	children []*node
}

// read adds the folders of a store.
func (b *listBuilder) read(ctx context.Context, st *store) error {
	root := &node{}
	root.store, root.entryID = st, st.root
	nodes := map[string]*node{string(st.root): root}
	var rows []*node
	err := eachPage(ctx, st.session, client.TableQuery{
		Kind: mapi.TableMS, EntryID: st.root, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode | mapi.OpenConvenientDepth | mapi.OpenNoCap,
		Columns: []mapi.PropTag{
			mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrDisplayName, mapi.PrContainerClass, mapi.PrFolderType, mapi.PrECHierarchyID, mapi.PrAttrHidden,
			mapi.PrRights, mapi.PrECIMAPMaxID,
		},
	}, func(page []mapi.Props) error {
		for _, row := range page {
			n := nodeOf(st, row)
			rows = append(rows, n)
			nodes[string(n.entryID)] = n
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, n := range rows {
		if parent := nodes[string(n.parent)]; parent != nil {
			parent.children = append(parent.children, n)
		}
	}
	if st.prefix != "" {
		b.addRoot(st, root)
	}
	b.addChildren(root, st.prefix)
	return nil
}

// nodeOf reads a row.
func nodeOf(st *store, row mapi.Props) *node {
	n := &node{name: row.Str(mapi.PrDisplayName), class: row.Str(mapi.PrContainerClass)}
	n.store, n.entryID, n.parent = st, row.Bytes(mapi.PrEntryID), row.Bytes(mapi.PrParentEntryID)
	n.validity, n.rights = row.Uint32(mapi.PrECHierarchyID), mapi.Rights(row.Uint32(mapi.PrRights))
	n.newest = view.UID(row.Uint32(mapi.PrECIMAPMaxID))
	attr, _ := row.Get(mapi.PrAttrHidden)
	n.hidden = attr.Bool() || row.Uint32(mapi.PrFolderType) == mapi.FolderSearch
	return n
}

// addRoot adds the root of a store, in which there is no mail.
func (b *listBuilder) addRoot(st *store, root *node) {
	if strings.HasPrefix(st.prefix, othersRoot+delimiter) && b.list.byName[othersRoot] == nil {
		above := &folder{store: st, standard: true}
		above.Name, above.NoSelect, above.Others, above.NoChildren = othersRoot, true, true, true
		b.add(above)
	}
	f := &folder{store: st, entryID: st.root, standard: true}
	f.Name, f.NoSelect, f.Others = st.prefix, true, true
	root.folder = *f
	b.list.roots[st.prefix] = f
	b.add(f)
}

// addChildren names the folders below one and adds them, in the order of their names.
func (b *listBuilder) addChildren(parent *node, path string) {
	// Of two names that look the same the older folder has it, so that names stay what they are.
	slices.SortFunc(parent.children, func(x, y *node) int { return cmp.Compare(x.validity, y.validity) })
	taken := make(map[string]bool)
	if path == "" {
		taken[fold(inboxName)] = true
	}
	if path == "" {
		taken[fold(publicRoot)], taken[fold(othersRoot)] = true, true
	}
	for _, n := range parent.children {
		name := shownName(n.name)
		if n.isInbox() {
			n.Name = inboxName // wherever it is
			continue
		}
		for i := 2; taken[fold(name)]; i++ {
			name = shownName(n.name) + " (" + strconv.Itoa(i) + ")"
		}
		taken[fold(name)] = true
		n.Name = name
		if path != "" {
			n.Name = path + delimiter + name
		}
	}
	slices.SortFunc(parent.children, func(x, y *node) int {
		if d := cmp.Compare(first(x.Name == inboxName), first(y.Name == inboxName)); d != 0 {
			return d
		}
		return cmp.Compare(x.Name, y.Name)
	})
	for _, n := range parent.children {
		b.describe(n)
		f := &n.folder
		b.add(f)
		b.addChildren(n, n.Name)
	}
}

func first(yes bool) int {
	if yes {
		return 0
	}
	return 1
}

func (n *node) isInbox() bool {
	return n.store.inbox != nil && string(n.entryID) == string(n.store.inbox)
}

// describe says what a folder is in IMAP.
func (b *listBuilder) describe(n *node) {
	st := n.store
	n.ID = idOf(n.entryID)
	n.Use, n.standard, n.Others = st.use(n.entryID), st.standard(n.entryID), st.prefix != ""
	n.Subscribed = b.subscribed[string(n.entryID)] || b.names[fold(n.Name)] != "" || n.standard && st.prefix == "" && mailClass(n.class)
	if !mailClass(n.class) {
		n.NoSelect = true
		n.hidden = n.hidden || b.user.server.settings.OnlyMail
	}
	if n.rights&mapi.RightReadAny == 0 {
		n.NoSelect = true
	}
	n.NoChildren = n.rights&(mapi.RightCreateSubfolder|mapi.RightFolderAccess) == 0
}

func (b *listBuilder) add(f *folder) {
	b.list.all = append(b.list.all, f)
	b.list.byName[f.Name] = f
	if _, twice := b.list.folded[fold(f.Name)]; !twice {
		b.list.folded[fold(f.Name)] = f
	}
	if f.ID != "" {
		b.list.byID[f.ID] = f
	}
}

// finish lists what is shown: what is not hidden, and what is above that, for parents come before their children.
func (b *listBuilder) finish() {
	needed := make(map[string]bool)
	all := b.list.all
	for i := len(all) - 1; i >= 0; i-- {
		if f := all[i]; !f.hidden || needed[f.Name] {
			if j := strings.LastIndex(f.Name, delimiter); j >= 0 {
				needed[f.Name[:j]] = true
			}
		}
	}
	for _, f := range all {
		if f.hidden && !needed[f.Name] {
			continue
		}
		b.list.shown = append(b.list.shown, f.Mailbox)
	}
	b.addMissing()
}

// addMissing lists the names that the user has subscribed to and that no folder has.
func (b *listBuilder) addMissing() {
	for _, key := range slices.Sorted(maps.Keys(b.names)) {
		if _, there := b.list.folded[key]; !there {
			b.list.shown = append(b.list.shown, mailstore.Mailbox{Name: b.names[key], NoSelect: true, Subscribed: true, Missing: true})
		}
	}
}

// shownByName gives a mailbox that is shown.
func (l *folders) shownByName(name string) (*folder, error) {
	f, ok := l.find(name)
	if !ok || f.hidden && !slices.ContainsFunc(l.shown, func(m mailstore.Mailbox) bool { return m.Name == f.Name }) {
		return nil, fail(mailstore.Nonexistent, "There is no mailbox "+name)
	}
	return f, nil
}
