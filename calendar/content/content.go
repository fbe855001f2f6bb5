// Package content is the line syntax that iCalendar and vCard share (RFC 5545 3.1, RFC 6350 3.2 and 3.3, RFC 6868): it reads a text into
// components with their lines, and writes them. It owns names, parameters, escapes and folding; it knows no property.
//
// A line that nobody changed is written with the bytes that it was read with, so that what this product does not understand survives.
// Reading takes time and memory in proportion to the text, and stops at [Limits]. Text that ends lines with LF alone is read as well;
// what is written ends them with CRLF.
//
// Components and lines may be used by one goroutine at a time. The package keeps no state.
package content

import (
	"iter"
	"strings"
)

// Component is what stands between BEGIN and END. Lines and components in it keep their order.
type Component struct {
	name       string
	begin, end *Line
	nodes      []node
}

// node is a line or a component.
type node struct {
	line      *Line
	component *Component
}

// NewComponent makes an empty component.
func NewComponent(name string) *Component {
	return &Component{name: name, begin: New("BEGIN", name), end: New("END", name)}
}

// Name is the component's name in capitals.
func (c *Component) Name() string { return strings.ToUpper(c.name) }

// Is compares the name as the RFCs do, without regard to case.
func (c *Component) Is(name string) bool { return strings.EqualFold(c.name, name) }

// Lines are the component's own lines, in order.
func (c *Component) Lines() iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		for _, n := range c.nodes {
			if n.line != nil && !yield(n.line) {
				return
			}
		}
	}
}

// Components are the components directly in this one, in order.
func (c *Component) Components() iter.Seq[*Component] {
	return func(yield func(*Component) bool) {
		for _, n := range c.nodes {
			if n.component != nil && !yield(n.component) {
				return
			}
		}
	}
}

// All are the lines with a name.
func (c *Component) All(name string) iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		for l := range c.Lines() {
			if l.Is(name) && !yield(l) {
				return
			}
		}
	}
}

// Get is the first line with a name, or nil.
func (c *Component) Get(name string) *Line {
	for l := range c.All(name) {
		return l
	}
	return nil
}

// Value is the raw value of the first line with a name, empty when there is none.
func (c *Component) Value(name string) string {
	if l := c.Get(name); l != nil {
		return l.value
	}
	return ""
}

// Text is the value of the first line with a name, without escapes.
func (c *Component) Text(name string) string { return UnescapeText(c.Value(name)) }

// Add appends lines.
func (c *Component) Add(lines ...*Line) {
	for _, l := range lines {
		c.nodes = append(c.nodes, node{line: l})
	}
}

// AddComponent appends components.
func (c *Component) AddComponent(components ...*Component) {
	for _, sub := range components {
		c.nodes = append(c.nodes, node{component: sub})
	}
}

// Set puts a line where the first one with its name stands and removes the others with that name; without one it appends.
func (c *Component) Set(l *Line) {
	kept, done := c.nodes[:0], false
	for _, n := range c.nodes {
		if n.line != nil && n.line.Is(l.name) {
			if done {
				continue
			}
			n.line, done = l, true
		}
		kept = append(kept, n)
	}
	clear(c.nodes[len(kept):])
	if c.nodes = kept; !done {
		c.Add(l)
	}
}

// Remove removes the lines with a name.
func (c *Component) Remove(name string) {
	c.filter(func(n node) bool { return n.line == nil || !n.line.Is(name) })
}

// RemoveComponents removes the components directly in this one that the function is true for.
func (c *Component) RemoveComponents(which func(*Component) bool) {
	c.filter(func(n node) bool { return n.component == nil || !which(n.component) })
}

func (c *Component) filter(keep func(node) bool) {
	kept := c.nodes[:0]
	for _, n := range c.nodes {
		if keep(n) {
			kept = append(kept, n)
		}
	}
	clear(c.nodes[len(kept):])
	c.nodes = kept
}

// Clone copies the component and all that is in it.
func (c *Component) Clone() *Component {
	out := &Component{name: c.name, begin: c.begin.Clone(), end: c.end.Clone(), nodes: make([]node, len(c.nodes))}
	for i, n := range c.nodes {
		if n.line != nil {
			out.nodes[i].line = n.line.Clone()
		} else {
			out.nodes[i].component = n.component.Clone()
		}
	}
	return out
}
