package replay

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Diff is one place where a live answer differs from the recorded one.
type Diff struct {
	Path     string // elements from the method element on, property tags in hex
	Recorded string
	Live     string
	Reason   string
}

func (d Diff) String() string {
	return fmt.Sprintf("%s: recorded %s, live %s (%s)", d.Path, shorten(d.Recorded), shorten(d.Live), d.Reason)
}

func shorten(s string) string {
	const most = 160
	if s == "" {
		return `""`
	}
	if len(s) > most {
		return fmt.Sprintf("%s… (%d bytes)", s[:most], len(s))
	}
	return s
}

// comparer compares one answer.
type comparer struct {
	scope
	names      *mapping
	start, now time.Time
	diffs      []Diff
}

func (c *comparer) differ(path, recorded, live, reason string) {
	c.diffs = append(c.diffs, Diff{path, recorded, live, reason})
}

// answer compares two method elements.
func (c *comparer) answer(recorded, live *node) {
	if recorded.name != live.name {
		c.differ("", recorded.name, live.name, "other answer")
		return
	}
	c.members(recorded.name, recorded, live)
}

// element compares two elements of the same name; parent is their parent's name.
func (c *comparer) element(path, parent string, recorded, live *node) {
	c.arrayType(path, recorded, live)
	if isFolderRow(recorded) {
		c.folder = true
		defer func() { c.folder = false }()
	}
	switch {
	case isProperty(recorded) || isProperty(live):
		c.propVal(path, recorded, live)
	case c.isPropertySet(recorded.name):
		c.propertySet(path, parent, recorded, live)
	case len(recorded.kids) == 0 && len(live.kids) == 0:
		c.leafText(path, c.leaf(parent, recorded.name), recorded, live)
	default:
		c.members(path, recorded, live)
	}
}

// members matches the children of two elements: by name, and those of one name by place.
func (c *comparer) members(path string, recorded, live *node) {
	for _, name := range memberNames(recorded, live) {
		want, got := recorded.all(name), live.all(name)
		for i := range max(len(want), len(got)) {
			at := path + "/" + name
			if name == "item" {
				at += "[" + strconv.Itoa(i) + "]"
			}
			switch {
			case i >= len(want):
				c.differ(at, "absent", got[i].brief(), "not in the record")
			case i >= len(got):
				c.differ(at, want[i].brief(), "absent", "missing")
			default:
				c.element(at, recorded.name, want[i], got[i])
			}
		}
	}
	if recorded.name == "sSaveObject" || recorded.name == "item" && recorded.child("modProps") != nil {
		c.objectTimes(path, recorded, live)
	}
}

// memberNames lists the names of both elements' children in order, codes of failure first: they explain the rest.
func memberNames(recorded, live *node) []string {
	names := []string{"er", "result"}
	seen := map[string]bool{"er": true, "result": true}
	for _, n := range []*node{recorded, live} {
		for _, k := range n.kids {
			if !seen[k.name] {
				seen[k.name] = true
				names = append(names, k.name)
			}
		}
	}
	return names
}

func (n *node) all(name string) []*node {
	var out []*node
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// brief shows an element in a Diff.
func (n *node) brief() string {
	if len(n.kids) == 0 {
		return n.text
	}
	var parts []string
	for _, k := range n.kids {
		parts = append(parts, k.name+"="+k.brief())
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// arrayType compares item types, and the size with the number of items.
func (c *comparer) arrayType(path string, recorded, live *node) {
	if len(live.kids) == 0 || len(recorded.kids) == 0 {
		return
	}
	want, _, _ := cutSize(recorded.arrayType)
	got, size, ok := cutSize(live.arrayType)
	if want != got {
		c.differ(path+"/@arrayType", recorded.arrayType, live.arrayType, "other item type")
	} else if ok && size != len(live.kids) {
		c.differ(path+"/@arrayType", recorded.arrayType, live.arrayType, fmt.Sprintf("has %d items", len(live.kids)))
	}
}

// cutSize takes the size off an arrayType.
func cutSize(t string) (item string, size int, ok bool) {
	i := strings.LastIndexByte(t, '[')
	if i < 0 || !strings.HasSuffix(t, "]") {
		return t, 0, false
	}
	size, err := strconv.Atoi(t[i+1 : len(t)-1])
	return t[:i], size, err == nil
}

// leafText compares two values.
func (c *comparer) leafText(path string, v valueKind, recorded, live *node) {
	if err := c.leafError(v, recorded.text, live.text); err != nil {
		c.differ(path, show(v, recorded.text), show(v, live.text), err.Error())
	}
}

func (c *comparer) leafError(v valueKind, recorded, live string) error {
	switch {
	case v.empty:
		if live != "" {
			return fmt.Errorf("must be empty")
		}
		return nil
	case v.tag:
		return c.tagError(parseTag(recorded), parseTag(live))
	case v.id != "":
		return c.names.check(v.id, recorded, live)
	case v.shape != nil:
		want, err := base64.StdEncoding.DecodeString(recorded)
		if err != nil {
			return fmt.Errorf("recorded value is not base64: %w", err)
		}
		got, err := base64.StdEncoding.DecodeString(live)
		if err != nil {
			return fmt.Errorf("not base64: %w", err)
		}
		return c.names.checkBinary(v.shape, want, got)
	case recorded != live:
		return fmt.Errorf("differs")
	}
	return nil
}

func (c *comparer) tagError(recorded, live uint32) error {
	if want := c.renameTag(recorded, c.names); want != live {
		return fmt.Errorf("tag must be %08X", want)
	}
	return nil
}

// show makes a value readable: tags and binary values in hex.
func show(v valueKind, text string) string {
	switch {
	case v.tag:
		return fmt.Sprintf("%08X", parseTag(text))
	case v.shape != nil:
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			return fmt.Sprintf("%x", b)
		}
	}
	return text
}
