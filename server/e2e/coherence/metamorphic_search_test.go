package coherence_test

import (
	"fmt"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// searchesMax is how many search folders there may be: every change is followed by all of them.
const searchesMax = 6

// settle waits until the search folders show what they should, if there are any.
func (m *metamorphic) settle() {
	m.t.Helper()
	if m.searches == 0 || !m.unsettled {
		return
	}
	m.unsettled = false
	for _, w := range m.worlds {
		err := w.admin.Do(m.t.Context(), func(id uint64) wire.Request {
			return &wire.TestPerformRequest{SessionID: id, Cmd: wire.Text("run_searchfolders")}
		}, new(wire.TestPerformResponse), nil)
		if err != nil {
			m.fail("waiting for the searches of %s: %v", w.name, err)
		}
	}
}

// changes reports whether an operation may change something that search folders look at.
func changes(op wire.Op) bool {
	name := op.String()
	return op == wire.OpTableSetSearchCriteria || !strings.HasPrefix(name, "table") && !strings.HasPrefix(name, "get") && !strings.HasPrefix(name, "load")
}

func (m *metamorphic) createSearchFolder() {
	if m.searches == searchesMax {
		return
	}
	parent, name := m.folder(), fmt.Sprintf("Search %d", m.searches)
	code := m.do("create search folder "+name, func(w *world) wire.Request {
		return &wire.CreateFolderRequest{ParentID: w.folders[parent], Type: mapi.FolderSearch, Name: wire.Text(name), Comment: wire.Text("")}
	}, nil)
	if code == mapi.OK {
		m.searches++
	}
	m.listFolders()
	m.closeTables()
	m.setCriteria()
}

// searchFolder chooses one of the search folders; ok is false if there is none.
func (m *metamorphic) searchFolder() (folder int, ok bool) {
	list := m.worlds[0].searches
	if len(list) == 0 {
		return 0, false
	}
	return list[m.rng.IntN(len(list))], true
}

func (m *metamorphic) setCriteria() {
	folder, ok := m.searchFolder()
	if !ok {
		return
	}
	criteria, flags := m.criteria(), uint32(m.rng.IntN(2))*4
	if m.rng.IntN(8) == 0 {
		flags = 1 // stop
	}
	var targets []int
	for range 1 + m.rng.IntN(3) {
		targets = append(targets, m.folder())
	}
	m.do(fmt.Sprintf("set criteria of %d (%d)", folder, flags), func(w *world) wire.Request {
		req := &wire.TableSetSearchCriteriaRequest{EntryID: w.folders[folder], Restrict: criteria, Flags: flags}
		for _, n := range targets {
			req.Folders = append(req.Folders, w.folders[n])
		}
		return req
	}, nil)
	m.do("get criteria", func(w *world) wire.Request {
		return &wire.TableGetSearchCriteriaRequest{EntryID: w.folders[folder]}
	}, nil)
	m.showSearch()
}

// criteria are about texts, which an index answers, and about other things, which it does not.
func (m *metamorphic) criteria() *mapi.Restriction {
	text := func(tag mapi.PropTag) *mapi.Restriction {
		words := []string{"apf", "Zebra", "abaco", "1", "long", "σισ", "quot", "very long", "re"}
		v := mapi.String(tag, words[m.rng.IntN(len(words))])
		return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: tag, Value: &v}
	}
	unread := &mapi.Restriction{Type: mapi.ResBitmask, Op: mapi.BitmaskEQZ, Tag: mapi.PrMessageFlags, Num: mapi.MsgRead}
	not := &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{text(mapi.PrSubject)}}
	switch m.rng.IntN(5) {
	case 0:
		return unread
	case 1:
		return not
	case 2:
		return &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{text(mapi.PrBody), unread}}
	case 3:
		or := &mapi.Restriction{Type: mapi.ResOr, Sub: []*mapi.Restriction{text(mapi.PrSubject)}}
		body := *or.Sub[0].Value
		body.Tag = mapi.PrBody
		or.Sub = append(or.Sub, &mapi.Restriction{Type: mapi.ResContent, Op: or.Sub[0].Op, Tag: mapi.PrBody, Value: &body})
		return or
	}
	return text(mapi.PrBody)
}

func (m *metamorphic) showSearch() {
	if folder, ok := m.searchFolder(); ok {
		m.list(folder, 0)
		m.closeTables()
	}
}

// restart stops all servers and starts them again. What belonged to sessions is gone.
func (m *metamorphic) restart() {
	m.t.Helper()
	m.log = append(m.log, "restart")
	for _, w := range m.worlds {
		for _, s := range []*client.Session{w.box.Session, w.admin, w.bob} {
			if err := s.Close(m.t.Context()); err != nil {
				m.t.Fatal(err)
			}
		}
		if err := w.server.Stop(); err != nil {
			m.t.Fatal(err)
		}
		w.reportFailures(m.t)
		w.server = servertest.StartIn(m.t, w.dir, w.settings)
		w.box.Session, w.admin, w.bob = e2e.LogOn(m.t, w.server.Endpoint(), "alice"), e2e.LogOn(m.t, w.server.Endpoint(), "SYSTEM"), e2e.LogOn(m.t, w.server.Endpoint(), "bob")
		w.tables, w.spent, w.keys, w.keysOf = nil, nil, nil, 0
		w.pairing.forget("table")
	}
	m.unsettled = true
}
