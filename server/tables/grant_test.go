package tables_test

import (
	"context"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/tables"
	"zarafa/storage"
	"zarafa/wire"
)

// answer is all rows of a table, or the code it answers with.
func (x *tab) answer() string {
	x.t.Helper()
	if _, code := x.seek(0, 0); code != mapi.OK {
		return code.String()
	}
	return x.rest()
}

// TestRevoked: tables that were opened before a right was taken away show nothing that needs it, and nor do their events.
func TestRevoked(t *testing.T) {
	all := &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}
	for _, tc := range []struct {
		name     string
		folder   uint32
		objType  mapi.ObjectType
		flags    uint32
		column   mapi.PropTag
		restrict *mapi.Restriction
		// The right, what the table shows with it and without it, and what a subscriber is told when something changes after it is taken,
		// and after it is given again.
		visible        bool
		of             uint32
		with, without  string
		taken, regiven string
	}{
		{name: "contents", folder: inboxID, objType: mapi.TypeMessage, column: mapi.PrSubject, of: inboxID, with: "two one", taken: "1: changed", regiven: "1: changed"},
		{name: "restricted contents", folder: inboxID, objType: mapi.TypeMessage, column: mapi.PrSubject, restrict: all, of: inboxID, with: "two one", taken: "1: changed", regiven: "1: changed"},
		{name: "hierarchy", folder: rootID, objType: mapi.TypeFolder, column: mapi.PrDisplayName, visible: true, of: inboxID, with: "Found Inbox", without: "Found", taken: "1: changed", regiven: "1: changed"},
		{name: "all folders", folder: rootID, objType: mapi.TypeFolder, flags: mapi.OpenConvenientDepth, column: mapi.PrDisplayName, visible: true, of: inboxID,
			with: "Found Inbox", without: "Found", taken: "1: changed", regiven: "1: changed"},
		{name: "search", folder: foundID, objType: mapi.TypeMessage, column: mapi.PrSubject, visible: true, of: foundID, with: "two one", without: "NO_ACCESS"},
		{name: "found in a folder", folder: foundID, objType: mapi.TypeMessage, column: mapi.PrSubject, of: inboxID, with: "two one", taken: "1: changed", regiven: "1: changed"},
		{name: "attachments", folder: firstID, objType: mapi.TypeAttach, column: mapi.PrDisplayName, of: firstID, with: "letter"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, large)
			one, two := w.message(inboxID, "one"), w.message(inboxID, "two")
			w.add(900, one, mapi.TypeAttach, 0, mapi.String(mapi.PrDisplayName, "letter"))
			w.store.results[foundID] = []storage.SearchResult{{Message: one}, {Message: two}}
			right := w.rights.read
			if tc.visible {
				right = w.rights.visible
			}
			for _, id := range []uint32{inboxID, foundID, rootID, firstID} {
				w.rights.set(w.rights.read, id, true)
				w.rights.set(w.rights.visible, id, true)
			}
			bobs := w.newCall(bob)
			open := func() *tab {
				x := w.openAs(bobs, mapi.TableMS, w.ref(tc.folder).EntryID, tc.objType, tc.flags).columns(tc.column)
				if tc.restrict != nil {
					x.restrict(tc.restrict)
				}
				return x
			}
			idle, read, heard, owners := open(), open(), open().subscribe(1), w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject).subscribe(9)
			change := func() { // everything that any of the tables shows
				w.change(one, mapi.Long(mapi.PrImportance, 1))
				w.change(inboxID, mapi.Long(mapi.PrContentCount, 2))
				w.svc.Apply(&feed.Batch{Store: storeID, Results: []feed.ResultChange{{Kind: feed.Modified, Folder: w.ref(foundID), Message: w.ref(one)}}})
			}
			toldTo1 := func() string {
				w.t.Helper()
				var told string
				for _, n := range w.events.take() {
					if n.Connection == 1 {
						told += notified(n)
					}
				}
				return told
			}
			read.want("before", read.answer(), tc.with)
			w.events.take()
			w.rights.set(right, tc.of, false)
			change()
			heard.want("events after the right was taken", toldTo1(), tc.taken)
			change()
			heard.want("more events", toldTo1(), "")
			for what, x := range map[string]*tab{"not read before": idle, "read before": read, "subscribed": heard, "opened after": nil} {
				if x == nil && tc.without == "NO_ACCESS" {
					continue // cannot be opened
				} else if x == nil {
					x = open()
				}
				x.want(what, x.answer(), tc.without)
			}
			w.rights.set(right, tc.of, true)
			change()
			heard.want("events after it was given again", toldTo1(), tc.regiven) // none of a table that was refused until it is used
			for what, x := range map[string]*tab{"not read before": idle, "read before": read, "subscribed": heard} {
				x.want(what+", given again", x.answer(), tc.with)
			}
			owners.want("the owner's", owners.answer(), "two one")
		})
	}
}

// notified is an event as a word of [world.told].
func notified(n wire.Notification) string {
	w := world{events: &pushed{list: []wire.Notification{n}}}
	return w.told()
}

// TestRightsAreComparedByVersion: as long as no right changes nobody is asked for any, and tables of those from whom nothing is hidden are
// not read anew when one does.
func TestRightsAreComparedByVersion(t *testing.T) {
	w := newWorld(t, large)
	w.message(inboxID, "one")
	asked := &countedRights{rightsOf: w.rights}
	w.svc.Rights = asked
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject)
	x.want("first", x.answer(), "one")
	before, statements := asked.n, w.store.counted()
	for range 10 {
		x.want("again", x.answer(), "one")
	}
	if asked.n != before {
		t.Errorf("rights were asked for %d times", asked.n-before)
	}
	w.rights.set(w.rights.read, foundID, true)
	x.want("after a change", x.answer(), "one")
	if n := w.store.counted() - statements; n != 0 {
		t.Errorf("%d statements", n)
	}
}

// countedRights counts questions.
type countedRights struct {
	*rightsOf
	n int
}

var _ tables.Rights = (*countedRights)(nil)

func (c *countedRights) Readable(ctx context.Context, caller uint32, f storage.Ref) (bool, error) {
	c.n++
	return c.rightsOf.Readable(ctx, caller, f)
}
