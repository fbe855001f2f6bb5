package coherence_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/internal/replay"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestCoherence does random things to folders and messages while tables are open. In the end tables that were open all the time,
// copies of tables that were kept by their events alone, new tables, and tables of the server after a restart must
// show the same.
func TestCoherence(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			lines := servertest.Settings(t, engine, dir) + replay.RecordedSettings
			i := servertest.StartIn(t, dir, lines)
			w := newCoherence(t, i)
			for range 60 {
				w.step()
				w.must(i.Settle(t.Context())) // search folders follow behind
				w.settle()
			}
			before := w.dump()
			w.checkSearch(before)
			w.compareWatched()
			w.checkCounters(before)
			if err := i.Stop(); err != nil {
				t.Fatal(err)
			}
			w.s = e2e.LogOnSystem(t, servertest.StartIn(t, dir, lines))
			after := w.dump()
			for name, rows := range before {
				if got := after[name]; !slices.Equal(rows, got) {
					t.Errorf("%s before a restart:\n%s\nafter:\n%s", name, strings.Join(rows, "\n"), strings.Join(got, "\n"))
				}
			}
		})
	}
}

// coherence is the folder below which everything happens, and the tables that watch.
type coherence struct {
	t        *testing.T
	s        *client.Session
	top      mapi.EntryID
	search   mapi.EntryID
	sentinel mapi.EntryID
	r        *rand.Rand
	n        int
	watched  []*watched
	log      []string
}

// watched is a table that stays open, and a copy that follows its events.
type watched struct {
	name    string
	grouped bool // numbers of categories differ from one opening to the next
	table   *client.Table
	query   client.TableQuery
	copy    []mapi.Props
	changed bool
}

const sentinelConnection = 9999

func newCoherence(t *testing.T, i *servertest.Instance) *coherence {
	w := &coherence{t: t, s: e2e.LogOnSystem(t, i), r: rand.New(rand.NewPCG(2, 2))}
	st, err := w.s.Store(t.Context())
	w.must(err)
	w.top, err = w.s.CreateFolder(t.Context(), st.RootID, client.NewFolder{Name: "top"})
	w.must(err)
	w.sentinel, err = w.s.CreateFolder(t.Context(), st.RootID, client.NewFolder{Name: "sentinel"})
	w.must(err)
	w.must(w.s.Subscribe(t.Context(), sentinelConnection, w.sentinel, mapi.EventModified))
	for n := range 3 {
		id, err := w.s.CreateFolder(t.Context(), w.top, client.NewFolder{Name: fmt.Sprintf("folder %d", n)})
		w.must(err)
		for kind, q := range w.queries(id) {
			w.watch(fmt.Sprintf("%d %s", n, kind), q)
		}
		w.watchGrouped(fmt.Sprintf("%d grouped", n), id)
	}
	w.watch("top", client.TableQuery{Kind: mapi.TableMS, EntryID: w.top, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode, Columns: folderColumns()})
	w.watch("top deleted", client.TableQuery{Kind: mapi.TableMS, EntryID: w.top, ObjectType: mapi.TypeFolder,
		Flags: mapi.OpenUnicode | mapi.OpenShowSoftDeletes, Columns: folderColumns()})
	w.search, err = w.s.CreateFolder(t.Context(), st.RootID, client.NewFolder{Name: "search", Search: true})
	w.must(err)
	found := w.queries(w.search)
	w.watch("search newest", found["newest"])
	w.watch("search by subject", found["by subject"])
	w.watch("search unread", found["unread"])
	changed := mapi.String(mapi.PrSubject, "changed")
	w.must(w.s.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TableSetSearchCriteriaRequest{SessionID: id, EntryID: w.search, Flags: 4, Folders: [][]byte{w.top}, Restrict: &mapi.Restriction{
			Type: mapi.ResNot, Sub: []*mapi.Restriction{{Type: mapi.ResContent, Op: mapi.FuzzyPrefix, Tag: mapi.PrSubject, Value: &changed}}}}
	}, new(wire.TableSetSearchCriteriaResponse), nil))
	w.must(i.Settle(t.Context()))
	return w
}

func (w *coherence) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v after %s", err, strings.Join(w.log, "; "))
	}
}

func folderColumns() []mapi.PropTag {
	return []mapi.PropTag{mapi.PrInstanceKey, mapi.PrDisplayName, mapi.PrContentCount, mapi.PrContentUnread, mapi.PrAssocContentCount,
		mapi.PrSubfolders, mapi.PrFolderChildCount, mapi.PrDeletedMsgCount, mapi.PrDeletedFolderCount, mapi.PrDeletedAssocMsgCount,
		mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrSourceKey, mapi.PrParentSourceKey, mapi.PrDepth, mapi.PrChangeKey}
}

func messageColumns() []mapi.PropTag {
	return []mapi.PropTag{mapi.PrInstanceKey, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrMessageSize, mapi.PrEntryID, mapi.PrParentEntryID,
		mapi.PrSourceKey, mapi.PrParentSourceKey, mapi.PrECIMAPID, mapi.PrMsgStatus, mapi.PrChangeKey, mapi.PrAssociated,
		mapi.PrDisplayTo, mapi.PrLastModificationTime}
}

// queries are tables of all kinds of one folder.
func (w *coherence) queries(id mapi.EntryID) map[string]client.TableQuery {
	contents := func(flags uint32, sort ...mapi.SortOrder) client.TableQuery {
		return client.TableQuery{Kind: mapi.TableMS, EntryID: id, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags,
			Columns: messageColumns(), Sort: sort}
	}
	unread := contents(0, mapi.SortOrder{Tag: mapi.PrMessageSize, Order: mapi.SortDescend}, mapi.SortOrder{Tag: mapi.PrSubject})
	unread.Restrict = &mapi.Restriction{Type: mapi.ResBitmask, Op: mapi.BitmaskEQZ, Tag: mapi.PrMessageFlags, Num: mapi.MsgRead}
	folders := contents(0)
	folders.ObjectType, folders.Columns = mapi.TypeFolder, folderColumns()
	return map[string]client.TableQuery{
		"newest": contents(0), "by subject": contents(0, mapi.SortOrder{Tag: mapi.PrSubject}), "unread": unread,
		"associated": contents(mapi.OpenAssociated), "deleted": contents(mapi.OpenShowSoftDeletes), "folders": folders,
		"deleted associated": contents(mapi.OpenShowSoftDeletes | mapi.OpenAssociated),
	}
}

func (w *coherence) watch(name string, q client.TableQuery) {
	table, err := w.s.OpenTable(w.t.Context(), q)
	w.must(err)
	v := &watched{name: name, table: table, query: q}
	w.must(table.Subscribe(w.t.Context(), uint32(len(w.watched))))
	v.copy = w.all(table)
	w.watched = append(w.watched, v)
}

// watchGrouped watches the messages of a folder in categories: some open, some closed, some by their greatest member.
func (w *coherence) watchGrouped(name string, folder mapi.EntryID) {
	flags, size, subject := mapi.SortOrder{Tag: mapi.PrMessageFlags, Order: mapi.SortDescend}, mapi.SortOrder{Tag: mapi.PrMessageSize}, mapi.SortOrder{Tag: mapi.PrSubject}
	greatest := mapi.SortOrder{Tag: mapi.PrSubject, Order: mapi.SortCategMax}
	for _, g := range []struct {
		categories, expanded uint32
		order                []mapi.SortOrder
	}{
		{2, 2, []mapi.SortOrder{flags, size, subject}},
		{2, 1, []mapi.SortOrder{size, flags}},
		{1, 0, []mapi.SortOrder{flags, subject}},
		{1, 1, []mapi.SortOrder{size, greatest, subject}},
	} {
		q := w.queries(folder)["newest"]
		q.Columns = append(q.Columns, mapi.PrRowType, mapi.PrContentUnread, mapi.PrContentCount, mapi.PrDepth)
		table, err := w.s.OpenTable(w.t.Context(), q)
		w.must(err)
		w.must(table.Group(w.t.Context(), g.categories, g.expanded, g.order...))
		w.must(table.Subscribe(w.t.Context(), uint32(len(w.watched))))
		w.watched = append(w.watched, &watched{
			name: fmt.Sprint(name, " ", g.categories, g.expanded), grouped: true, table: table, query: q, copy: w.all(table),
		})
	}
}

func (w *coherence) all(table *client.Table) []mapi.Props {
	_, err := table.Seek(w.t.Context(), client.BookmarkBeginning, 0)
	w.must(err)
	rows, err := table.Rows(w.t.Context(), 100000)
	w.must(err)
	return rows
}

// folders lists the live folders below top.
func (w *coherence) folders() (ids []mapi.EntryID) {
	list, err := w.s.Folders(w.t.Context(), w.top, true)
	w.must(err)
	for _, f := range list {
		ids = append(ids, f.EntryID)
	}
	return ids
}

func (w *coherence) messages(folder mapi.EntryID, flags uint32) (ids []mapi.EntryID) {
	w.must(w.s.EachRow(w.t.Context(), client.TableQuery{Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage,
		Flags: flags, Columns: []mapi.PropTag{mapi.PrEntryID}}, func(p mapi.Props) error {
		ids = append(ids, bytes.Clone(p.Bytes(mapi.PrEntryID)))
		return nil
	}))
	return ids
}

// some picks a few of a list.
func (w *coherence) some(ids []mapi.EntryID) []mapi.EntryID {
	w.r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids[:w.r.IntN(len(ids)+1)]
}

func (w *coherence) one(ids []mapi.EntryID) mapi.EntryID { return ids[w.r.IntN(len(ids))] }

func (w *coherence) step() {
	ctx, folders := w.t.Context(), w.folders()
	if len(folders) < 3 {
		w.n++
		_, err := w.s.CreateFolder(ctx, w.top, client.NewFolder{Name: fmt.Sprintf("more %d", w.n)})
		w.must(err)
		return
	}
	f, g := w.one(folders), w.one(folders)
	kind := []uint32{0, 0, 0, mapi.OpenAssociated, mapi.OpenShowSoftDeletes}[w.r.IntN(5)]
	ids := w.some(w.messages(f, kind))
	op := w.r.IntN(17)
	w.log = append(w.log, fmt.Sprintf("%d(%d, kind %#x)", op, len(ids), kind))
	lenient := func(err error) {
		switch mapi.CodeOf(err) {
		case mapi.OK, mapi.Collision, mapi.FolderCycle, mapi.HasFolders, mapi.HasMessages, mapi.PartialCompletion:
		default:
			w.must(err)
		}
	}
	switch op {
	case 0, 1, 2, 3:
		for range w.r.IntN(14) {
			w.n++
			m := &client.Message{Associated: w.r.IntN(5) == 0, Props: mapi.Props{
				mapi.String(mapi.PrSubject, fmt.Sprintf("subject %d", w.r.IntN(1000))), mapi.Long(mapi.PrMessageFlags, uint32(w.r.IntN(2)))}}
			_, err := w.s.CreateMessage(ctx, f, m)
			w.must(err)
		}
	case 4, 5:
		lenient(w.s.MoveMessages(ctx, g, ids...))
	case 6:
		lenient(w.s.CopyMessages(ctx, g, ids...))
	case 7, 8:
		lenient(w.s.DeleteMessages(ctx, w.r.IntN(2) == 0, ids...))
	case 9:
		lenient(w.s.SetRead(ctx, w.r.IntN(2) == 0, ids...))
	case 10:
		if kind != mapi.OpenShowSoftDeletes {
			for _, id := range ids {
				w.must(w.s.SetProps(ctx, id, mapi.String(mapi.PrSubject, fmt.Sprintf("changed %d", w.r.IntN(1000)))))
			}
		}
	case 11:
		w.n++
		_, err := w.s.CreateFolder(ctx, f, client.NewFolder{Name: fmt.Sprintf("sub %d", w.n)})
		lenient(err)
	case 12:
		w.n++
		lenient(w.s.SetProps(ctx, f, mapi.String(mapi.PrDisplayName, fmt.Sprintf("renamed %d", w.n))))
	case 13:
		lenient(w.s.CopyFolder(ctx, f, g, "", mapi.CopyMove))
	case 14:
		w.n++
		lenient(w.s.CopyFolder(ctx, f, g, fmt.Sprintf("copy %d", w.n), mapi.CopySubfolders))
	case 15:
		flags := []uint32{0, mapi.DelMessages | mapi.DelFolders, mapi.DelMessages | mapi.DelFolders | mapi.DelHard}[w.r.IntN(3)]
		lenient(w.s.DeleteFolder(ctx, f, flags))
	case 16:
		flags := []uint32{0, mapi.DelAssociated, mapi.DelHard, mapi.DelHard | mapi.DelAssociated}[w.r.IntN(4)]
		lenient(w.s.EmptyFolder(ctx, f, flags))
	}
}

// settle fetches all events so far and applies them to the copies.
func (w *coherence) settle() {
	w.n++
	w.must(w.s.SetProps(w.t.Context(), w.sentinel, mapi.String(mapi.PrComment, fmt.Sprint(w.n))))
	for e, err := range w.s.Events(w.t.Context()) {
		w.must(err)
		if e.Connection == sentinelConnection {
			break
		}
		w.watched[e.Connection].apply(w.t, e)
	}
	for _, v := range w.watched {
		if v.changed { // too much to be told one by one
			v.copy, v.changed = w.all(v.table), false
		}
	}
}

func (v *watched) apply(t *testing.T, e client.Event) {
	at := func(key []byte) int {
		return slices.IndexFunc(v.copy, func(p mapi.Props) bool { return bytes.Equal(p.Bytes(mapi.PrInstanceKey), key) })
	}
	if e.TableEvent == mapi.TableChanged {
		v.changed = true
		return
	}
	i := at(e.Index)
	if i >= 0 {
		v.copy = slices.Delete(v.copy, i, i+1)
	}
	switch {
	case e.TableEvent == mapi.TableRowDeleted:
		if i < 0 && !v.changed {
			t.Errorf("%s: row %x was deleted and is not there", v.name, e.Index)
		}
		return
	case (i >= 0) != (e.TableEvent == mapi.TableRowModified) && !v.changed:
		t.Errorf("%s: event %d of row %x, which is at %d", v.name, e.TableEvent, e.Index, i)
	}
	to := 0
	if e.Previous != nil {
		to = at(e.Previous) + 1
		if to == 0 && !v.changed {
			t.Errorf("%s: the row before %x, %x, is not there", v.name, e.Index, e.Previous)
		}
	}
	v.copy = slices.Insert(v.copy, to, e.Row)
}

// compareWatched compares the tables that were open all the time with new ones and with the copies.
func (w *coherence) compareWatched() {
	for _, v := range w.watched {
		rows := texts(w.all(v.table))
		if !slices.Equal(rows, texts(v.copy)) {
			w.t.Errorf("%s: a copy kept by events:\n%s\nthe table:\n%s", v.name, strings.Join(texts(v.copy), "\n"), strings.Join(rows, "\n"))
		}
		if v.grouped {
			continue
		}
		table, err := w.s.OpenTable(w.t.Context(), v.query)
		if client.IsNotFound(err) {
			continue // deleted meanwhile
		}
		w.must(err)
		if fresh := texts(w.all(table)); !slices.Equal(rows, fresh) {
			w.t.Errorf("%s: open:\n%s\nnew:\n%s", v.name, strings.Join(rows, "\n"), strings.Join(fresh, "\n"))
		}
		w.must(table.Close(w.t.Context()))
	}
}

func texts(rows []mapi.Props) (out []string) {
	for _, row := range rows {
		var cells []string
		for _, v := range row {
			if v.Tag.Type().IsString() {
				cells = append(cells, v.Str())
			} else {
				cells = append(cells, fmt.Sprintf("%d%x", v.Num, v.Data))
			}
		}
		out = append(out, strings.Join(cells, " "))
	}
	return out
}

// dump reads all tables of all folders.
func (w *coherence) dump() map[string][]string {
	out := make(map[string][]string)
	for _, f := range append(w.folders(), w.top) {
		for kind, q := range w.queries(f) {
			var rows []mapi.Props
			w.must(w.s.EachRow(w.t.Context(), q, func(p mapi.Props) error { rows = append(rows, p); return nil }))
			out[fmt.Sprintf("%x %s", f, kind)] = texts(rows)
		}
		o, err := w.s.LoadObject(w.t.Context(), f)
		w.must(err)
		slices.SortStableFunc(o.Props, func(a, b mapi.PropValue) int { return int(a.Tag>>16) - int(b.Tag>>16) })
		out[fmt.Sprintf("%x object", f)] = texts([]mapi.Props{o.Props})
	}
	deep := client.TableQuery{Kind: mapi.TableMS, EntryID: w.top, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode | mapi.OpenConvenientDepth,
		Columns: folderColumns(), Sort: []mapi.SortOrder{{Tag: mapi.PrDepth}, {Tag: mapi.PrDisplayName}}}
	var rows []mapi.Props
	w.must(w.s.EachRow(w.t.Context(), deep, func(p mapi.Props) error { rows = append(rows, p); return nil }))
	out["deep"] = texts(rows)
	return out
}

// checkSearch compares the results of the search folder with the messages of the folders.
func (w *coherence) checkSearch(dump map[string][]string) {
	var want []string
	for _, f := range append(w.folders(), w.top) {
		for _, row := range dump[fmt.Sprintf("%x newest", f)] {
			if !strings.Contains(row, " changed ") {
				want = append(want, row)
			}
		}
	}
	var rows []mapi.Props
	w.must(w.s.EachRow(w.t.Context(), w.queries(w.search)["newest"], func(p mapi.Props) error { rows = append(rows, p); return nil }))
	got := texts(rows)
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		w.t.Errorf("found:\n%s\nthere is:\n%s\nafter %s", strings.Join(got, "\n"), strings.Join(want, "\n"), strings.Join(w.log, "; "))
	}
	o, err := w.s.LoadObject(w.t.Context(), w.search)
	w.must(err)
	if n := o.Props.Uint32(mapi.PrContentCount); int(n) != len(want) {
		w.t.Errorf("the search folder counts %d messages, and there are %d", n, len(want))
	}
}

// checkCounters counts the rows of the tables and lets the server count its folders anew.
func (w *coherence) checkCounters(dump map[string][]string) {
	for _, f := range w.folders() {
		o, err := w.s.LoadObject(w.t.Context(), f)
		w.must(err)
		for kind, tag := range map[string]mapi.PropTag{
			"newest": mapi.PrContentCount, "unread": mapi.PrContentUnread, "associated": mapi.PrAssocContentCount, "folders": mapi.PrFolderChildCount,
			"deleted": mapi.PrDeletedMsgCount, "deleted associated": mapi.PrDeletedAssocMsgCount,
		} {
			if n := len(dump[fmt.Sprintf("%x %s", f, kind)]); n != int(o.Props.Uint32(tag)) {
				w.t.Errorf("%d rows of %s, the folder counts %d", n, kind, o.Props.Uint32(tag))
			}
		}
		var resp wire.ResetFolderCountResponse
		w.must(w.s.Do(w.t.Context(), func(id uint64) wire.Request { return &wire.ResetFolderCountRequest{SessionID: id, EntryID: f} }, &resp,
			func() error { return nil }))
		if resp.Updates != 0 {
			w.t.Errorf("%d counters were wrong", resp.Updates)
		}
	}
}
