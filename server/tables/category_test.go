package tables_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

func (x *tab) expand(key []byte, count uint32) (string, uint32, mapi.Code) {
	x.t.Helper()
	var resp wire.TableExpandRowResponse
	err := x.svc.TableExpandRow(x.c, &wire.TableExpandRowRequest{TableID: x.id, InstanceKey: key, RowCount: count}, &resp)
	return text(x.decode(resp.RowSet)), resp.MoreRows, mapi.CodeOf(err)
}

func (x *tab) collapse(key []byte) (uint32, mapi.Code) {
	x.t.Helper()
	var resp wire.TableCollapseRowResponse
	err := x.svc.TableCollapseRow(x.c, &wire.TableCollapseRowRequest{TableID: x.id, InstanceKey: key}, &resp)
	return resp.Rows, mapi.CodeOf(err)
}

func header(n uint32) []byte { return mapi.InstanceKey(0, n) }

func flags(n uint32) mapi.PropValue { return mapi.Long(mapi.PrMessageFlags, n) }

// mailWithFlags is the folder of a recorded exchange: categories by message flags.
func mailWithFlags(w *world) *tab {
	for _, m := range []struct {
		subject string
		flags   uint32
	}{
		{"Lunch", 2}, {"Report", 18}, {"Budget 1", 9}, {"Lunch", 2}, {"Budget 2", 9}, {"Budget 3", 25}, {"Planning", 2},
	} {
		w.message(inboxID, m.subject, flags(m.flags))
	}
	x := w.open(inboxID, mapi.TypeMessage, 0)
	x.columns(mapi.PrInstanceKey, mapi.PrSubject, mapi.PrRowType, mapi.PrDepth, mapi.PrContentCount, mapi.PrContentUnread)
	return x
}

func TestCategoriesExpandAndCollapse(t *testing.T) {
	w := newWorld(t, large)
	x := mailWithFlags(w).sort(1, 0, asc(mapi.PrMessageFlags), desc(mapi.PrSubject))
	x.want("collapsed", x.rest(), "0/1:!2:4:0:3:3 0/3:!2:4:0:2:0 0/2:!2:4:0:1:1 0/4:!2:4:0:1:0")
	got, more, _ := x.expand(header(1), 10)
	x.want("expanded", got, "106/0:Planning:1:1:1:1 100/0:Lunch:1:1:1:1 103/0:Lunch:1:1:1:1")
	if more != 0 {
		t.Errorf("%d more", more)
	}
	if n, row := x.count(); n != 7 || row != 4 {
		t.Errorf("count %d, row %d", n, row)
	}
	if n, _ := x.collapse(header(1)); n != 3 {
		t.Errorf("collapsed %d", n)
	}
	x.want("the cursor is behind what was expanded", x.rest(), "0/3:!2:4:0:2:0 0/2:!2:4:0:1:1 0/4:!2:4:0:1:0")
	got, more, _ = x.expand(header(1), 1)
	x.want("one of three", got, "106/0:Planning:1:1:1:1")
	if more != 2 {
		t.Errorf("%d more", more)
	}
	x.want("the others follow", text(x.query(2, 0)), "100/0:Lunch:1:1:1:1 103/0:Lunch:1:1:1:1")
	x.seek(0, 0)
	x.want("expanded header", text(x.query(1, 0)), "0/1:!2:3:0:3:3")
	for _, c := range []struct {
		key  []byte
		want mapi.Code
	}{{header(9), mapi.NotFound}, {header(1)[:7], mapi.InvalidParameter}, {mapi.InstanceKey(100, 0), mapi.NotFound}} {
		if _, _, code := x.expand(c.key, 1); code != c.want {
			t.Errorf("expand %x: %v", c.key, code)
		}
		if _, code := x.collapse(c.key); code != c.want {
			t.Errorf("collapse %x: %v", c.key, code)
		}
	}
}

func TestTwoLevels(t *testing.T) {
	w := newWorld(t, large)
	x := mailWithFlags(w).columns(mapi.PrInstanceKey, mapi.PrDepth, mapi.PrSubject)
	x.sort(2, 1, asc(mapi.PrMessageFlags), asc(mapi.PrSubject))
	x.want("first level expanded", x.rest(),
		"0/1:0:!2 0/2:1:Lunch 0/10:1:Planning 0/5:0:!2 0/6:1:Budget 1 0/7:1:Budget 2 0/3:0:!2 0/4:1:Report 0/8:0:!2 0/9:1:Budget 3")
	if n, _ := x.collapse(header(1)); n != 5 {
		t.Errorf("collapsed %d", n)
	}
	if _, _, code := x.expand(header(2), 1); code != mapi.NotFound {
		t.Errorf("expand a hidden header: %v", code)
	}
	got, _, _ := x.expand(header(1), 9)
	x.want("only the next level", got, "0/2:1:Lunch 0/10:1:Planning")
	got, _, _ = x.expand(header(2), 9)
	x.want("leaves", got, "100/0:2:Lunch 103/0:2:Lunch")
}

func TestCategoryBySortOfMaximum(t *testing.T) {
	w := newWorld(t, large)
	at := func(n uint64) mapi.PropValue { return mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTime(n)) }
	w.message(inboxID, "old", at(5))
	w.message(inboxID, "new", at(9))
	w.message(inboxID, "none")
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrInstanceKey, mapi.PrSubject)
	x.sort(1, 1, desc(mapi.PrSubject), mapi.SortOrder{Tag: mapi.PrMessageDeliveryTime, Order: mapi.SortCategMax}, desc(mapi.PrMessageDeliveryTime))
	x.want("by newest member", x.rest(), "0/2:new 101/0:new 0/1:old 100/0:old 0/3:none 102/0:none")
	id := w.deliver(inboxID, "old", at(12))
	x.want("a newer member moves its category", x.whole(), "0/1:old 103/0:old 100/0:old 0/2:new 101/0:new 0/3:none 102/0:none")
	w.delete(id)
	x.want("and back", x.whole(), "0/2:new 101/0:new 0/1:old 100/0:old 0/3:none 102/0:none")
	x.columns(mapi.PrInstanceKey, mapi.PrMessageDeliveryTime)
	x.want("headers show their maximum", x.whole(), "0/2:9 101/0:9 0/1:5 100/0:5 0/3:!2 102/0:!2")
}

func TestInstances(t *testing.T) {
	w := newWorld(t, large)
	const words mapi.PropTag = 0x6001101F
	instances := words.WithType(0x3000 | mapi.PtUnicode)
	w.message(inboxID, "both", mapi.Strings(words, "red", "blue"))
	w.message(inboxID, "none")
	w.message(inboxID, "one", mapi.Strings(words, "green"))
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrInstanceKey, mapi.PrSubject, instances)
	x.want("a row for each value", x.rest(), "102/0:one:green 101/0:none:!2 100/0:both:red 100/1:both:blue")
	x.sort(0, 0, asc(instances))
	x.want("sorted by value", x.rest(), "101/0:none:!2 100/1:both:blue 102/0:one:green 100/0:both:red")
	w.change(100, mapi.Strings(words, "yellow"))
	x.want("fewer values", x.whole(), "101/0:none:!2 102/0:one:green 100/0:both:yellow")
	x.sort(1, 1, asc(instances))
	x.want("categories by value", x.rest(), "0/2:!2:!2 101/0:none:!2 0/3:!2:green 102/0:one:green 0/1:!2:yellow 100/0:both:yellow")
	x.sort(0, 0).columns(mapi.PrInstanceKey)
	x.want("without the column", x.whole(), "102/0 101/0 100/0")
	req := wire.TableSortRequest{TableID: x.id, SortOrder: []mapi.SortOrder{asc(words)}}
	if err := w.svc.TableSort(x.c, &req, &wire.TableSortResponse{}); mapi.CodeOf(err) != mapi.TooComplex {
		t.Errorf("sort by an array: %v", err)
	}
}

func TestCollapseState(t *testing.T) {
	w := newWorld(t, large)
	order := []mapi.SortOrder{asc(mapi.PrMessageFlags), desc(mapi.PrSubject)}
	x := mailWithFlags(w).columns(mapi.PrInstanceKey).sort(1, 0, order...)
	x.expand(header(3), 9)
	x.expand(header(4), 9)
	x.want("before", x.whole(), "0/1 0/3 104/0 102/0 0/2 0/4 105/0")
	var state wire.TableGetCollapseStateResponse
	x.must(w.svc.TableGetCollapseState(x.c, &wire.TableGetCollapseStateRequest{TableID: x.id, Bookmark: mapi.InstanceKey(102, 0)}, &state))
	y := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrInstanceKey).sort(1, 1, order...)
	y.want("another table", y.rest(), "0/1 106/0 100/0 103/0 0/3 104/0 102/0 0/2 101/0 0/4 105/0")
	var set wire.TableSetCollapseStateResponse
	y.must(w.svc.TableSetCollapseState(y.c, &wire.TableSetCollapseStateRequest{TableID: y.id, CollapseState: state.CollapseState}, &set))
	y.want("the same state", y.whole(), "0/1 0/3 104/0 102/0 0/2 0/4 105/0")
	if _, code := y.seek(set.Bookmark, 0); code != 0 {
		t.Fatalf("bookmark %d: %v", set.Bookmark, code)
	}
	y.want("the bookmark", y.rest(), "102/0 0/2 0/4 105/0")
	for _, blob := range [][]byte{nil, []byte("<x/>"), []byte("<CollapseState>")} {
		err := w.svc.TableSetCollapseState(y.c, &wire.TableSetCollapseStateRequest{TableID: y.id, CollapseState: blob}, &set)
		if mapi.CodeOf(err) != mapi.InvalidParameter {
			t.Errorf("blob %q: %v", blob, err)
		}
	}
}
