package tables_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// modelRow is a message as the naive model knows it.
type modelRow struct {
	id      uint32
	folder  uint32
	deleted bool
	subject string // empty: none
	flags   uint32
	words   []string
}

// modelTable is what an open table should show.
type modelTable struct {
	*tab
	folder   uint32
	deleted  bool
	order    []mapi.SortOrder
	contains string
	instance bool
	levels   uint32
	mirror   []string // what a subscriber makes of the events
	listens  bool
}

const modelWords mapi.PropTag = 0x6001101F

type modelLine struct {
	modelRow
	n    int
	word string
}

// expected is the rows of the table, by filtering and sorting a slice.
func (m *modelTable) expected(rows map[uint32]*modelRow) []string {
	var lines []modelLine
	for _, r := range rows {
		if r.folder != m.folder || r.deleted != m.deleted || !strings.Contains(r.subject, m.contains) {
			continue
		}
		if m.contains != "" && r.subject == "" {
			continue
		}
		if !m.instance || len(r.words) == 0 {
			lines = append(lines, modelLine{modelRow: *r})
			continue
		}
		for n, word := range r.words {
			lines = append(lines, modelLine{*r, n, word})
		}
	}
	slices.SortFunc(lines, m.compare)
	out := make([]string, 0, len(lines))
	last := ""
	for i, l := range lines {
		if m.levels > 0 {
			group := l.value(m.order[0].Tag)
			if i == 0 || group != last {
				out = append(out, m.header(lines, group))
			}
			last = group
		}
		out = append(out, fmt.Sprintf("%d/%d:%s:%d", l.id, l.n, l.shownSubject(), l.flags))
	}
	return out
}

func (m *modelTable) header(lines []modelLine, group string) string {
	n := 0
	subject, flags := "!2", "!2"
	for _, l := range lines {
		if l.value(m.order[0].Tag) == group {
			n++
			switch m.order[0].Tag {
			case mapi.PrSubject:
				subject = l.shownSubject()
			case mapi.PrMessageFlags:
				flags = fmt.Sprint(l.flags)
			}
		}
	}
	return fmt.Sprintf("header:%s:%s", subject, flags)
}

func (l modelLine) shownSubject() string {
	if l.subject == "" {
		return "!2"
	}
	return l.subject
}

func (l modelLine) value(tag mapi.PropTag) string {
	switch tag {
	case mapi.PrSubject:
		return l.subject
	case mapi.PrMessageFlags:
		return fmt.Sprintf("%08d", l.flags)
	}
	return l.word
}

func (m *modelTable) compare(a, b modelLine) int {
	for _, o := range m.order {
		c := cmp.Compare(a.value(o.Tag), b.value(o.Tag))
		if o.Order == mapi.SortDescend {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	if len(m.order) == 0 {
		if c := cmp.Compare(b.id, a.id); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.n, b.n))
}

// model plays random operations on the engine and on the model.
type model struct {
	*world
	rng    *rand.Rand
	rows   map[uint32]*modelRow
	tables []*modelTable
}

func (m *model) word() string {
	return []string{"", "alpha", "beta", "gamma", "delta", "epsilon", "zeta"}[m.rng.IntN(7)]
}

func (m *model) words() (list []string) {
	for range m.rng.IntN(4) {
		list = append(list, []string{"blue", "green", "red", "white"}[m.rng.IntN(4)])
	}
	return list
}

func (r *modelRow) props() (list mapi.Props) {
	list = mapi.Props{mapi.Long(mapi.PrMessageFlags, r.flags)}
	if r.subject != "" {
		list.Set(mapi.String(mapi.PrSubject, r.subject))
	}
	if len(r.words) > 0 {
		list.Set(mapi.Strings(modelWords, r.words...))
	}
	return list
}

// write stores the row as it is and tells the engine, with the row at hand or without.
func (m *model) write(kind feed.Kind, r *modelRow, old storage.Ref) {
	flags := uint32(0)
	if r.deleted {
		flags = mapi.FlagDeleted
	}
	row := m.add(r.id, r.folder, mapi.TypeMessage, flags, r.props()...)
	e := feed.Event{Kind: kind, Object: row.Ref, Old: old}
	if m.rng.IntN(2) == 0 {
		e.Row = row
	}
	m.svc.Apply(&feed.Batch{Store: storeID, Events: []feed.Event{e}, Bulk: m.rng.IntN(8) == 0})
}

func (m *model) mutate() {
	if len(m.rows) < 5 || m.rng.IntN(4) == 0 {
		r := &modelRow{id: m.next, folder: inboxID, subject: m.word(), flags: m.rng.Uint32N(3), words: m.words()}
		m.next++
		m.rows[r.id] = r
		m.write(feed.Created, r, storage.Ref{})
		return
	}
	ids := make([]uint32, 0, len(m.rows))
	for id := range m.rows {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	r := m.rows[ids[m.rng.IntN(len(ids))]]
	old := m.ref(r.id)
	switch m.rng.IntN(6) {
	case 0:
		delete(m.rows, r.id)
		m.delete(r.id)
	case 1:
		kind := feed.Deleted
		if r.deleted {
			kind = feed.Moved
		}
		r.deleted = !r.deleted
		m.write(kind, r, old)
	case 2:
		if old.Parent == inboxID {
			r.folder = 20
		} else {
			r.folder = inboxID
		}
		m.write(feed.Moved, r, old)
	case 3:
		r.flags = m.rng.Uint32N(3)
		m.write(feed.Modified, r, storage.Ref{})
	default:
		r.subject, r.words = m.word(), m.words()
		m.write(feed.Modified, r, storage.Ref{})
	}
}

// arrange gives a table another order, restriction or set of columns.
func (m *model) arrange(x *modelTable) {
	switch m.rng.IntN(4) {
	case 0:
		x.contains = []string{"", "a", "eta", "l"}[m.rng.IntN(4)]
		if x.contains == "" {
			x.restrict(nil)
		} else {
			x.restrict(subjectHas(x.contains))
		}
	case 1:
		x.instance = !x.instance
		m.setColumns(x)
	default:
		x.order, x.levels = nil, 0
		for _, tag := range []mapi.PropTag{mapi.PrSubject, mapi.PrMessageFlags} {
			if m.rng.IntN(2) == 0 {
				x.order = append(x.order, mapi.SortOrder{Tag: tag, Order: m.rng.Uint32N(2)})
			}
		}
		if len(x.order) > 0 && m.rng.IntN(2) == 0 {
			x.levels = 1
		}
		x.sort(x.levels, x.levels, x.order...)
	}
	x.mirror = x.strings()
}

func (m *model) setColumns(x *modelTable) {
	columns := []mapi.PropTag{mapi.PrInstanceKey, mapi.PrSubject, mapi.PrMessageFlags}
	if x.instance {
		columns = append(columns, modelWords.WithType(mapi.MVIFlag|mapi.PtUnicode))
	}
	x.columns(columns...)
}

// line is a row in the form of the model: headers without their number.
func line(row []mapi.PropValue) string {
	s := text([][]mapi.PropValue{row[:3]})
	if strings.HasPrefix(s, "0/") {
		_, s, _ = strings.Cut(s, ":")
		return "header:" + s
	}
	return s
}

func (x *modelTable) strings() (list []string) {
	x.seek(0, 0)
	for _, row := range x.query(0xFFFFFFFF, 0) {
		list = append(list, text([][]mapi.PropValue{row[:3]}))
	}
	return list
}

func (m *model) check(step int, x *modelTable) {
	m.t.Helper()
	want := x.expected(m.rows)
	x.seek(0, 0)
	var got []string
	for _, row := range x.query(0xFFFFFFFF, 0) {
		got = append(got, line(row))
	}
	if !slices.Equal(got, want) {
		m.t.Fatalf("step %d, table %d (%+v, contains %q, instance %v, levels %d):\n got %q\nwant %q",
			step, x.id, x.order, x.contains, x.instance, x.levels, got, want)
	}
	if n, row := x.count(); int(n) != len(want) || row != n {
		m.t.Fatalf("step %d: count %d, row %d of %d", step, n, row, len(want))
	}
	if len(want) > 0 {
		from, n := m.rng.IntN(len(want)), m.rng.IntN(5)
		x.seek(0, int32(from))
		var page []string
		for _, row := range x.query(uint32(n), 0) {
			page = append(page, line(row))
		}
		if to := min(from+n, len(want)); !slices.Equal(page, want[from:to]) {
			m.t.Fatalf("step %d: rows %d to %d are %q, want %q", step, from, to, page, want[from:to])
		}
	}
}

// follow applies the events to the mirrors the way a client does.
func (m *model) follow() {
	for _, n := range m.events.take() {
		i := slices.IndexFunc(m.tables, func(x *modelTable) bool { return x.listens && x.id == n.Connection })
		x := m.tables[i]
		if n.Tab.TableEvent == mapi.TableChanged {
			x.mirror = x.strings()
			continue
		}
		find := func(key string) int {
			return slices.IndexFunc(x.mirror, func(s string) bool { return strings.HasPrefix(s, key+":") })
		}
		if at := find(show(n.Tab.PropIndex)); at >= 0 {
			x.mirror = slices.Delete(x.mirror, at, at+1)
		}
		if n.Tab.Row == nil {
			continue
		}
		at := 0
		if n.Tab.PropPrior.Tag != 1 {
			at = find(show(n.Tab.PropPrior)) + 1
		}
		x.mirror = slices.Insert(x.mirror, at, text([][]mapi.PropValue{n.Tab.Row[:3]}))
	}
}

func newModel(t *testing.T, b budgets, seed uint64) *model {
	m := &model{world: newWorld(t, b), rng: rand.New(rand.NewPCG(seed, 1)), rows: make(map[uint32]*modelRow)}
	m.add(20, rootID, mapi.TypeFolder, mapi.FolderGeneric)
	for i := range 8 {
		x := &modelTable{folder: inboxID, listens: i%2 == 0}
		flags := uint32(0)
		if i%4 == 2 {
			x.folder = 20
		}
		if i%4 == 3 {
			x.deleted, flags = true, mapi.OpenShowSoftDeletes
		}
		x.tab = m.open(x.folder, mapi.TypeMessage, flags)
		m.setColumns(x)
		if x.listens {
			x.subscribe(x.id)
		}
		m.tables = append(m.tables, x)
	}
	return m
}

// TestAgainstModel compares the engine with filtering and sorting a slice, over random operations, with large caches and
// with none, and checks that a subscriber who applies the events sees the same rows.
func TestAgainstModel(t *testing.T) {
	for name, b := range map[string]budgets{"large": large, "none": {}, "small": {2000, 8000}} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(6) {
				m := newModel(t, b, seed)
				for step := range 150 {
					if m.rng.IntN(5) == 0 {
						m.arrange(m.tables[m.rng.IntN(len(m.tables))])
					} else {
						m.mutate()
					}
					m.follow()
					x := m.tables[m.rng.IntN(len(m.tables))]
					m.check(step, x)
					if got := x.strings(); x.listens && !slices.Equal(got, x.mirror) {
						t.Fatalf("seed %d, step %d: a subscriber of table %d has\n%q, the table\n%q", seed, step, x.id, x.mirror, got)
					}
				}
			}
		})
	}
}
