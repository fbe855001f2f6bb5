package legacy

import (
	"database/sql"
	"math"
	"strings"
	"testing"

	"zarafa/mapi"
)

func number(n int64) sql.NullInt64 { return sql.NullInt64{Int64: n, Valid: true} }

// TestValue: each type takes its column, and nothing is made up for a column that is NULL.
func TestValue(t *testing.T) {
	for _, c := range []struct {
		tag     mapi.PropTag
		columns columns
		want    mapi.PropValue
	}{
		{0x00170002, columns{ulong: number(0xFFFE)}, mapi.Short(0x00170002, -2)},
		{0x00170002, columns{ulong: number(0xFFFFFFFE)}, mapi.Short(0x00170002, -2)},
		{0x0E070003, columns{ulong: number(0xFFFFFFFF)}, mapi.Long(0x0E070003, 0xFFFFFFFF)},
		{0x0E1B000B, columns{ulong: number(2)}, mapi.Bool(0x0E1B000B, true)},
		{0x0E080014, columns{longint: number(math.MinInt64)}, mapi.I8(0x0E080014, math.MinInt64)},
		{0x00010005, columns{double: sql.NullFloat64{Float64: -1e65, Valid: true}}, mapi.Float(0x00010005, -1e65)},
		{0x00010004, columns{double: sql.NullFloat64{Float64: 1.5, Valid: true}}, mapi.Float(0x00010004, 1.5)},
		{0x30070040, columns{hi: number(31293563), lo: number(1329684352)}, mapi.Time(0x30070040, 31293563<<32|1329684352)},
		{0x00010006, columns{hi: number(-1), lo: number(0xFFFFFFFF)}, mapi.I8(0x00010006, -1)},
		{0x0037001E, columns{text: []byte("é")}, mapi.String(0x0037001F, "é")},
		{0x0037001F, columns{text: []byte{}}, mapi.String(0x0037001F, "")},
		{0x300B0102, columns{binary: []byte{}}, mapi.Binary(0x300B0102, []byte{})},
		{0x00010048, columns{binary: make([]byte, 16)}, mapi.Binary(0x00010048, make([]byte, 16))},
	} {
		got, err := value(c.tag, &c.columns)
		if err != nil || !got.Equal(c.want) || got.Tag != c.want.Tag {
			t.Errorf("%v: %+v, %v; want %+v", c.tag, got, err, c.want)
		}
		if _, err := value(c.tag, &columns{}); err == nil || !strings.Contains(err.Error(), "NULL") {
			t.Errorf("%v without a value: %v", c.tag, err)
		}
	}
	for _, tag := range []mapi.PropTag{0x667900FD, 0x668000FE, 0x00010000, 0x1234FFF0} {
		if v, err := value(tag, &columns{ulong: number(1), text: []byte("x"), binary: []byte("x")}); err == nil {
			t.Errorf("%v: %+v", tag, v)
		}
	}
}

// TestTree: folders hang in their stores whatever the order of their numbers, and what hangs in nothing is said.
func TestTree(t *testing.T) {
	folder := func(id, parent, flags uint32) *Node {
		return &Node{ID: id, Parent: parent, Type: mapi.TypeFolder, Flags: flags}
	}
	tree := buildTree([]*Node{
		folder(2, 9, 1), {ID: 3, Type: mapi.TypeStore}, folder(4, 3, 0), folder(5, 2, 1), folder(6, 4, 0x401), folder(7, 6, 1),
		folder(8, 99, 1), folder(9, 3, 0), folder(10, 11, 1), folder(11, 10, 1), folder(12, 12, 1),
	})
	at := map[uint32]int{}
	for i, id := range tree.IDs() {
		n := tree.Find(id)
		if n.Store != 3 {
			t.Errorf("folder %d is in store %d", id, n.Store)
		}
		if above, ok := at[n.Parent]; n.Type == mapi.TypeFolder && (!ok || above > i) {
			t.Errorf("folder %d comes before %d, in which it lies", id, n.Parent)
		}
		at[id] = i
		if want := id == 6 || id == 7; n.Deleted != want {
			t.Errorf("folder %d is deleted: %v", id, n.Deleted)
		}
	}
	if len(at) != 7 {
		t.Errorf("the tree has %v", at)
	}
	var lost []uint32
	for _, l := range tree.Losses() {
		lost = append(lost, l.Object)
	}
	if len(lost) != 4 || lost[0] != 8 || lost[1] != 10 || lost[2] != 11 || lost[3] != 12 {
		t.Errorf("lost: %v", tree.Losses())
	}
}

// TestSpans: ids that lie close together are read at once, and none is left out.
func TestSpans(t *testing.T) {
	got := spans([]uint32{1, 2, 3, 11, 12, 40, 48, 57, 4294967295})
	want := []span{{1, 12}, {40, 48}, {57, 57}, {4294967295, 4294967295}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// TestOnlySelect: nothing but a SELECT is sent.
func TestOnlySelect(t *testing.T) {
	for _, text := range []string{"DELETE FROM acl", "update settings set value=''", "TRUNCATE lob", "", "WITH x AS (SELECT 1) DELETE FROM acl"} {
		if err := new(Session).query(t.Context(), text, nil, nil); err != errNotRead {
			t.Errorf("%q: %v", text, err)
		}
	}
}
