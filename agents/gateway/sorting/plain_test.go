package sorting

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// box is a message, or a dummy, of the RFC's algorithm.
type box struct {
	message  *Message // nil for a dummy
	number   int
	parent   *box
	children []*box
}

func (b *box) setParent(p *box) {
	if b.parent != nil {
		b.parent.children = slices.DeleteFunc(b.parent.children, func(c *box) bool { return c == b })
	}
	if b.parent = p; p != nil {
		p.children = append(p.children, b)
	}
}

func (b *box) below(p *box) bool {
	for ; b != nil; b = b.parent {
		if b == p {
			return true
		}
	}
	return false
}

// plainThreads is the algorithm REFERENCES step by step as RFC 5256 3 has it, with recursion, however long it takes.
func plainThreads(messages []Message) string {
	boxes := plainLinks(messages)
	root := new(box)
	for _, b := range boxes { // (2)
		if b.parent == nil {
			b.setParent(root)
		}
	}
	for _, b := range slices.Clone(root.children) { // (3)
		plainPrune(b, root)
	}
	plainSort(root)     // (4): the children of dummies, too, to know the first
	plainSubjects(root) // (5)
	plainSort(root)     // (6)
	var text strings.Builder
	for _, b := range root.children {
		plainText(&text, b)
	}
	return text.String()
}

func plainLinks(messages []Message) (boxes []*box) {
	ids := make(map[string]*box)
	own := make([]*box, len(messages))
	for i := range messages {
		own[i] = &box{message: &messages[i], number: i}
		boxes = append(boxes, own[i])
		if id := messages[i].MessageID; id != "" && ids[id] == nil {
			ids[id] = own[i]
		}
	}
	for i := range messages { // (1)
		var last *box
		for _, id := range messages[i].References { // (A)
			b := ids[id]
			if b == nil {
				b = new(box)
				ids[id] = b
				boxes = append(boxes, b)
			}
			if last != nil && b.parent == nil && !last.below(b) {
				b.setParent(last)
			}
			last = b
		}
		if own[i].parent == last { // (B)
			continue
		}
		own[i].setParent(nil)
		if last != nil && !last.below(own[i]) {
			own[i].setParent(last)
		}
	}
	return boxes
}

func plainPrune(b, root *box) {
	for _, c := range slices.Clone(b.children) {
		plainPrune(c, root)
	}
	if b.message != nil {
		return
	}
	if p := b.parent; len(b.children) == 0 {
		b.setParent(nil)
	} else if p != root || len(b.children) == 1 {
		for _, c := range slices.Clone(b.children) {
			c.setParent(p)
		}
		b.setParent(nil)
	}
}

func plainSort(b *box) {
	for _, c := range b.children {
		plainSort(c)
	}
	slices.SortFunc(b.children, func(a, b *box) int {
		for ; a.message == nil; a = a.children[0] {
		}
		for ; b.message == nil; b = b.children[0] {
		}
		return cmp.Or(cmp.Compare(a.message.sent(), b.message.sent()), cmp.Compare(a.number, b.number))
	})
}

// subject is a thread's, and whether its first message is an answer.
func (b *box) subject() (string, bool) {
	dummy := b.message == nil
	for b.message == nil {
		b = b.children[0]
	}
	base, reply := BaseSubject(b.message.Subject)
	return CaseMap(base), reply && !dummy
}

func plainSubjects(root *box) {
	table := make(map[string]*box)
	for _, b := range root.children {
		s, reply := b.subject()
		if s == "" {
			continue
		}
		in := table[s]
		if in == nil {
			table[s] = b
			continue
		}
		_, inReply := in.subject()
		if in.message != nil && (b.message == nil || inReply && !reply) {
			table[s] = b
		}
	}
	for _, b := range slices.Clone(root.children) {
		s, reply := b.subject()
		in := table[s]
		if s == "" || in == b || b.parent != root {
			continue
		}
		_, inReply := in.subject()
		switch {
		case in.message == nil && b.message == nil:
			for _, c := range slices.Clone(b.children) {
				c.setParent(in)
			}
			b.setParent(nil)
		case in.message == nil, reply && !inReply:
			b.setParent(in)
		default:
			dummy := new(box)
			dummy.setParent(root)
			b.setParent(dummy)
			in.setParent(dummy)
			table[s] = dummy
		}
	}
}

func plainText(text *strings.Builder, b *box) {
	text.WriteByte('(')
	for {
		if b.message != nil {
			fmt.Fprint(text, b.message.Number)
		}
		if len(b.children) == 1 {
			text.WriteByte(' ')
			b = b.children[0]
			continue
		}
		if len(b.children) > 0 && b.message != nil {
			text.WriteByte(' ')
		}
		for _, c := range b.children {
			plainText(text, c)
		}
		break
	}
	text.WriteByte(')')
}
