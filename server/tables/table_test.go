package tables_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
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

func TestContentsOrderAndCursor(t *testing.T) {
	w := newWorld(t, large)
	for _, s := range []string{"cherry", "apple", "Banana", "apple"} {
		w.message(inboxID, s)
	}
	w.add(500, inboxID, mapi.TypeMessage, 0) // without a subject
	w.add(501, inboxID, mapi.TypeMessage, mapi.FlagAssociated, mapi.String(mapi.PrSubject, "associated"))
	w.add(502, inboxID, mapi.TypeMessage, mapi.FlagDeleted, mapi.String(mapi.PrSubject, "deleted"))
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrECHierarchyID)
	x.want("newest first", x.rest(), "500 103 102 101 100")
	x.want("at the end", x.rest(), "")
	x.sort(0, 0, asc(mapi.PrSubject))
	x.want("by subject", x.rest(), "500 101 103 102 100")
	x.sort(0, 0, desc(mapi.PrSubject))
	x.want("by subject, descending", x.rest(), "100 102 101 103 500")
	x.sort(0, 0, desc(mapi.PrSubject))
	x.want("same order again", text(x.query(2, 0x64)), "100 102") // unknown flags
	x.want("not advancing", text(x.query(2, 1)), "101 103")
	if n, row := x.count(); n != 5 || row != 2 {
		t.Errorf("count %d, row %d", n, row)
	}
	if n, _ := x.seek(2, -1); n != -1 {
		t.Errorf("sought %d from the end", n)
	}
	x.want("last", x.rest(), "500")
	if n, _ := x.seek(1, -100); n != -5 {
		t.Errorf("sought %d", n)
	}
	x.want("associated", w.open(inboxID, mapi.TypeMessage, mapi.OpenAssociated).columns(mapi.PrSubject).rest(), "associated")
	x.want("deleted", w.open(inboxID, mapi.TypeMessage, mapi.OpenShowSoftDeletes).columns(mapi.PrSubject).rest(), "deleted")
}

func TestCells(t *testing.T) {
	w := newWorld(t, large)
	body := strings.Repeat("ä", 255)
	id := w.message(inboxID, "Re: Hello", mapi.String(mapi.PrBody, body), mapi.Long(mapi.PrMessageFlags, 1),
		mapi.Strings(0x6001101F, "x", "y"), mapi.Binary(mapi.PrHTML, []byte("<p>")))
	row := w.store.rows[id]
	row.Cut = []mapi.PropTag{mapi.PrBody}
	w.store.objects[id] = &storage.Object{Ref: row.Ref, Props: mapi.Props{mapi.String(mapi.PrBody, body+"rest")}}
	x := w.open(inboxID, mapi.TypeMessage, 0)
	x.columns(mapi.PrSubject.WithType(mapi.PtString8), mapi.PrNormalizedSubject, mapi.PrInstanceKey, mapi.PrObjectType, mapi.PrRowType,
		mapi.PrDepth, mapi.PrContentCount, mapi.PrContentUnread, mapi.PrMsgStatus, mapi.PrECIMAPID, mapi.PrHTML,
		mapi.PrSubject.WithType(mapi.PtLong), 0, 0x6001101F, mapi.PrAccess, mapi.PrAccessLevel, mapi.PrRights, mapi.PrUserName,
		mapi.PrMailboxOwnerName, mapi.PrParentDisplay, mapi.PrStoreSupportMask)
	x.want("cells", text(x.query(1, 0)),
		"Re: Hello:Hello:100/0:5:1:0:1:0:0:100:!2:!2:!2:[x y]:7:1:!2:alice:Alice Example:Inbox:!2")
	x.columns(mapi.PrBody)
	x.want("body is cut", x.whole(), body)
	x.columns(mapi.PrEntryID, mapi.PrRecordKey, mapi.PrParentEntryID, mapi.PrStoreEntryID, mapi.PrStoreRecordKey, mapi.PrMappingSignature)
	x.want("ids", x.whole(), fmt.Sprintf("%x:%x:%x:%x:%x:%x", row.EntryID, row.EntryID, w.ref(inboxID).EntryID, w.ref(storeID).EntryID,
		w.store.guid[:], w.store.guid[:]))
	whole := w.open(inboxID, mapi.TypeMessage, mapi.OpenNoCap).columns(mapi.PrBody)
	x.want("without caps", whole.rest(), body+"rest")
	found := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrECIMAPID)
	v := mapi.String(mapi.PrBody, "rest")
	found.restrict(&mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring, Tag: mapi.PrBody, Value: &v})
	x.want("restrictions see all of a value", found.rest(), "100")
}

func TestNormalizedSubject(t *testing.T) {
	w := newWorld(t, large)
	f := func(subject, want string) {
		t.Helper()
		id := w.deliver(inboxID, subject)
		x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrNormalizedSubject)
		x.want(subject, text(x.query(1, 0)), want)
		w.delete(id)
	}
	f("Re: x", "x")
	f("Fwd:x", "x")
	f("Re: Re: x", "Re: x")
	f("12: x", "12: x")
	f("A: x", "A: x")
	f("Long: x", "Long: x")
}

func TestBookmarks(t *testing.T) {
	w := newWorld(t, large)
	for _, s := range []string{"a", "b", "c", "d"} {
		w.message(inboxID, s)
	}
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject).sort(0, 0, asc(mapi.PrSubject))
	mark := func() uint32 {
		var resp wire.TableBookmarkResponse
		x.must(w.svc.TableCreateBookmark(x.c, &wire.TableCreateBookmarkRequest{TableID: x.id}, &resp))
		return resp.Position
	}
	x.seek(0, 2)
	at := mark()
	if at != 3 {
		t.Errorf("first bookmark is %d", at)
	}
	x.seek(2, 0)
	if n, code := x.seek(at, 1); n != -1 || code != 0 {
		t.Errorf("sought %d, %v", n, code)
	}
	w.deliver(inboxID, "aa")
	if _, code := x.seek(at, 0); code != mapi.PositionChanged {
		t.Errorf("after an insert: %v", code)
	}
	x.want("the seek was done", x.rest(), "c d")
	w.change(102, mapi.String(mapi.PrSubject, "bb"))
	if _, code := x.seek(at, 0); code != mapi.InvalidBookmark {
		t.Errorf("of a row that was sorted again: %v", code)
	}
	x.seek(0, 0)
	at = mark()
	w.delete(100)
	if _, code := x.seek(at, 0); code != mapi.InvalidBookmark {
		t.Errorf("of a deleted row: %v", code)
	}
	for range 100 {
		mark()
	}
	var resp wire.TableBookmarkResponse
	if err := w.svc.TableCreateBookmark(x.c, &wire.TableCreateBookmarkRequest{TableID: x.id}, &resp); mapi.CodeOf(err) != mapi.UnableToComplete {
		t.Errorf("bookmark 101: %v", err)
	}
	x.sort(0, 0, desc(mapi.PrSubject))
	if _, code := x.seek(at+1, 0); code != mapi.InvalidBookmark {
		t.Errorf("after a sort: %v", code)
	}
}

func TestCursorFollowsItsRow(t *testing.T) {
	w := newWorld(t, large)
	for _, s := range []string{"a", "b", "c", "d"} {
		w.message(inboxID, s)
	}
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject).sort(0, 0, asc(mapi.PrSubject))
	x.seek(0, 1)
	w.deliver(inboxID, "aa")
	x.want("insert before", text(x.query(1, 1)), "b")
	w.delete(101)
	x.want("deleted: the next one", text(x.query(1, 1)), "c")
	w.change(102, mapi.String(mapi.PrSubject, "z"))
	x.want("sorted again: follows", x.rest(), "z")
	w.deliver(inboxID, "zz")
	x.want("the end stays the end", x.rest(), "")
}

func TestFindRow(t *testing.T) {
	w := newWorld(t, large)
	for i := range 200 {
		w.message(inboxID, fmt.Sprintf("m%03d", i))
	}
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject).sort(0, 0, asc(mapi.PrSubject))
	f := func(what string, bookmark, flags uint32, r *mapi.Restriction, want string) {
		t.Helper()
		got := ""
		if x.find(bookmark, flags, r) == 0 {
			got = text(x.query(1, 1))
		}
		x.want(what, got, want)
	}
	f("forward", 0, 0, subjectHas("9"), "m009")
	f("the start counts", 1, 0, subjectHas("9"), "m009")
	f("far", 1, 0, subjectHas("150"), "m150")
	f("backward", 1, 1, subjectHas("9"), "m149")
	f("backward from the end", 2, 1, subjectHas("m0"), "m099")
	f("behind the last", 2, 0, subjectHas("m"), "")
	f("missing", 0, 0, subjectHas("absent"), "")
	x.want("the cursor stayed", text(x.query(1, 1)), "m099")
	key := mapi.Binary(mapi.PrInstanceKey, mapi.InstanceKey(firstID+120, 0))
	named := &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrInstanceKey, Value: &key}
	f("by instance key", 0, 0, named, "m120")
	x.seek(0, 121)
	f("by instance key, passed", 1, 0, named, "")
	f("by instance key, backward", 1, 1, named, "m120")
	id := mapi.Binary(mapi.PrEntryID, w.ref(firstID+7).EntryID)
	f("by entry id", 0, 0, &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrEntryID, Value: &id}, "m007")
}

func TestHierarchy(t *testing.T) {
	w := newWorld(t, large)
	w.add(20, inboxID, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Projects"))
	w.add(21, 20, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "2026"))
	w.add(22, inboxID, mapi.TypeFolder, mapi.FolderGeneric|mapi.FlagDeleted, mapi.String(mapi.PrDisplayName, "Gone"))
	w.store.rows[inboxID].Counters.Content = 7
	x := w.open(rootID, mapi.TypeFolder, 0).columns(mapi.PrDisplayName, mapi.PrDepth, mapi.PrSubfolders, mapi.PrContentCount)
	x.want("children", x.rest(), "Found:1:0:0 Inbox:1:1:7")
	x = w.open(rootID, mapi.TypeFolder, mapi.OpenConvenientDepth).columns(mapi.PrDisplayName, mapi.PrDepth)
	x.want("all below", x.rest(), "2026:3 Projects:2 Found:1 Inbox:1")
	x.sort(0, 0, asc(mapi.PrDepth), asc(mapi.PrDisplayName))
	x.want("by depth", x.rest(), "Found:1 Inbox:1 Projects:2 2026:3")
	x.want("deleted", w.open(inboxID, mapi.TypeFolder, mapi.OpenShowSoftDeletes).columns(mapi.PrDisplayName).rest(), "Gone")
}

func TestMulti(t *testing.T) {
	w := newWorld(t, large)
	for _, s := range []string{"one", "two", "three"} {
		w.message(inboxID, s)
	}
	req := wire.TableMultiRequest{Request: wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: w.ref(inboxID).EntryID, TableType: mapi.TableMS, Type: 5},
		SetColumns: []mapi.PropTag{mapi.PrSubject},
		Sort:       &wire.TableSortParams{SortOrder: []mapi.SortOrder{asc(mapi.PrSubject)}},
		Restrict:   subjectHas("t"),
		QueryRows:  &wire.TableQueryRowsParams{Count: 10},
	}}
	var resp wire.TableMultiResponse
	if err := w.svc.TableMulti(w.call, &req, &resp); err != nil {
		t.Fatal(err)
	}
	x := &tab{w, w.call, resp.TableID}
	x.want("all steps", text(x.decode(resp.RowSet)), "three two")
	step := func(p wire.TableMultiParams) string {
		t.Helper()
		p.TableID = x.id
		var resp wire.TableMultiResponse
		x.must(w.svc.TableMulti(w.call, &wire.TableMultiRequest{Request: p}, &resp))
		if resp.TableID != 0 {
			t.Errorf("table id %d without an open", resp.TableID)
		}
		return text(x.decode(resp.RowSet))
	}
	x.want("no restriction: the old one stays", step(wire.TableMultiParams{}), "")
	x.want("kept", x.whole(), "three two")
	x.want("cleared", step(wire.TableMultiParams{Flags: 1, QueryRows: &wire.TableQueryRowsParams{Count: 5}}), "one three two")
	err := w.svc.TableMulti(w.call, &wire.TableMultiRequest{Request: wire.TableMultiParams{TableID: 99}}, &resp)
	if mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("unknown table: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	w := newWorld(t, large)
	f := func(what string, folder, tableType, objType, flags uint32, want mapi.Code) {
		t.Helper()
		req := wire.TableOpenRequest{EntryID: w.ref(folder).EntryID, TableType: tableType, Type: objType, Flags: flags}
		err := w.svc.TableOpen(w.call, &req, &wire.TableOpenResponse{})
		if mapi.CodeOf(err) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	f("multi-store", inboxID, mapi.TableMultiStore, 5, 0, mapi.NoSupport)
	f("unknown type", inboxID, 99, 5, 0, mapi.BadValue)
	f("subfolders of a search folder", foundID, mapi.TableMS, 3, 0, mapi.NoSupport)
	f("associated results", foundID, mapi.TableMS, 5, mapi.OpenAssociated, mapi.NoSupport)
	f("statistics", inboxID, mapi.TableStatsSystem, 10, 0, mapi.NoAccess)
	f("companies", inboxID, mapi.TableStatsCompany, 10, 0, mapi.NotFound)
	for range 50 {
		w.open(inboxID, mapi.TypeMessage, 0)
	}
	f("too many tables", inboxID, mapi.TableMS, 5, 0, mapi.NotEnoughMemory)
	w.sessions.End(w.call.Session)
	if n := w.svc.Count(w.call.Session); n != 0 {
		t.Errorf("%d tables outlived their session", n)
	}
}

func TestOtherTables(t *testing.T) {
	w := newWorld(t, large)
	x := w.openAs(w.call, mapi.TableAB, nil, mapi.TypeABCont, 0).columns(mapi.PrInstanceKey, mapi.PrDisplayName)
	x.want("address book", x.rest(), "1/1:Global Address Book 2/2:Global Address Lists")
	system := w.newCall(mapi.UserSystem)
	x = w.openAs(system, mapi.TableUserStores, nil, 0, 0).columns(mapi.PrECUsername, mapi.PrECStoreType, mapi.PrObjectType, 0)
	x.sort(0, 0, asc(mapi.PrECUsername))
	x.want("user stores", x.rest(), "alice:0:65537:!2 bob:!2:65537:!2")
	x.restrict(&mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrECStoreGUID})
	x.want("with a store", x.rest(), "alice:0:65537:!2")
	x = w.openAs(w.newCall(bob), mapi.TableUserStores, nil, 0, 0)
	x.want("for who administers nobody", x.rest(), "")
	first, second := w.message(inboxID, "one"), w.message(inboxID, "two")
	w.store.queue = []storage.QueueEntry{{Store: storeID, Message: second, Flags: 3}, {Store: storeID, Message: first, Flags: 1}, {Store: storeID, Message: 77, Flags: 1}}
	x = w.openAs(system, mapi.TableSpooler, nil, 0, 0).columns(mapi.PrSubject, mapi.PrECOutgoingFlags, mapi.PrECMailboxOwnerAccount)
	x.sort(0, 0, asc(mapi.PrECHierarchyID))
	x.want("queue", x.rest(), "one:1:alice two:3:alice")
}

func TestQueryColumns(t *testing.T) {
	w := newWorld(t, large)
	w.message(inboxID, "x", mapi.Long(mapi.PrImportance, 1))
	x := w.open(inboxID, mapi.TypeMessage, 0)
	query := func(flags uint32) []mapi.PropTag {
		var resp wire.TableQueryColumnsResponse
		x.must(w.svc.TableQueryColumns(x.c, &wire.TableQueryColumnsRequest{TableID: x.id, Flags: flags}, &resp))
		return resp.PropTagArray
	}
	if got := query(0); len(got) != 11 || got[1] != mapi.PrDisplayName {
		t.Errorf("default columns %v", got)
	}
	all := query(1)
	if !slices.IsSorted(all) {
		t.Errorf("not sorted: %v", all)
	}
	for _, tag := range []mapi.PropTag{mapi.PrSubject, mapi.PrImportance, mapi.PrEntryID, mapi.PrMsgStatus} {
		if !slices.Contains(all, tag) {
			t.Errorf("%v is not among all columns", tag)
		}
	}
}
