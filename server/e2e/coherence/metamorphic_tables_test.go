package coherence_test

import (
	"bytes"
	"fmt"

	"zarafa/mapi"
	"zarafa/wire"
)

// tablesOpen is how many tables stay open at a time.
const tablesOpen = 6

// table chooses one of the open tables; ok is false if there is none.
func (m *metamorphic) table() (of func(w *world) uint32, ok bool) {
	n := len(m.worlds[0].tables)
	if n == 0 {
		return nil, false
	}
	i := m.rng.IntN(n)
	return func(w *world) uint32 { return w.tables[i] }, true
}

func (m *metamorphic) openTable() {
	if len(m.worlds[0].tables) == tablesOpen {
		m.do("close a table", func(w *world) wire.Request {
			id := w.tables[0]
			w.tables = w.tables[1:]
			return &wire.TableCloseRequest{TableID: id}
		}, nil)
	}
	folder, of, flags := m.folder(), mapi.TypeMessage, listings[m.rng.IntN(len(listings))]
	if m.rng.IntN(4) == 0 {
		of, flags = mapi.TypeFolder, uint32(m.rng.IntN(2))*mapi.OpenConvenientDepth
	}
	m.do(fmt.Sprintf("open table of %d", folder), func(w *world) wire.Request {
		return &wire.TableOpenRequest{EntryID: w.folders[folder], TableType: mapi.TableMS, Type: uint32(of), Flags: mapi.OpenUnicode | flags}
	}, func(w *world, resp wire.Response) {
		w.tables = append(w.tables, resp.(*wire.TableOpenResponse).TableID)
	})
	if table, ok := m.table(); ok {
		columns := m.columns()
		m.do("set columns", func(w *world) wire.Request { return &wire.TableSetColumnsRequest{TableID: table(w), PropTag: columns} }, nil)
	}
}

// columns are the instance key and some other columns.
func (m *metamorphic) columns() []mapi.PropTag {
	all := []mapi.PropTag{
		mapi.PrSubject, mapi.PrBody, mapi.PrMessageFlags, mapi.PrMessageSize, mapi.PrMessageDeliveryTime, mapi.PrEntryID, mapi.PrDisplayTo,
		mapi.PrSchdinfoDelegateNames, mapi.PrIconIndex, mapi.PrHasAttach, mapi.PrContentCount, mapi.PrContentUnread, mapi.PrDisplayName, mapi.PrDepth,
		mapi.PrRowType, mapi.PrNormalizedSubject, mapi.PrParentDisplay, mapi.PrAccess, mapi.PrMsgStatus, mapi.PrECIMAPID, mapi.PrSourceKey,
	}
	m.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return append([]mapi.PropTag{mapi.PrInstanceKey}, all[:m.rng.IntN(len(all))]...)
}

// sortable are columns that are the same everywhere.
var sortable = []mapi.PropTag{
	mapi.PrSubject, mapi.PrMessageSize, mapi.PrMessageDeliveryTime, mapi.PrMessageFlags, mapi.PrDisplayTo, mapi.PrIconIndex, mapi.PrHasAttach, mapi.PrDisplayName,
	mapi.PrSchdinfoDelegateNames | mapi.PropTag(mapi.MVInstance),
}

func (m *metamorphic) sortTable() {
	table, ok := m.table()
	if !ok {
		return
	}
	order := make([]mapi.SortOrder, m.rng.IntN(4))
	for i := range order {
		order[i] = mapi.SortOrder{Tag: sortable[m.rng.IntN(len(sortable))], Order: uint32(m.rng.IntN(2))}
	}
	categories := uint32(m.rng.IntN(3))
	expanded := uint32(m.rng.IntN(int(categories) + 1))
	if int(categories) > len(order) {
		categories, expanded = 0, 0
	}
	m.do(fmt.Sprintf("sort by %v, %d categories", order, categories), func(w *world) wire.Request {
		return &wire.TableSortRequest{TableID: table(w), SortOrder: order, Categories: categories, Expanded: expanded}
	}, nil)
}

// restriction is a random condition.
func (m *metamorphic) restriction(depth int) *mapi.Restriction {
	subject := mapi.String(mapi.PrSubject, m.text())
	size := mapi.Long(mapi.PrMessageSize, uint32(m.rng.IntN(3000)))
	kinds := 6
	if depth < 2 {
		kinds = 10
	}
	switch m.rng.IntN(kinds) {
	case 0:
		return &mapi.Restriction{Type: mapi.ResContent, Op: []uint32{0, 1, 2, 0x10001, 0x30002}[m.rng.IntN(5)], Tag: subject.Tag, Value: &subject}
	case 1:
		return &mapi.Restriction{Type: mapi.ResProperty, Op: uint32(m.rng.IntN(6)), Tag: subject.Tag, Value: &subject}
	case 2:
		return &mapi.Restriction{Type: mapi.ResProperty, Op: uint32(m.rng.IntN(6)), Tag: size.Tag, Value: &size}
	case 3:
		return &mapi.Restriction{Type: mapi.ResBitmask, Op: uint32(m.rng.IntN(2)), Tag: mapi.PrMessageFlags, Num: 1 << m.rng.IntN(5)}
	case 4:
		return &mapi.Restriction{Type: mapi.ResExist, Tag: sortable[m.rng.IntN(6)]}
	case 5:
		return &mapi.Restriction{Type: mapi.ResSize, Op: uint32(m.rng.IntN(6)), Tag: mapi.PrBody, Num: uint32(m.rng.IntN(100))}
	case 6:
		return &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{m.restriction(depth + 1)}}
	case 7:
		name := mapi.String(mapi.PrDisplayName, "e")
		return &mapi.Restriction{Type: mapi.ResSub, Tag: mapi.PrMessageRecipients, Sub: []*mapi.Restriction{{
			Type: mapi.ResContent, Op: 0x10001, Tag: name.Tag, Value: &name}}}
	default:
		return &mapi.Restriction{Type: mapi.RestrictionType(m.rng.IntN(2)), Sub: []*mapi.Restriction{m.restriction(depth + 1), m.restriction(depth + 1)}}
	}
}

func (m *metamorphic) restrictTable() {
	table, ok := m.table()
	if !ok {
		return
	}
	var r *mapi.Restriction
	if m.rng.IntN(3) > 0 {
		r = m.restriction(0)
	}
	m.do("restrict", func(w *world) wire.Request { return &wire.TableRestrictRequest{TableID: table(w), Restrict: r.Clone()} }, nil)
	m.do("count rows", func(w *world) wire.Request { return &wire.TableGetRowCountRequest{TableID: table(w)} }, nil)
}

func (m *metamorphic) readTable() {
	table, ok := m.table()
	if !ok {
		return
	}
	if m.rng.IntN(3) == 0 {
		columns := m.columns()
		m.do("set columns", func(w *world) wire.Request { return &wire.TableSetColumnsRequest{TableID: table(w), PropTag: columns} }, nil)
	}
	if m.rng.IntN(2) == 0 {
		m.do("to the first row", func(w *world) wire.Request { return &wire.TableSeekRowRequest{TableID: table(w)} }, nil)
	}
	count, flags := uint32(1+m.rng.IntN(60)), uint32(m.rng.IntN(4)/3)
	m.do("read rows", func(w *world) wire.Request {
		return &wire.TableQueryRowsRequest{TableID: table(w), RowCount: count, Flags: flags}
	}, func(w *world, resp wire.Response) {
		w.keys, w.keysOf = nil, table(w)
		for _, row := range resp.(*wire.TableQueryRowsResponse).RowSet.Rows {
			w.keys = append(w.keys, bytes.Clone(mapi.Props(row).Bytes(mapi.PrInstanceKey)))
		}
	})
	m.do("count rows", func(w *world) wire.Request { return &wire.TableGetRowCountRequest{TableID: table(w)} }, nil)
}

func (m *metamorphic) seekTable() {
	table, ok := m.table()
	if !ok {
		return
	}
	from, rows := uint32(m.rng.IntN(5)), int32(m.rng.IntN(40)-20)
	m.do(fmt.Sprintf("seek %d from %d", rows, from), func(w *world) wire.Request {
		return &wire.TableSeekRowRequest{TableID: table(w), Bookmark: from, RowCount: rows}
	}, nil)
	switch m.rng.IntN(6) {
	case 0:
		m.do("create bookmark", func(w *world) wire.Request { return &wire.TableCreateBookmarkRequest{TableID: table(w)} }, nil)
	case 1:
		m.do("free bookmark", func(w *world) wire.Request { return &wire.TableFreeBookmarkRequest{TableID: table(w), Position: from} }, nil)
	}
}

func (m *metamorphic) findRow() {
	table, ok := m.table()
	if !ok {
		return
	}
	from, back, r := uint32(m.rng.IntN(4)), uint32(m.rng.IntN(2)), m.restriction(1)
	m.do("find row", func(w *world) wire.Request {
		return &wire.TableFindRowRequest{TableID: table(w), Bookmark: from, Flags: back, Restrict: r.Clone()}
	}, nil)
	m.do("count rows", func(w *world) wire.Request { return &wire.TableGetRowCountRequest{TableID: table(w)} }, nil)
}

// toggleCategory opens or closes a category that was read last; now and then it tries a row that is none.
func (m *metamorphic) toggleCategory() {
	var headers []int
	for i, key := range m.worlds[0].keys {
		if bytes.HasPrefix(key, make([]byte, 4)) || m.rng.IntN(10) == 0 {
			headers = append(headers, i)
		}
	}
	if len(headers) == 0 {
		return
	}
	i, count := headers[m.rng.IntN(len(headers))], uint32(m.rng.IntN(20))
	if m.rng.IntN(2) == 0 {
		m.do("expand", func(w *world) wire.Request {
			return &wire.TableExpandRowRequest{TableID: w.keysOf, InstanceKey: w.keys[i], RowCount: count}
		}, nil)
	} else {
		m.do("collapse", func(w *world) wire.Request {
			return &wire.TableCollapseRowRequest{TableID: w.keysOf, InstanceKey: w.keys[i]}
		}, nil)
	}
	m.do("count rows", func(w *world) wire.Request { return &wire.TableGetRowCountRequest{TableID: w.keysOf} }, nil)
}

// synchronise begins or continues a synchronisation.
func (m *metamorphic) synchronise() {
	kind := uint32(1 + m.rng.IntN(2))
	if len(m.worlds[0].syncs[kind-1]) < 3 {
		folder := m.folder()
		if m.load("a folder to synchronise", func(w *world) []byte { return w.folders[folder] }, 0) != mapi.OK {
			return
		}
		m.do("begin to synchronise", func(w *world) wire.Request {
			return &wire.SetSyncStatusRequest{SourceKeyFolder: w.sourceKey, ChangeType: kind}
		}, func(w *world, resp wire.Response) {
			w.syncs[kind-1] = append(w.syncs[kind-1], syncPoint{id: resp.(*wire.SetSyncStatusResponse).SyncID})
		})
		return
	}
	i, flags := m.rng.IntN(3), []uint32{0x38, 0x20, 0x10, 0x3A}[m.rng.IntN(4)]
	m.do("get changes", func(w *world) wire.Request {
		s := w.syncs[kind-1][i]
		return &wire.GetChangesRequest{SyncID: s.id, ChangeID: s.change, ChangeType: kind, Flags: flags}
	}, func(w *world, resp wire.Response) {
		w.syncs[kind-1][i].change = resp.(*wire.ICSChangeResponse).MaxChangeID
	})
}
