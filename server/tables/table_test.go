package tables_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

var large = budgets{1 << 24, 1 << 24}

// tab is an open table of a world.
type tab struct {
	*world
	c  *session.Call
	id uint32
}

func (w *world) open(folder uint32, objType mapi.ObjectType, flags uint32) *tab {
	w.t.Helper()
	return w.openAs(w.call, mapi.TableMS, w.ref(folder).EntryID, objType, flags)
}

func (w *world) openAs(c *session.Call, tableType uint32, id []byte, objType mapi.ObjectType, flags uint32) *tab {
	w.t.Helper()
	var resp wire.TableOpenResponse
	req := wire.TableOpenRequest{EntryID: id, TableType: tableType, Type: uint32(objType), Flags: flags | mapi.OpenUnicode}
	if err := w.svc.TableOpen(c, &req, &resp); err != nil {
		w.t.Fatalf("open: %v", err)
	}
	return &tab{w, c, resp.TableID}
}

func (x *tab) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *tab) columns(tags ...mapi.PropTag) *tab {
	x.t.Helper()
	x.must(x.svc.TableSetColumns(x.c, &wire.TableSetColumnsRequest{TableID: x.id, PropTag: tags}, &wire.TableSetColumnsResponse{}))
	return x
}

func (x *tab) sort(categories, expanded uint32, orders ...mapi.SortOrder) *tab {
	x.t.Helper()
	req := wire.TableSortRequest{TableID: x.id, SortOrder: orders, Categories: categories, Expanded: expanded}
	x.must(x.svc.TableSort(x.c, &req, &wire.TableSortResponse{}))
	return x
}

func (x *tab) restrict(r *mapi.Restriction) *tab {
	x.t.Helper()
	x.must(x.svc.TableRestrict(x.c, &wire.TableRestrictRequest{TableID: x.id, Restrict: r}, &wire.TableRestrictResponse{}))
	return x
}

// rows decodes the rows of an answer.
func (x *tab) decode(set wire.RowSet) [][]mapi.PropValue {
	x.t.Helper()
	resp := wire.TableQueryRowsResponse{RowSet: set}
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(wire.AppendResponse(nil, &resp, wire.SOAP11))
	var got wire.TableQueryRowsResponse
	if err := wire.DecodeResponse(d, &got); err != nil {
		x.t.Fatal(err)
	}
	rows := make([][]mapi.PropValue, len(got.RowSet.Rows))
	for i, r := range got.RowSet.Rows {
		rows[i] = mapi.CloneProps(r)
	}
	return rows
}

func (x *tab) query(count, flags uint32) [][]mapi.PropValue {
	x.t.Helper()
	var resp wire.TableQueryRowsResponse
	x.must(x.svc.TableQueryRows(x.c, &wire.TableQueryRowsRequest{TableID: x.id, RowCount: count, Flags: flags}, &resp))
	return x.decode(resp.RowSet)
}

func show(v mapi.PropValue) string {
	switch t := v.Tag.Type(); {
	case t == mapi.PtError:
		return fmt.Sprintf("!%x", uint32(v.Num)&0xFF)
	case t.Multi():
		var parts []string
		for _, e := range v.Values() {
			e.Tag = v.Tag.WithType(t.Base())
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case t.IsString():
		return v.Str()
	case v.Tag == mapi.PrInstanceKey:
		return fmt.Sprintf("%d/%d", binary.LittleEndian.Uint32(v.Data), binary.LittleEndian.Uint32(v.Data[4:]))
	case t.IsBinary():
		return fmt.Sprintf("%x", v.Data)
	}
	return fmt.Sprint(v.Num)
}

// text shows rows one a word, cells joined by colons.
func text(rows [][]mapi.PropValue) string {
	var words []string
	for _, r := range rows {
		var cells []string
		for _, v := range r {
			cells = append(cells, show(v))
		}
		words = append(words, strings.Join(cells, ":"))
	}
	return strings.Join(words, " ")
}

// rest is the rows from the cursor on, first column only.
func (x *tab) rest() string { x.t.Helper(); return text(x.query(0xFFFFFFFF, 0)) }

// whole is all rows, wherever the cursor is; it is put behind the end.
func (x *tab) whole() string {
	x.t.Helper()
	x.seek(0, 0)
	return x.rest()
}

func (x *tab) seek(bookmark uint32, n int32) (int32, mapi.Code) {
	x.t.Helper()
	var resp wire.TableSeekRowResponse
	err := x.svc.TableSeekRow(x.c, &wire.TableSeekRowRequest{TableID: x.id, Bookmark: bookmark, RowCount: n}, &resp)
	return resp.RowsSought, mapi.CodeOf(err)
}

func (x *tab) count() (n, row uint32) {
	x.t.Helper()
	var resp wire.TableGetRowCountResponse
	x.must(x.svc.TableGetRowCount(x.c, &wire.TableGetRowCountRequest{TableID: x.id}, &resp))
	return resp.Count, resp.Row
}

func (x *tab) find(bookmark, flags uint32, r *mapi.Restriction) mapi.Code {
	req := wire.TableFindRowRequest{TableID: x.id, Bookmark: bookmark, Flags: flags, Restrict: r}
	return mapi.CodeOf(x.svc.TableFindRow(x.c, &req, &wire.TableFindRowResponse{}))
}

func (x *tab) want(what, got, want string) {
	x.t.Helper()
	if got != want {
		x.t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func asc(tag mapi.PropTag) mapi.SortOrder  { return mapi.SortOrder{Tag: tag, Order: mapi.SortAscend} }
func desc(tag mapi.PropTag) mapi.SortOrder { return mapi.SortOrder{Tag: tag, Order: mapi.SortDescend} }

func subjectHas(s string) *mapi.Restriction {
	v := mapi.String(mapi.PrSubject, s)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring, Tag: mapi.PrSubject, Value: &v}
}
