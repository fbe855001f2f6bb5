package tables_test

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
	"zarafa/wire"
)

func (x *tab) subscribe(connection uint32) *tab {
	x.t.Helper()
	x.must(x.svc.SubscribeTable(x.c, x.id, connection))
	return x
}

// told is what subscribers got since the last time, one word an event: kind, row < prior row, cells.
func (w *world) told() string {
	var words []string
	for _, n := range w.events.take() {
		word := map[uint32]string{1: "changed", 3: "added", 4: "deleted", 5: "modified"}[n.Tab.TableEvent]
		if n.Tab.TableEvent != mapi.TableChanged {
			word += " " + show(n.Tab.PropIndex)
			if n.Tab.PropPrior.Tag != 1 {
				word += "<" + show(n.Tab.PropPrior)
			}
		}
		if n.Tab.Row != nil {
			word += " " + text([][]mapi.PropValue{n.Tab.Row})
		}
		if n.EventType != mapi.EventTableModified || n.Tab.Result != 0 {
			word = fmt.Sprintf("bad event %+v", n)
		}
		words = append(words, fmt.Sprintf("%d: %s", n.Connection, word))
	}
	return strings.Join(words, "; ")
}

func TestEvents(t *testing.T) {
	w := newWorld(t, large)
	first := w.message(inboxID, "m", flags(1))
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject, mapi.PrMessageFlags).sort(0, 0, asc(mapi.PrSubject)).subscribe(7)
	id := w.deliver(inboxID, "z", flags(0))
	x.want("created", w.told(), "7: added 101/0<100/0 z:0")
	w.change(id, mapi.Long(mapi.PrMessageFlags, 1))
	x.want("changed in place", w.told(), "7: modified 101/0<100/0 z:1")
	w.change(id, mapi.String(mapi.PrSubject, "a"))
	x.want("sorted again", w.told(), "7: modified 101/0 a:1")
	w.delete(first)
	x.want("deleted", w.told(), "7: deleted 100/0")
	x.want("rows", x.whole(), "a:1")
	w.deliver(foundID, "elsewhere")
	x.want("another folder", w.told(), "")
	x.restrict(subjectHas("b"))
	w.change(id, mapi.String(mapi.PrSubject, "b"))
	x.want("the restriction matches now", w.told(), "7: added 101/0 b:1")
	w.change(id, mapi.String(mapi.PrSubject, "bb"))
	x.want("still", w.told(), "7: modified 101/0 bb:1")
	w.change(id, mapi.String(mapi.PrSubject, "c"))
	x.want("no more", w.told(), "7: deleted 101/0")
	w.change(id, mapi.String(mapi.PrSubject, "d"))
	x.want("never there", w.told(), "")
	w.svc.UnsubscribeTable(x.c.Session, 7)
	w.change(id, mapi.String(mapi.PrSubject, "b"))
	x.want("unsubscribed", w.told(), "")
	if err := w.svc.SubscribeTable(w.call, 99, 1); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("unknown table: %v", err)
	}
}

func TestSoftDeleteAndMove(t *testing.T) {
	w := newWorld(t, large)
	id := w.message(inboxID, "m")
	live := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject).subscribe(1)
	gone := w.open(inboxID, mapi.TypeMessage, mapi.OpenShowSoftDeletes).columns(mapi.PrSubject).subscribe(2)
	w.add(20, rootID, mapi.TypeFolder, mapi.FolderGeneric)
	there := w.open(20, mapi.TypeMessage, 0).columns(mapi.PrSubject).subscribe(3)
	set := func(kind feed.Kind, change func(r *storage.Row)) {
		w.store.mu.Lock()
		old := w.store.rows[id].Ref
		next := *w.store.rows[id]
		change(&next)
		w.store.rows[id] = &next
		w.store.mu.Unlock()
		w.publish(feed.Event{Kind: kind, Object: next.Ref, Old: old})
	}
	set(feed.Deleted, func(r *storage.Row) { r.Flags |= mapi.FlagDeleted })
	live.want("soft delete", w.told(), "1: deleted 100/0; 2: added 100/0 m")
	set(feed.Moved, func(r *storage.Row) { r.Flags &^= mapi.FlagDeleted })
	live.want("restore", w.told(), "2: deleted 100/0; 1: added 100/0 m")
	set(feed.Moved, func(r *storage.Row) { r.Parent = 20 })
	live.want("move", w.told(), "1: deleted 100/0; 3: added 100/0 m")
	live.want("rows", live.whole()+gone.whole()+there.whole(), "m")
}

func TestResultsSortedByFolder(t *testing.T) {
	w := newWorld(t, large)
	w.add(20, rootID, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Archive"))
	one, two := w.message(inboxID, "one"), w.message(20, "two")
	w.store.results[foundID] = []storage.SearchResult{{Message: one}, {Message: two}}
	x := w.open(foundID, mapi.TypeMessage, 0).columns(mapi.PrSubject, mapi.PrParentDisplay).sort(0, 0, asc(mapi.PrParentDisplay), asc(mapi.PrSubject))
	x.want("sorted", x.rest(), "two:Archive one:Inbox")
	three := w.message(20, "three")
	w.svc.Apply(&feed.Batch{Store: storeID, Results: []feed.ResultChange{{Kind: feed.Created, Folder: w.ref(foundID), Message: w.ref(three)}}})
	x.want("a new result", x.whole(), "three:Archive two:Archive one:Inbox")
	x.sort(1, 1, asc(mapi.PrParentDisplay), asc(mapi.PrSubject))
	x.want("by category", x.rest(), "!2:Archive two:Archive !2:Inbox one:Inbox")
}

func TestBulkIsOneEvent(t *testing.T) {
	w := newWorld(t, large)
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject).subscribe(7)
	folders := w.open(rootID, mapi.TypeFolder, 0).columns(mapi.PrDisplayName).subscribe(8)
	b := feed.Batch{Store: storeID, Bulk: true}
	for range feed.BulkThreshold {
		id := w.message(inboxID, "m")
		b.Events = append(b.Events, feed.Event{Kind: feed.Created, Object: w.ref(id)})
	}
	b.Events = append(b.Events, feed.Event{Kind: feed.Modified, Object: w.ref(inboxID), CountersOnly: true})
	w.svc.Apply(&b)
	x.want("events", w.told(), "8: modified 3/0<4/0 Inbox; 7: changed")
	if n, _ := x.count(); n != feed.BulkThreshold {
		t.Errorf("%d rows", n)
	}
	folders.want("folders", folders.whole(), "Found Inbox")
}

func TestCategoryEvents(t *testing.T) {
	w := newWorld(t, large)
	x := mailWithFlags(w).columns(mapi.PrInstanceKey, mapi.PrContentCount, mapi.PrContentUnread).sort(1, 1, asc(mapi.PrSubject)).subscribe(1)
	w.told()
	id := w.deliver(inboxID, "Lunch", flags(0))
	x.want("headers before the row", w.told(), "1: modified 0/1<105/0 0/1:3:3; 1: added 107/0<103/0 107/0:1:1")
	w.change(id, flags(1))
	x.want("read", w.told(), "1: modified 0/1<105/0 0/1:3:2; 1: modified 107/0<103/0 107/0:1:0")
	w.change(id, mapi.String(mapi.PrSubject, "Aha"))
	x.want("another category", w.told(),
		"1: modified 0/1<105/0 0/1:2:2; 1: added 0/7 0/7:1:0; 1: modified 107/0<0/7 107/0:1:0")
	w.delete(id)
	x.want("headers behind the row", w.told(), "1: deleted 107/0; 1: deleted 0/7")
	x.collapse(header(1))
	w.deliver(inboxID, "Lunch", flags(0))
	x.want("a hidden row", w.told(), "1: modified 0/1<105/0 0/1:3:3")
}

func TestSearchFolderTable(t *testing.T) {
	w := newWorld(t, large)
	one, two := w.message(inboxID, "one"), w.message(inboxID, "two")
	w.store.results[foundID] = []storage.SearchResult{{Message: one}}
	x := w.open(foundID, mapi.TypeMessage, 0).columns(mapi.PrSubject, mapi.PrParentDisplay).subscribe(1)
	x.want("results", x.rest(), "one:Inbox")
	result := func(kind feed.Kind, id uint32) {
		w.svc.Apply(&feed.Batch{Store: storeID, Results: []feed.ResultChange{{Kind: kind, Folder: w.ref(foundID), Message: w.ref(id)}}})
	}
	result(feed.Created, two)
	x.want("found", w.told(), "1: added 101/0 two:Inbox")
	x.want("the cursor stays at the end", x.rest(), "")
	result(feed.Modified, two)
	x.want("changed", w.told(), "1: modified 101/0 two:Inbox")
	result(feed.Deleted, one)
	x.want("lost", w.told(), "1: deleted 100/0")
	w.store.results[foundID] = []storage.SearchResult{{Message: one}, {Message: two}}
	w.svc.Apply(&feed.Batch{Store: storeID, Rebuilt: []storage.Ref{w.ref(foundID)}})
	x.want("searched again", w.told(), "1: changed")
	x.want("rows", x.rest(), "two:Inbox one:Inbox")
}

func TestQueueEvents(t *testing.T) {
	w := newWorld(t, large)
	x := w.openAs(w.newCall(mapi.UserSystem), mapi.TableSpooler, nil, 0, 0).columns(mapi.PrSubject).subscribe(2)
	id := w.message(inboxID, "out")
	entry := storage.QueueEntry{Store: storeID, Message: id, Flags: mapi.SubmitMaster}
	w.svc.Apply(&feed.Batch{Store: storeID, Queue: []feed.QueueChange{{Entry: entry, Added: true}}})
	w.svc.Apply(&feed.Batch{Store: storeID, Queue: []feed.QueueChange{{Entry: entry}}})
	x.want("queued and sent", w.told(), "2: added 100/0 out; 2: deleted 100/0")
	if err := w.svc.TableOpen(w.newCall(bob), &wire.TableOpenRequest{TableType: mapi.TableSpooler}, &wire.TableOpenResponse{}); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("the spooler's queue for everybody: %v", err)
	}
}

func TestWhatOthersSee(t *testing.T) {
	w := newWorld(t, large)
	w.add(20, rootID, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Secret"))
	w.message(inboxID, "open")
	w.message(inboxID, "private", mapi.Long(mapi.PrSensitivity, 2))
	as := w.newCall(bob)
	open := func(folder uint32, objType mapi.ObjectType, flags uint32, tag mapi.PropTag) *tab {
		return w.openAs(as, mapi.TableMS, w.ref(folder).EntryID, objType, flags).columns(tag)
	}
	x := open(inboxID, mapi.TypeMessage, 0, mapi.PrSubject).subscribe(1)
	x.want("unreadable", x.rest(), "")
	w.deliver(inboxID, "new")
	x.want("unreadable, later", x.whole()+w.told(), "")
	w.rights.read[inboxID], w.rights.visible[inboxID] = true, true
	x = open(inboxID, mapi.TypeMessage, 0, mapi.PrSubject).subscribe(2)
	x.want("readable", x.rest(), "new open")
	w.deliver(inboxID, "hidden", mapi.Long(mapi.PrSensitivity, 3))
	w.deliver(inboxID, "shown")
	x.want("later", w.told(), "2: added 104/0 shown")
	x.want("folders", open(rootID, mapi.TypeFolder, 0, mapi.PrDisplayName).rest(), "Inbox")
	x.want("all folders", open(storeID, mapi.TypeFolder, mapi.OpenConvenientDepth, mapi.PrDisplayName).rest(), "Inbox")
	x.want("the owner's", w.open(rootID, mapi.TypeFolder, 0).columns(mapi.PrDisplayName).rest(), "Secret Found Inbox")
	w.store.results[foundID] = []storage.SearchResult{{Message: firstID}, {Message: firstID + 1}}
	w.rights.visible[foundID] = true
	x.want("results", open(foundID, mapi.TypeMessage, 0, mapi.PrSubject).rest(), "open")
	w.rights.visible[foundID] = false
	req := wire.TableOpenRequest{EntryID: w.ref(foundID).EntryID, TableType: mapi.TableMS, Type: 5}
	if err := w.svc.TableOpen(as, &req, &wire.TableOpenResponse{}); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("invisible search folder: %v", err)
	}
}
