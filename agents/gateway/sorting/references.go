package sorting

import "slices"

// gathering is the algorithm REFERENCES (RFC 5256 3), in the steps of the RFC. Nodes are numbered: first the messages, then those that are
// only referred to, then those that step 5 makes. The RFC calls all but messages dummies.
type gathering struct {
	messages []Message
	parents  []int32
	ids      map[string]int32
	forest   *forest // finds whether a link would make a loop
	compare  func(a, b int32) int
	subjects []string // by message, as they are compared
	replies  []bool
}

// ByReferences makes threads of what messages refer to, and of those without a reference that have the same base subject (RFC 5256 3, REFERENCES).
// The messages have to come in the order of the mailbox.
func ByReferences(messages []Message) *Threads {
	g := gather(messages)
	g.prune()
	g.bySubject()
	return g.threads()
}

// gather is step 1.
func gather(messages []Message) *gathering {
	g := &gathering{
		messages: messages, ids: make(map[string]int32), forest: new(forest), compare: bySent(messages),
		subjects: make([]string, len(messages)), replies: make([]bool, len(messages)),
	}
	for i := range messages {
		base, reply := BaseSubject(messages[i].Subject)
		g.subjects[i], g.replies[i] = CaseMap(base), reply
		g.add()
		// Of several messages with the same id the first one has it (step 1).
		if id := messages[i].MessageID; id != "" {
			if _, ok := g.ids[id]; !ok {
				g.ids[id] = int32(i)
			}
		}
	}
	for i := range messages {
		g.link(int32(i))
	}
	return g
}

// add makes a node.
func (g *gathering) add() int32 {
	g.parents = append(g.parents, none)
	g.forest.add()
	return int32(len(g.parents) - 1)
}

func (g *gathering) isDummy(i int32) bool { return int(i) >= len(g.messages) }

// link links a message with what it refers to, and that with one another (step 1).
func (g *gathering) link(i int32) {
	last := int32(none)
	for _, id := range g.messages[i].References {
		node, ok := g.ids[id]
		if !ok {
			node = g.add()
			g.ids[id] = node
		}
		if last != none && g.parents[node] == none {
			g.join(node, last)
		}
		last = node
	}
	if g.parents[i] == last {
		return
	}
	if g.parents[i] != none {
		g.forest.cut(i)
		g.parents[i] = none
	}
	if last != none {
		g.join(i, last)
	}
}

// join makes a node that has no parent the child of another, unless that is below it.
func (g *gathering) join(child, parent int32) {
	if g.forest.root(parent) != child {
		g.forest.link(child, parent)
		g.parents[child] = parent
	}
}

// prune puts the children of dummies in their places; only at the top a dummy with several children stays (steps 2 and 3).
func (g *gathering) prune() {
	top := make([]int32, len(g.parents)) // of dummies: the message above, or the dummy at the top; none if it is not known yet
	for i := range top {
		top[i] = none
	}
	var path []int32
	children := make([]int32, len(g.parents))
	for i := range g.messages {
		p := g.parents[i]
		for path = path[:0]; p != none && g.isDummy(p) && top[p] == none; p = g.parents[p] {
			path = append(path, p)
		}
		switch {
		case p != none && g.isDummy(p):
			p = top[p]
		case p == none && len(path) > 0:
			p = path[len(path)-1]
		}
		for _, d := range path {
			top[d] = p
		}
		if g.parents[i] = p; p != none {
			children[p]++
		}
	}
	for i, p := range g.parents[:len(g.messages)] {
		if p != none && g.isDummy(p) && children[p] == 1 {
			g.parents[i] = none
		}
	}
	for i := len(g.messages); i < len(g.parents); i++ {
		g.parents[i] = none
	}
}

// threads makes trees of the nodes as they are; dummies without children are in none.
func (g *gathering) threads() *Threads {
	first := g.firstChildren()
	numbers := make([]uint32, len(g.parents))
	for i := range g.messages {
		numbers[i] = g.messages[i].Number
	}
	gone := func(i int32) bool { return first[i] == none }
	return newThreads(numbers, g.parents, gone, func(a, b int32) int { return g.compare(first[a], first[b]) })
}

// firstChildren is, by node, the message that it is ordered by: itself, or the first child of a dummy, none if it has no children (steps 4 and 6).
// Children of dummies are messages.
func (g *gathering) firstChildren() []int32 {
	first := make([]int32, len(g.parents))
	for i := range first {
		if first[i] = int32(i); g.isDummy(int32(i)) {
			first[i] = none
		}
	}
	for i, p := range g.parents[:len(g.messages)] {
		if p != none && g.isDummy(p) && (first[p] == none || g.compare(int32(i), first[p]) < 0) {
			first[p] = int32(i)
		}
	}
	return first
}

// bySubject joins threads whose first messages have the same subject (steps 4 and 5).
func (g *gathering) bySubject() {
	first := g.firstChildren()
	t := g.threads()
	table := make(map[string]int32)
	isReply := func(i int32) bool { return !g.isDummy(i) && g.replies[i] }
	for _, i := range t.roots {
		subject := g.subjects[first[i]]
		if subject == "" {
			continue
		}
		in, ok := table[subject]
		if !ok || !g.isDummy(in) && (g.isDummy(i) || g.replies[in] && !g.replies[i]) {
			table[subject] = i
		}
	}
	for _, i := range slices.Clone(t.roots) {
		subject := g.subjects[first[i]]
		in, ok := table[subject]
		if !ok || in == i || g.parents[i] != none {
			continue
		}
		switch {
		case g.isDummy(in) && g.isDummy(i):
			for _, c := range t.childrenOf(i) {
				g.parents[c] = in
			}
		case g.isDummy(in), isReply(i) && !isReply(in):
			g.parents[i] = in
		default:
			dummy := g.add()
			g.parents[i], g.parents[in] = dummy, dummy
			table[subject] = dummy
		}
	}
}
