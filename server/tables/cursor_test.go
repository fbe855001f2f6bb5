package tables_test

import (
	"fmt"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

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
