package sorting

import (
	"cmp"
	"slices"
	"strconv"
)

// none is no node.
const none = -1

// Threads are messages as trees. A node may stand for a message that is not there.
type Threads struct {
	numbers []uint32 // of the nodes; 0 for those that stand for no message
	roots   []int32
	// The children of node i are children[first[i]:first[i+1]].
	first, children []int32
}

// newThreads makes trees of the parents of nodes. Siblings are in the order of less; nodes that are gone are in no tree.
func newThreads(numbers []uint32, parents []int32, gone func(int32) bool, compare func(a, b int32) int) *Threads {
	t := &Threads{numbers: numbers, first: make([]int32, len(parents)+1)}
	for i, p := range parents {
		if gone(int32(i)) {
			continue
		}
		if p == none {
			t.roots = append(t.roots, int32(i))
		} else {
			t.first[p+1]++
		}
	}
	for i := range parents {
		t.first[i+1] += t.first[i]
	}
	t.children = make([]int32, t.first[len(parents)])
	next := slices.Clone(t.first)
	for i, p := range parents {
		if p != none && !gone(int32(i)) {
			t.children[next[p]] = int32(i)
			next[p]++
		}
	}
	for i := range parents {
		slices.SortFunc(t.childrenOf(int32(i)), compare)
	}
	slices.SortFunc(t.roots, compare)
	return t
}

func (t *Threads) childrenOf(i int32) []int32 { return t.children[t.first[i]:t.first[i+1]] }

// Append appends the threads as the answer to THREAD has them (RFC 5256 4, thread-list).
func (t *Threads) Append(dst []byte) []byte {
	var open []int32 // nodes whose lists are to come, the next one last; none ends a list
	for _, root := range t.roots {
		for open = append(open, root); len(open) > 0; {
			node := open[len(open)-1]
			open = open[:len(open)-1]
			if node == none {
				dst = append(dst, ')')
				continue
			}
			dst = append(dst, '(')
			dst, open = t.appendList(dst, open, node)
		}
	}
	return dst
}

// appendList appends a node and its descendants as long as they are one each; open gets what is to come after.
func (t *Threads) appendList(dst []byte, open []int32, node int32) ([]byte, []int32) {
	for {
		if n := t.numbers[node]; n != 0 {
			dst = strconv.AppendUint(dst, uint64(n), 10)
		}
		children := t.childrenOf(node)
		if len(children) == 0 {
			return append(dst, ')'), open
		}
		if t.numbers[node] != 0 {
			dst = append(dst, ' ')
		}
		if len(children) > 1 {
			open = append(open, none)
			for _, c := range slices.Backward(children) {
				open = append(open, c)
			}
			return dst, open
		}
		node = children[0]
	}
}

// bySent compares messages by the date that they were sent, then by their order in the mailbox.
func bySent(messages []Message) func(a, b int32) int {
	sent := make([]int64, len(messages))
	for i := range messages {
		sent[i] = messages[i].sent()
	}
	return func(a, b int32) int { return cmp.Or(cmp.Compare(sent[a], sent[b]), cmp.Compare(a, b)) }
}

// OrderedSubject makes threads of messages with the same base subject, each with the first one above all others (RFC 5256 3, ORDEREDSUBJECT).
// The messages have to come in the order of the mailbox.
func OrderedSubject(messages []Message) *Threads {
	compare := bySent(messages)
	first := make(map[string]int32)
	subjects := make([]string, len(messages))
	numbers := make([]uint32, len(messages))
	for i := range messages {
		base, _ := BaseSubject(messages[i].Subject)
		subjects[i], numbers[i] = CaseMap(base), messages[i].Number
		if f, ok := first[subjects[i]]; !ok || compare(int32(i), f) < 0 {
			first[subjects[i]] = int32(i)
		}
	}
	parents := make([]int32, len(messages))
	for i, s := range subjects {
		if parents[i] = first[s]; parents[i] == int32(i) {
			parents[i] = none
		}
	}
	return newThreads(numbers, parents, func(int32) bool { return false }, compare)
}
