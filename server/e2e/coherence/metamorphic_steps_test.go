package coherence_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/wire"
)

// begin makes the folder below which everything happens.
func (m *metamorphic) begin() {
	for _, w := range m.worlds {
		w.folders = [][]byte{w.box.Folder}
	}
	for range 4 {
		m.createFolder()
	}
}

// step does one thing, the frequent ones more often.
func (m *metamorphic) step() {
	m.listFolders()
	m.closeTables()
	steps := []struct {
		weight int
		do     func()
	}{
		{6, m.createMessage}, {4, m.changeMessage}, {2, m.createFolder}, {2, m.renameFolder}, {4, m.copyMessages}, {2, m.copyFolder},
		{4, m.deleteMessages}, {1, m.emptyFolder}, {1, m.deleteFolder}, {4, m.setReadFlags}, {2, m.setStatus}, {3, m.openTable}, {4, m.sortTable},
		{3, m.restrictTable}, {8, m.readTable}, {4, m.seekTable}, {3, m.findRow}, {4, m.toggleCategory}, {3, m.synchronise}, {1, m.setQuota}, {1, m.purgeCaches},
		{3, m.loadSomething}, {1, m.submit}, {1, m.namedProps},
		{1, m.createSearchFolder}, {2, m.setCriteria}, {3, m.showSearch}, {2, m.grant}, {4, m.visit},
	}
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	n := m.rng.IntN(total)
	for _, s := range steps {
		if n -= s.weight; n < 0 {
			s.do()
			return
		}
	}
}

// listings are the kinds of lists of a folder.
var listings = []uint32{0, mapi.OpenAssociated, mapi.OpenShowSoftDeletes, mapi.OpenShowSoftDeletes | mapi.OpenAssociated}

func (m *metamorphic) folder() int { return m.rng.IntN(len(m.worlds[0].folders)) }

// listFolders learns which folders there are; the first is always the same.
func (m *metamorphic) listFolders() {
	m.do("list folders", func(w *world) wire.Request {
		return tableRequest(w.folders[0], mapi.TypeFolder, mapi.OpenConvenientDepth,
			mapi.PrEntryID, mapi.PrDisplayName, mapi.PrContentCount, mapi.PrContentUnread, mapi.PrSubfolders, mapi.PrFolderChildCount,
			mapi.PrAssocContentCount, mapi.PrDeletedMsgCount, mapi.PrDeletedFolderCount, mapi.PrDepth, mapi.PrParentEntryID, mapi.PrFolderType)
	}, func(w *world, resp wire.Response) {
		w.folders, w.searches = w.folders[:1], nil
		for _, row := range resp.(*wire.TableMultiResponse).RowSet.Rows {
			if mapi.Props(row).Uint32(mapi.PrFolderType) == mapi.FolderSearch {
				w.searches = append(w.searches, len(w.folders))
			}
			w.folders = append(w.folders, bytes.Clone(mapi.Props(row).Bytes(mapi.PrEntryID)))
		}
		w.forgetTable(resp.(*wire.TableMultiResponse).TableID)
	})
}

// list learns what is in a folder.
func (m *metamorphic) list(folder int, flags uint32) int {
	m.do(fmt.Sprintf("list %d %#x", folder, flags), func(w *world) wire.Request {
		return tableRequest(w.folders[folder], mapi.TypeMessage, flags,
			mapi.PrEntryID, mapi.PrECHierarchyID, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrMessageSize, mapi.PrMsgStatus, mapi.PrSourceKey, mapi.PrECIMAPID,
			mapi.PrDisplayTo, mapi.PrBody, mapi.PrHasAttach)
	}, func(w *world, resp wire.Response) {
		w.rows = nil
		for _, row := range resp.(*wire.TableMultiResponse).RowSet.Rows {
			w.rows = append(w.rows, mapi.CloneProps(row))
		}
		w.forgetTable(resp.(*wire.TableMultiResponse).TableID)
	})
	return len(m.worlds[0].rows)
}

func tableRequest(id []byte, of mapi.ObjectType, flags uint32, columns ...mapi.PropTag) wire.Request {
	return &wire.TableMultiRequest{Request: wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: id, TableType: mapi.TableMS, Type: uint32(of), Flags: mapi.OpenUnicode | flags},
		SetColumns: columns, QueryRows: &wire.TableQueryRowsParams{Count: 10_000},
	}}
}

// forgetTable leaves a table to be closed by the next call of closeTables.
func (w *world) forgetTable(id uint32) { w.spent = append(w.spent, id) }

// closeTables closes the tables that were opened to list something.
func (m *metamorphic) closeTables() {
	for len(m.worlds[0].spent) > 0 {
		m.do("close", func(w *world) wire.Request {
			id := w.spent[0]
			w.spent = w.spent[1:]
			return &wire.TableCloseRequest{TableID: id}
		}, nil)
	}
}

// some chooses up to four of the rows listed last.
func (m *metamorphic) some(n int) func(w *world) [][]byte {
	var chosen []int
	for range min(n, 1+m.rng.IntN(4)) {
		chosen = append(chosen, m.rng.IntN(n))
	}
	return func(w *world) (ids [][]byte) {
		for _, i := range chosen {
			ids = append(ids, w.rows[i].Bytes(mapi.PrEntryID))
		}
		return ids
	}
}

func (m *metamorphic) createFolder() {
	parent, name, again := m.folder(), fmt.Sprintf("Folder %d", m.rng.IntN(12)), m.rng.IntN(2) == 0
	m.do("create folder "+name, func(w *world) wire.Request {
		return &wire.CreateFolderRequest{ParentID: w.folders[parent], Type: 1, Name: wire.Text(name), Comment: wire.Text("a comment"), OpenIfExists: again}
	}, nil)
	m.listFolders()
	m.closeTables()
}

func (m *metamorphic) renameFolder() {
	n, name := m.folder(), fmt.Sprintf("Folder %d", m.rng.IntN(12))
	m.load("a folder", func(w *world) []byte { return w.folders[n] }, 0)
	m.do("rename folder", func(w *world) wire.Request {
		return &wire.SaveObjectRequest{ParentEntryID: w.box.Store.EntryID, EntryID: w.folders[n], SaveObj: &wire.SaveObject{
			ObjType: uint32(mapi.TypeFolder), ServerID: w.object.ServerID, ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, name)}}}
	}, nil)
}

// text is a text of one of very different lengths, from few letters, so that texts are often equal.
func (m *metamorphic) text() string {
	words := []string{"Apfel", "äpfel", "Zebra", "ábaco", "re: Zebra", "", "10", "9", "'quoted", "Σίσυφος"}
	text := words[m.rng.IntN(len(words))]
	switch m.rng.IntN(12) {
	case 0:
		return strings.Repeat(text+" long ", 60)
	case 1:
		return strings.Repeat(text+" very long ", 4000)
	}
	return text
}

func (m *metamorphic) messageProps() []mapi.PropValue {
	props := []mapi.PropValue{
		mapi.String(mapi.PrSubject, m.text()), mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrBody, m.text()),
		mapi.Long(mapi.PrMessageFlags, uint32(m.rng.IntN(16))), mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTime(133_000_000_000_000_000+m.rng.IntN(50))),
		mapi.Binary(mapi.PrSearchKey, fmt.Appendf(nil, "search key %05d", m.messages)), mapi.String(mapi.PrDisplayTo, m.text()),
		mapi.Strings(mapi.PrSchdinfoDelegateNames, m.text(), "second"), mapi.Long(mapi.PrIconIndex, uint32(m.rng.IntN(3))),
	}
	m.rng.Shuffle(len(props), func(i, j int) { props[i], props[j] = props[j], props[i] })
	return props[:m.rng.IntN(len(props)+1)]
}

// tree is a message with parts.
func (m *metamorphic) tree(depth int) wire.SaveObject {
	m.messages++
	o := wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ModProps: m.messageProps()}
	for range m.rng.IntN(3) {
		o.Items = append(o.Items, m.recipient())
	}
	if m.rng.IntN(3) == 0 {
		a := m.attachment()
		if depth < 2 && m.rng.IntN(2) == 0 {
			a.Items = []wire.SaveObject{m.tree(depth + 1)}
		}
		o.Items = append(o.Items, a)
	}
	return o
}

func (m *metamorphic) recipient() wire.SaveObject {
	return wire.SaveObject{ObjType: uint32(mapi.TypeMailUser), ClientID: uint32(m.rng.IntN(100)), ModProps: []mapi.PropValue{
		mapi.Long(mapi.PrRecipientType, uint32(1+m.rng.IntN(3))), mapi.String(mapi.PrDisplayName, m.text()), mapi.String(mapi.PrEmailAddress, "a@example.com"),
	}}
}

func (m *metamorphic) attachment() wire.SaveObject {
	return wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ClientID: uint32(m.rng.IntN(100)), ModProps: []mapi.PropValue{
		mapi.Binary(mapi.PrRecordKey, fmt.Appendf(nil, "attachment %05d", m.messages)), mapi.String(mapi.PrAttachLongFilename, m.text()),
		mapi.Binary(mapi.PrAttachDataBin, []byte(m.text())),
	}}
}

func (m *metamorphic) createMessage() {
	folder, o := m.folder(), m.tree(0)
	flags := []uint32{0, 0, 0, mapi.OpenAssociated}[m.rng.IntN(4)]
	unique := mapi.GUID(fmt.Appendf(nil, "message%09d", m.messages))
	m.do("create message", func(w *world) wire.Request {
		copied := o
		return &wire.SaveObjectRequest{ParentEntryID: w.folders[folder], EntryID: mapi.MakeEntryID(w.box.Store.GUID, mapi.TypeMessage, unique), SaveObj: &copied, Flags: flags}
	}, nil)
}

// load reads an object and keeps its numbers.
func (m *metamorphic) load(what string, id func(w *world) []byte, flags uint32) mapi.Code {
	return m.do("load "+what, func(w *world) wire.Request {
		return &wire.LoadObjectRequest{EntryID: id(w), Flags: mapi.OpenUnicode | flags}
	}, func(w *world, resp wire.Response) {
		o := &resp.(*wire.LoadObjectResponse).SaveObject
		w.object, w.sourceKey = numbersOf(o), bytes.Clone(mapi.Props(o.ModProps).Bytes(mapi.PrSourceKey))
	})
}

func numbersOf(o *wire.SaveObject) wire.SaveObject {
	n := wire.SaveObject{ServerID: o.ServerID, ObjType: o.ObjType, DelProps: slices.Clone(o.DelProps)}
	for i := range o.Items {
		n.Items = append(n.Items, numbersOf(&o.Items[i]))
	}
	return n
}

func (m *metamorphic) changeMessage() {
	folder := m.folder()
	n := m.list(folder, listings[m.rng.IntN(3)])
	m.closeTables()
	if n == 0 {
		return
	}
	i := m.rng.IntN(n)
	id := func(w *world) []byte { return w.rows[i].Bytes(mapi.PrEntryID) }
	if m.load("a message to change", id, 0) != mapi.OK {
		return
	}
	set, parts := m.messageProps(), m.rng.IntN(4)
	remove := []mapi.PropTag{mapi.PrBody, mapi.PrSubject}[:m.rng.IntN(3)]
	child, recipient, attachment := m.rng.IntN(100), m.recipient(), m.attachment()
	m.do("change message", func(w *world) wire.Request {
		o := wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ServerID: w.object.ServerID, ModProps: set, DelProps: remove}
		if known := w.object.Items; len(known) > 0 && parts > 0 {
			old := known[child%len(known)]
			part := recipient
			if old.ObjType == uint32(mapi.TypeAttach) {
				part = attachment
			}
			part.ServerID, part.ObjType, part.Delete = old.ServerID, old.ObjType, parts == 1
			o.Items = append(o.Items, part)
		}
		if parts == 3 {
			o.Items = append(o.Items, recipient, attachment)
		}
		return &wire.SaveObjectRequest{ParentEntryID: w.box.Store.EntryID, EntryID: id(w), SaveObj: &o}
	}, nil)
	m.load("the changed message", id, 0)
}

func (m *metamorphic) copyMessages() {
	from, to := m.folder(), m.folder()
	n := m.list(from, listings[m.rng.IntN(len(listings))])
	m.closeTables()
	if n == 0 {
		return
	}
	ids, flags := m.some(n), uint32(m.rng.IntN(2))*mapi.CopyMove
	m.do(fmt.Sprintf("copy or move (%d) %d to %d", flags, from, to), func(w *world) wire.Request {
		return &wire.CopyObjectsRequest{Messages: ids(w), DestFolderID: w.folders[to], Flags: flags}
	}, nil)
}

func (m *metamorphic) copyFolder() {
	from, to := m.folder(), m.folder()
	if from == 0 || len(m.worlds[0].folders) > 40 {
		return
	}
	flags := uint32(m.rng.IntN(2))*mapi.CopyMove | uint32(m.rng.IntN(2))*mapi.CopySubfolders
	name := fmt.Sprintf("Folder %d", m.rng.IntN(12))
	m.do(fmt.Sprintf("copy or move (%d) folder %d to %d", flags, from, to), func(w *world) wire.Request {
		return &wire.CopyFolderRequest{EntryID: w.folders[from], DestFolderID: w.folders[to], NewFolderName: wire.Text(name), Flags: flags}
	}, nil)
}

func (m *metamorphic) deleteMessages() {
	folder := m.folder()
	n := m.list(folder, listings[m.rng.IntN(len(listings))])
	m.closeTables()
	if n == 0 {
		return
	}
	ids, flags := m.some(n), uint32(m.rng.IntN(2))*mapi.DelHard
	m.do(fmt.Sprintf("delete (%#x) in %d", flags, folder), func(w *world) wire.Request {
		return &wire.DeleteObjectsRequest{Messages: ids(w), Flags: flags}
	}, nil)
}

func (m *metamorphic) emptyFolder() {
	folder := m.folder()
	flags := uint32(m.rng.IntN(2))*mapi.DelHard | uint32(m.rng.IntN(2))*mapi.DelAssociated
	if folder == 0 {
		return // it would empty all of them
	}
	m.do(fmt.Sprintf("empty (%#x) %d", flags, folder), func(w *world) wire.Request {
		return &wire.EmptyFolderRequest{EntryID: w.folders[folder], Flags: flags}
	}, nil)
}

func (m *metamorphic) deleteFolder() {
	folder := m.folder()
	if folder == 0 {
		return
	}
	flags := uint32(m.rng.IntN(2))*mapi.DelHard | uint32(m.rng.IntN(4))*mapi.DelMessages&mapi.DelMessages | uint32(m.rng.IntN(4))*mapi.DelFolders&mapi.DelFolders
	m.do(fmt.Sprintf("delete folder (%#x) %d", flags, folder), func(w *world) wire.Request {
		return &wire.DeleteFolderRequest{EntryID: w.folders[folder], Flags: flags}
	}, nil)
}

func (m *metamorphic) setReadFlags() {
	folder := m.folder()
	flags := []uint32{0, 1, 4, 5, 0x20, 0x10}[m.rng.IntN(6)]
	n := m.list(folder, 0)
	m.closeTables()
	if n == 0 || m.rng.IntN(4) == 0 {
		m.do("read flags of a folder", func(w *world) wire.Request {
			return &wire.SetReadFlagsRequest{EntryID: w.folders[folder], Flags: flags}
		}, nil)
		return
	}
	ids := m.some(n)
	m.do("read flags", func(w *world) wire.Request { return &wire.SetReadFlagsRequest{Messages: ids(w), Flags: flags} }, nil)
}

func (m *metamorphic) setStatus() {
	n := m.list(m.folder(), 0)
	m.closeTables()
	if n == 0 {
		return
	}
	i, status := m.rng.IntN(n), uint32(m.rng.IntN(16))
	m.do("set status", func(w *world) wire.Request {
		return &wire.SetMessageStatusRequest{EntryID: w.rows[i].Bytes(mapi.PrEntryID), NewStatus: status, NewStatusMask: 7}
	}, nil)
}

func (m *metamorphic) loadSomething() {
	flags := listings[m.rng.IntN(len(listings))]
	n := m.list(m.folder(), flags)
	m.closeTables()
	if n == 0 {
		return
	}
	i := m.rng.IntN(n)
	id := func(w *world) []byte { return w.rows[i].Bytes(mapi.PrEntryID) }
	if m.load("a message", id, flags&mapi.OpenShowSoftDeletes<<9) != mapi.OK {
		return
	}
	tags := m.worlds[0].object.DelProps
	tag := tags[m.rng.IntN(len(tags))]
	m.do("load a value", func(w *world) wire.Request { return &wire.LoadPropRequest{EntryID: id(w), PropTag: uint32(tag)} }, nil)
	for c := range m.worlds[0].object.Items {
		m.do("load the value of a part", func(w *world) wire.Request {
			return &wire.LoadPropRequest{EntryID: id(w), ObjID: w.object.Items[c].ServerID, PropTag: uint32(mapi.PrAttachDataBin)}
		}, nil)
	}
	m.do("change info", func(w *world) wire.Request { return &wire.GetChangeInfoRequest{EntryID: id(w)} }, nil)
}

func (m *metamorphic) submit() {
	n := m.list(m.folder(), 0)
	m.closeTables()
	if n == 0 {
		return
	}
	i, flags := m.rng.IntN(n), uint32(m.rng.IntN(4))
	id := func(w *world) []byte { return w.rows[i].Bytes(mapi.PrEntryID) }
	m.do("submit", func(w *world) wire.Request { return &wire.SubmitMessageRequest{EntryID: id(w), Flags: flags} }, nil)
	if m.rng.IntN(2) == 0 {
		m.do("stop", func(w *world) wire.Request { return &wire.AbortSubmitRequest{EntryID: id(w)} }, nil)
	} else {
		m.do("finish", func(w *world) wire.Request { return &wire.FinishedMessageRequest{EntryID: id(w), Flags: flags} }, nil)
	}
}

func (m *metamorphic) namedProps() {
	guid, number := mapi.GUID{1, 2, 3}, uint32(m.rng.IntN(20))
	names := []wire.NamedProp{{ID: &number, GUID: guid[:]}, {String: wire.Text(fmt.Sprintf("name %d", m.rng.IntN(20))), GUID: guid[:]}}
	create := uint32(m.rng.IntN(2)) * 2
	m.do("named properties", func(*world) wire.Request { return &wire.GetIDsFromNamesRequest{NamedProps: names, Flags: create} }, nil)
}

func (m *metamorphic) setQuota() {
	quota := &wire.Quota{UseDefaultQuota: m.rng.IntN(2) == 0, WarnSize: 1000, SoftSize: 200_000, HardSize: 400_000}
	m.doAs("set quota", admin, func(w *world) wire.Request {
		return &wire.SetQuotaRequest{UlUserID: w.box.User.ID, SUserID: w.box.User.EntryID, Quota: quota}
	}, nil)
	m.do("quota status", func(w *world) wire.Request {
		return &wire.GetQuotaStatusRequest{UlUserID: w.box.User.ID, SUserID: w.box.User.EntryID}
	}, nil)
}

func admin(w *world) *client.Session { return w.admin }

func (m *metamorphic) purgeCaches() {
	m.doAs("purge caches", admin, func(*world) wire.Request { return &wire.PurgeCacheRequest{Flags: 0xFFFFFFFF} }, nil)
}
