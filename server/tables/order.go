package tables

import (
	"encoding/binary"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
)

// sortColumn is one column of an order.
type sortColumn struct {
	tag        mapi.PropTag
	descending bool
}

// extreme makes a category sort by the least or greatest value of a property of its members
// (CATEG_MIN, CATEG_MAX; tables.md section 8).
type extreme struct {
	level int // of the category
	tag   mapi.PropTag
	max   bool
}

// order is how the rows of a table are sorted and grouped. It is immutable.
type order struct {
	entries []mapi.SortOrder // as the client gave them
	columns []sortColumn
	levels  int // the first columns that form categories
	// categories and expanded are what the client gave.
	categories, expanded uint32
	extreme              *extreme
	instance             mapi.PropTag // multi-valued column that is expanded into instances, or 0
	locale               *collation.Locale
}

// maxSortColumns bounds the length of keys.
const maxSortColumns = 64

// newOrder checks a sort order; TOO_COMPLEX for what the protocol does not allow.
func newOrder(entries []mapi.SortOrder, categories, expanded uint32, l *collation.Locale) (*order, error) {
	if len(entries) > maxSortColumns || categories > uint32(len(entries)) {
		return nil, mapi.Errorf(mapi.TooComplex, "tableSort", "%d columns, %d of them categories", len(entries), categories)
	}
	o := &order{entries: slices.Clone(entries), categories: categories, expanded: expanded, locale: l}
	for _, e := range entries {
		t := e.Tag.Type()
		switch {
		case t&mapi.MVIFlag == mapi.MVFlag:
			return nil, mapi.Errorf(mapi.TooComplex, "tableSort", "multi-valued column %v", e.Tag)
		case t&mapi.MVIFlag == mapi.MVIFlag:
			if o.instance != 0 && o.instance != e.Tag {
				return nil, mapi.Errorf(mapi.TooComplex, "tableSort", "a second multi-valued column %v", e.Tag)
			}
			o.instance = e.Tag
		}
		if e.Order == mapi.SortCategMax || e.Order == mapi.SortCategMin {
			if level := len(o.columns) - 1; level >= 0 && level < int(categories) {
				if o.extreme != nil {
					return nil, mapi.Errorf(mapi.TooComplex, "tableSort", "a second minimum or maximum column %v", e.Tag)
				}
				o.extreme = &extreme{level: level, tag: e.Tag, max: e.Order == mapi.SortCategMax}
				continue
			}
		}
		o.columns = append(o.columns, sortColumn{e.Tag, e.Order == mapi.SortDescend})
	}
	o.levels = min(int(categories), len(o.columns))
	return o, nil
}

// same reports whether a client asks for the order that is there already.
func (o *order) same(entries []mapi.SortOrder, categories, expanded uint32) bool {
	return slices.Equal(o.entries, entries) && o.categories == categories && o.expanded == expanded
}

// viewSort names the order among shared views.
func (o *order) viewSort() string {
	var b []byte
	text := false
	for _, c := range o.columns {
		b = binary.BigEndian.AppendUint32(b, uint32(c.tag.Canonical()))
		dir := byte(0)
		if c.descending {
			dir = 1
		}
		b = append(b, dir)
		text = text || c.tag.Type().IsString()
	}
	if text {
		b = append(b, o.locale.Name()...)
	}
	return string(b)
}

// uses reports whether the order depends on any of the properties.
func (o *order) uses(tags ...mapi.PropTag) bool {
	return slices.ContainsFunc(o.columns, func(c sortColumn) bool { return slices.Contains(tags, c.tag.Canonical()) })
}

// cellFunc answers for the cells of one row.
type cellFunc func(tag mapi.PropTag) (mapi.PropValue, bool)

// key appends the sort key of a row. Without an order the newest object is first.
func (o *order) key(dst []byte, r cache.Row, cell cellFunc) []byte {
	if len(o.columns) == 0 {
		return binary.BigEndian.AppendUint32(dst, ^r.ID)
	}
	for _, c := range o.columns {
		dst = o.columnKey(dst, c, cell)
	}
	return dst
}

func (o *order) columnKey(dst []byte, c sortColumn, cell cellFunc) []byte {
	v, ok := cell(c.tag)
	if !ok {
		return collation.AppendMissing(dst, c.descending)
	}
	return o.locale.AppendKey(dst, v, c.descending)
}
