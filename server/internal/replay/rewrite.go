package replay

import (
	"encoding/base64"
	"strconv"
)

// edit replaces the bytes first..end of a message.
type edit struct {
	first, end int
	text       string
}

// rewriter translates the values of one message in place: everything but the values stays byte for byte as recorded.
type rewriter struct {
	scope
	names renamer
	guid  []byte                                           // server GUID of the record
	seen  func(k kind, v string)                           // told of every entry id; may be nil
	time  func(tag uint32, hi, lo string) (string, string) // may be nil
	edits []edit
}

// rewrite returns the message src, whose parsed method element is root, with its values translated.
func (w *rewriter) rewrite(src []byte, root *node) []byte {
	for _, k := range root.kids {
		w.element(root, k)
	}
	out := make([]byte, 0, len(src)+256)
	pos := 0
	for _, e := range w.edits {
		out = append(append(out, src[pos:e.first]...), e.text...)
		pos = e.end
	}
	return append(out, src[pos:]...)
}

func (w *rewriter) element(parent, n *node) {
	if isFolderRow(n) {
		w.folder = true
		defer func() { w.folder = false }()
	}
	switch {
	case isProperty(n):
		w.propVal(n)
	case len(n.kids) > 0:
		for _, k := range n.kids {
			w.element(n, k)
		}
	default:
		w.leafText(n, w.leaf(parent.name, n.name))
	}
}

func (w *rewriter) propVal(n *node) {
	tag := parseTag(n.kids[0].text)
	w.leafText(n.kids[0], valueKind{tag: true})
	if len(n.kids) < 2 {
		return
	}
	v, kind := n.kids[1], w.property(tag)
	switch {
	case v.name == "hilo":
		if hi, lo := v.child("hi"), v.child("lo"); w.time != nil && hi != nil && lo != nil {
			h, l := w.time(tag, hi.text, lo.text)
			w.replace(hi, h)
			w.replace(lo, l)
		}
	case v.name == "res" || v.name == "actions":
		w.element(n, v)
	case len(v.kids) > 0:
		for _, k := range v.kids {
			w.leafText(k, kind)
		}
	default:
		w.leafText(v, kind)
	}
}

func (w *rewriter) leafText(n *node, v valueKind) {
	switch {
	case n.first < 0 || n.text == "":
	case v.tag:
		w.replace(n, strconv.FormatUint(uint64(w.renameTag(parseTag(n.text), w.names)), 10))
	case v.id != "":
		if !fixed(v.id, n.text) {
			w.replace(n, escape(w.names.rename(v.id, n.text)))
		}
	case v.shape != nil:
		b, err := base64.StdEncoding.DecodeString(n.text)
		if err != nil {
			return
		}
		w.tell(v.shape, b)
		w.replace(n, base64.StdEncoding.EncodeToString(renameBinary(v.shape, b, w.guid, w.names)))
	}
}

// tell reports the entry ids of a value: those in a request that no answer had before are the client's own.
func (w *rewriter) tell(shape shaper, b []byte) {
	if w.seen == nil {
		return
	}
	for _, p := range shape(b, w.guid) {
		if p.kind == kindEntry {
			w.seen(p.kind, p.value())
		}
	}
}

func (w *rewriter) replace(n *node, text string) {
	if text != n.text {
		w.edits = append(w.edits, edit{n.first, n.end, text})
	}
}
