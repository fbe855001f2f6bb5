package legacy

import (
	"context"
	"database/sql"
	"fmt"

	"zarafa/mapi"
)

// Node is a store or a folder: a row of hierarchy whose place in the tree is known.
type Node struct {
	ID, Parent, Owner uint32
	Type              mapi.ObjectType
	Flags             uint32
	Store             uint32 // object id of the store it belongs to
	Deleted           bool   // the folder, or one above it, is soft-deleted
}

// Tree are the stores and folders of a server. It does not change.
type Tree struct {
	nodes map[uint32]*Node
	ids   []uint32 // parents before children, else ascending
	lost  []Loss
}

// Find finds a store or folder; nil if there is none.
func (t *Tree) Find(id uint32) *Node { return t.nodes[id] }

// IDs are those of all stores and folders that hang together, each after the one it lies in.
func (t *Tree) IDs() []uint32 { return t.ids }

// Losses are the folders that lie in nothing.
func (t *Tree) Losses() []Loss { return t.lost }

// ReadTree reads all stores and folders.
func (s *Session) ReadTree(ctx context.Context) (*Tree, error) {
	var list []*Node
	const text = "SELECT id,COALESCE(parent,0),type,flags,owner FROM hierarchy WHERE type IN (1,3) ORDER BY id"
	err := s.query(ctx, text, nil, func(rows *sql.Rows) error {
		n := new(Node)
		list = append(list, n)
		return rows.Scan(&n.ID, &n.Parent, &n.Type, &n.Flags, &n.Owner)
	})
	if err != nil {
		return nil, err
	}
	return buildTree(list), nil
}

// buildTree hangs folders into their stores. Nothing that lies in itself or in what is not there is in the tree.
func buildTree(list []*Node) *Tree {
	t := &Tree{nodes: make(map[uint32]*Node, len(list))}
	below := map[uint32][]*Node{}
	for _, n := range list {
		if n.Type == mapi.TypeStore {
			n.Parent, n.Store, n.Deleted = 0, n.ID, n.Flags&mapi.FlagDeleted != 0
			t.add(n)
			continue
		}
		below[n.Parent] = append(below[n.Parent], n)
	}
	for i := 0; i < len(t.ids); i++ {
		above := t.nodes[t.ids[i]]
		for _, n := range below[above.ID] {
			n.Store, n.Deleted = above.Store, above.Deleted || n.Flags&mapi.FlagDeleted != 0
			t.add(n)
		}
	}
	for _, n := range list {
		if t.nodes[n.ID] == nil {
			t.lost = append(t.lost, Loss{Object: n.ID, What: "folder", Why: fmt.Sprintf("it lies in object %d, which is in no store", n.Parent)})
		}
	}
	return t
}

func (t *Tree) add(n *Node) {
	t.nodes[n.ID] = n
	t.ids = append(t.ids, n.ID)
}

// Loss is something that cannot be taken, or not as it is.
type Loss struct {
	Object uint32 // object id, 0 if it is not about an object
	What   string
	Why    string
}

// String is a line of the report.
func (l Loss) String() string {
	if l.Object == 0 {
		return l.What + ": " + l.Why
	}
	return fmt.Sprintf("object %d: %s: %s", l.Object, l.What, l.Why)
}
