package sqlstore

import (
	"slices"
	"testing"
)

// TestDeferredOrder: rows of one kind share statements, and none overtakes another kind for its own table.
func TestDeferredOrder(t *testing.T) {
	dialect := &Dialect{InsertRows: "INSERT"}
	insert, put := dialect.multiInsert("parts", "id,x", ""), dialect.multiInsert("parts", "id,x", " ON DUPLICATE KEY UPDATE x=VALUES(x)")
	other := dialect.multiInsert("hierarchy", "id", "")
	for _, tc := range []struct {
		name  string
		add   []*multiInsert
		texts []string
		args  []any
	}{
		{"two tables by turns", []*multiInsert{insert, other, insert, other},
			[]string{insert.texts[1], other.texts[1]}, []any{0, 0, 2, 2, 1, 3}},
		{"two kinds for a table", []*multiInsert{insert, put, other, insert, put},
			[]string{insert.texts[0], put.texts[0], other.texts[0], insert.texts[0], put.texts[0]}, []any{0, 0, 1, 1, 2, 3, 3, 4, 4}},
		{"more rows than a statement takes", slices.Repeat([]*multiInsert{other}, maxTuples+2),
			[]string{other.texts[maxTuples-1], other.texts[1]}, upTo(maxTuples + 2)},
	} {
		var d deferred
		for i, m := range tc.add {
			d.add(m, slices.Repeat([]any{i}, m.columns), 1)
		}
		texts, args := d.statements()
		if !slices.Equal(texts, tc.texts) || !slices.Equal(args, tc.args) {
			t.Errorf("%s:\n%q %v, want\n%q %v", tc.name, texts, args, tc.texts, tc.args)
		}
		if len(d.groups) != 0 || d.bytes != 0 {
			t.Errorf("%s: %+v is left", tc.name, d)
		}
	}
}

// upTo is 0 to n-1.
func upTo(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = i
	}
	return list
}
