package tables_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

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
