package snapshot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
)

// Tree is the folders of a snapshot.
type Tree struct {
	Store *Store
	Nodes []*Node // folders behind those that they are in
}

// Node is a folder in its place.
type Node struct {
	*Folder
	Parent *Node // nil for the root
	// Path is the names on the way from the visible tree, with slashes between them; slashes in a name are written \/.
	Path  string
	Items int64
	Bytes int64
}

// ReadTree reads the folders of a snapshot. It reads what the host can read alone.
func ReadTree(ctx context.Context, r *repository.Repository, s repository.Snapshot) (*Tree, error) {
	st, err := LoadStore(ctx, r, s)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", s.Name, err)
	}
	tree := &Tree{Store: st}
	byKey := make(map[string]*Node)
	for _, ref := range st.Folders {
		f, err := LoadFolder(ctx, r, ref)
		if err != nil {
			return nil, fmt.Errorf("snapshot %s: %w", s.Name, err)
		}
		n := &Node{Folder: f, Parent: byKey[string(ref.Parent)], Items: ref.Items, Bytes: ref.Bytes}
		byKey[string(ref.Key)] = n
		n.Path = n.path()
		tree.Nodes = append(tree.Nodes, n)
	}
	return tree, nil
}

func (n *Node) path() string {
	name := strings.ReplaceAll(n.Name, "/", `\/`)
	switch {
	case n.Role == roleRoot || n.Role == roleSubtree || n.Parent == nil:
		return ""
	case n.Parent.Role == roleRoot:
		return "/" + name // beside the visible tree
	case n.Parent.Path == "":
		return name
	}
	return n.Parent.Path + "/" + name
}

// Names are the names on the way to the folder, from the visible tree or, for one that is beside it, from the root.
func (n *Node) Names() []string {
	if n.Parent == nil || n.Role == roleRoot || n.Role == roleSubtree {
		return nil
	}
	return append(n.Parent.Names(), n.Name)
}

// Below are the folders at a path and below it, all for the empty path.
func (t *Tree) Below(path string) []*Node {
	if path == "" {
		return t.Nodes
	}
	var list []*Node
	for _, n := range t.Nodes {
		if within(n.Path, path) {
			list = append(list, n)
		}
	}
	return list
}

// OpenSummary opens what a message is looked for by, which needs the identity.
func OpenSummary(ctx context.Context, r *repository.Repository, e *item.Entry) (s Summary, err error) {
	text, err := r.OpenText(ctx, e.Summary)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// Found is a message that was looked for.
type Found struct {
	Folder *Node
	item.Entry
	Summary
}

// Find shows the messages of a snapshot that match, of the folders at and below a path.
func (t *Tree) Find(ctx context.Context, r *repository.Repository, path string, match func(item.Entry, Summary) bool, visit func(Found) error) error {
	for _, n := range t.Below(path) {
		for _, p := range n.Pages {
			entries, err := LoadPage(ctx, r, p)
			if err != nil {
				return err
			}
			for i := range entries {
				s, err := OpenSummary(ctx, r, &entries[i])
				if err != nil {
					return err
				}
				if !match(entries[i], s) {
					continue
				}
				if err := visit(Found{n, entries[i], s}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
