package sorting

// forest is a set of trees that are joined and cut, and finds the root of a node in logarithmic time (amortised): the link-cut trees of Sleator
// and Tarjan, A data structure for dynamic trees, 1983. To walk up instead would cost a thread of 100,000 messages, one below the other, five
// thousand million steps.
//
// Each tree is a set of paths from a node upwards; each path is a splay tree in which what is left of a node is above it. The root of a splay
// tree has the node above its path in up, which does not have it as a child.
type forest struct {
	left, right, up []int32
	rotations       int // what it has cost so far
}

// add makes a tree of one node.
func (f *forest) add() {
	f.left, f.right, f.up = append(f.left, none), append(f.right, none), append(f.up, none)
}

// link puts a root below a node of another tree.
func (f *forest) link(child, parent int32) {
	f.expose(child)
	f.up[child] = parent
}

// cut makes a root of a node.
func (f *forest) cut(i int32) {
	f.expose(i)
	if above := f.left[i]; above != none {
		f.up[above], f.left[i] = none, none
	}
}

// root is the root of a node's tree.
func (f *forest) root(i int32) int32 {
	f.expose(i)
	for f.left[i] != none {
		i = f.left[i]
	}
	f.splay(i)
	return i
}

// expose makes the way from a node to the root one path, with the node at the root of its splay tree.
func (f *forest) expose(i int32) {
	below := int32(none)
	for j := i; j != none; j = f.up[j] {
		f.splay(j)
		f.right[j] = below
		below = j
	}
	f.splay(i)
}

func (f *forest) isSplayRoot(i int32) bool {
	p := f.up[i]
	return p == none || f.left[p] != i && f.right[p] != i
}

// splay makes a node the root of its splay tree.
func (f *forest) splay(i int32) {
	for !f.isSplayRoot(i) {
		if p := f.up[i]; !f.isSplayRoot(p) {
			if (f.left[p] == i) == (f.left[f.up[p]] == p) {
				f.rotate(p)
			} else {
				f.rotate(i)
			}
		}
		f.rotate(i)
	}
}

// rotate puts a node in the place of the one above it in its splay tree.
func (f *forest) rotate(i int32) {
	f.rotations++
	p := f.up[i]
	g := f.up[p]
	switch {
	case f.isSplayRoot(p):
	case f.left[g] == p:
		f.left[g] = i
	default:
		f.right[g] = i
	}
	f.up[i], f.up[p] = g, i
	var middle int32
	if f.left[p] == i {
		middle = f.right[i]
		f.left[p], f.right[i] = middle, p
	} else {
		middle = f.left[i]
		f.right[p], f.left[i] = middle, p
	}
	if middle != none {
		f.up[middle] = p
	}
}
