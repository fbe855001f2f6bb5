package replay

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// isPropertySet tells the lists that are matched by tag (rules.go).
func (c *comparer) isPropertySet(name string) bool {
	return name == "delProps" || name == "modProps" || c.op == "readABProps" && (name == "aPropTag" || name == "aPropVal")
}

// propertySet compares two lists of tags or of properties by tag.
func (c *comparer) propertySet(path, parent string, recorded, live *node) {
	want, got := c.byTag(recorded, c.names), c.byTag(live, nil)
	object := parent == "sSaveObject" || parent == "item"
	for _, tag := range sortedTags(want, got) {
		w, g := want[tag], got[tag]
		at := fmt.Sprintf("%s/%08X", path, tag)
		switch {
		case w != nil && g != nil:
			if isProperty(w) || isProperty(g) {
				c.propVal(at, w, g)
			}
		case object && optionalInObject(tag):
		case w == nil:
			c.differ(at, "absent", g.brief(), "not in the record")
		default:
			c.differ(at, w.brief(), "absent", "missing")
		}
	}
}

// byTag indexes a list of tags or properties; of duplicates the last stays. names translates the tags, nil leaves them.
func (c *comparer) byTag(list *node, names renamer) map[uint32]*node {
	out := map[uint32]*node{}
	for _, k := range list.kids {
		tag := parseTag(k.text)
		if isProperty(k) {
			tag = parseTag(k.kids[0].text)
		}
		if names != nil {
			tag = c.renameTag(tag, names)
		}
		out[tag] = k
	}
	return out
}

func sortedTags(a, b map[uint32]*node) []uint32 {
	var out []uint32
	for tag := range a {
		out = append(out, tag)
	}
	for tag := range b {
		if a[tag] == nil {
			out = append(out, tag)
		}
	}
	slices.Sort(out)
	return out
}

// propVal compares two properties.
func (c *comparer) propVal(path string, recorded, live *node) {
	if !isProperty(recorded) || !isProperty(live) {
		c.differ(path, recorded.brief(), live.brief(), "one is not a property")
		return
	}
	tag := parseTag(recorded.kids[0].text)
	if last := fmt.Sprintf("/%08X", c.renameTag(tag, c.names)); !strings.HasSuffix(path, last) {
		path += last
	}
	if err := c.tagError(tag, parseTag(live.kids[0].text)); err != nil {
		c.differ(path, recorded.brief(), live.brief(), err.Error())
		return
	}
	if len(recorded.kids) != len(live.kids) || len(live.kids) == 2 && recorded.kids[1].name != live.kids[1].name {
		c.differ(path, recorded.brief(), live.brief(), "other member of the value")
		return
	}
	if len(recorded.kids) == 2 {
		c.propertyValue(path, tag, recorded.kids[1], live.kids[1])
	}
}

func (c *comparer) propertyValue(path string, tag uint32, recorded, live *node) {
	v := c.property(tag)
	switch {
	case recorded.name == "hilo":
		if err := compareTime(tag, timeText(recorded), timeText(live), c.names.sent, c.start, c.now); err != nil {
			c.differ(path, timeText(recorded), timeText(live), err.Error())
		}
	case tag == tagChangeList && recorded.name == "bin":
		c.changeList(path, v, recorded, live)
	case recorded.name == "res" || recorded.name == "actions":
		c.members(path, recorded, live)
	case len(recorded.kids) > 0 || len(live.kids) > 0:
		c.arrayType(path, recorded, live)
		c.values(path, v, recorded.kids, live.kids)
	default:
		c.leafText(path, v, recorded, live)
	}
}

func timeText(n *node) string { return n.value("hi") + "/" + n.value("lo") }

// values compares the values of a multi-valued property.
func (c *comparer) values(path string, v valueKind, recorded, live []*node) {
	if len(recorded) != len(live) {
		c.differ(path, fmt.Sprint(len(recorded), " values"), fmt.Sprint(len(live), " values"), "number of values")
		return
	}
	for i := range recorded {
		c.leafText(fmt.Sprintf("%s[%d]", path, i), v, recorded[i], live[i])
	}
}

func (c *comparer) changeList(path string, v valueKind, recorded, live *node) {
	want, errWant := base64.StdEncoding.DecodeString(recorded.text)
	got, errGot := base64.StdEncoding.DecodeString(live.text)
	err := errWant
	if err == nil {
		err = errGot
	}
	if err == nil && !bytes.Equal(want, got) {
		err = c.names.compareChangeList(want, got)
	}
	if err != nil {
		c.differ(path, show(v, recorded.text), show(v, live.text), err.Error())
	}
}

// objectTimes compares what rules.go asks of times beyond each value: a creation time stays, and a new object's two times are one.
func (c *comparer) objectTimes(path string, recorded, live *node) {
	created, now := timeOf(recorded, tagCreationTime), timeOf(live, tagCreationTime)
	if created == "" || now == "" {
		return
	}
	if c.op == "saveObject" && created == timeOf(recorded, tagModifiedTime) && now != timeOf(live, tagModifiedTime) {
		c.differ(path+"/modProps", created, now+" and "+timeOf(live, tagModifiedTime), "the times of a new object differ")
	}
	id := recorded.value("ulServerId")
	if was, ok := c.names.created[id]; ok && was[0] == created && was[1] != now {
		c.differ(path+"/modProps", was[1], now, "the creation time has changed")
	}
	c.names.created[id] = [2]string{created, now}
}

// timeOf finds a time among an object's modProps.
func timeOf(object *node, tag uint32) string {
	list := object.child("modProps")
	if list == nil {
		return ""
	}
	for _, k := range list.kids {
		if isProperty(k) && parseTag(k.kids[0].text) == tag && len(k.kids) == 2 {
			return timeText(k.kids[1])
		}
	}
	return ""
}
