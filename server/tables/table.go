package tables

import (
	"context"
	"sync"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/mapi/restrict"
	"zarafa/server/session"
)

// table is one open table.
type table struct {
	svc     *Service
	id      uint32
	serial  uint64 // order of opening, over all sessions
	session *session.Session
	kind    rowKind
	flags   uint32 // of tableOpen
	source  source
	locale  *collation.Locale

	op     sync.Mutex // one operation at a time; guards what is not under mu
	closed bool
	// cursor and bookmarks name rows, so the feed need not touch them.
	cursor       place
	bookmarks    map[uint32]bookmark
	lastBookmark uint32
	scratch      *page   // of the operation that runs
	layout       *layout // of the columns; nil: not looked for
	rowBytes     int     // of a row of the last answer, to guess the size of the next

	mu      sync.Mutex // the state that the feed reads and changes
	columns []mapi.PropTag
	order   *order
	filter  *restrict.Filter
	rows    *rowList // nil: not filled
	subs    []uint32 // connection numbers
	// late are changes that arrived while the rows were being loaded.
	late []change
	// outdated rows are read again by the next operation.
	outdated bool
	// grant is what the caller may have of the table by the rights of version asked; 0: it was not asked for. Both change through
	// [table.granted] alone.
	grant grant
	asked uint64
}

// source is where a kind of table has its rows from.
type source interface {
	// load fills a table that is locked for an operation, with what the grant allows.
	load(ctx context.Context, t *table, g grant) (*rowList, error)
	// home is the store whose rights decide who has what of the table; 0: the directory alone does.
	home() uint32
	// grant is what the table's caller may have of it by the rights of a version; NO_ACCESS: nothing.
	grant(ctx context.Context, t *table, version uint64) (grant, error)
	// watches names the folders whose changes concern the table.
	watches() []rowSet
	// cells prepares the cells of rows.
	cells(ctx context.Context, p *page, rows []cache.Row) error
}

// rowList is the rows of a filled table.
type rowList struct {
	visible *cache.View
	shared  bool        // visible belongs to the registry
	groups  *categories // nil without categories
	depths  map[uint32]uint32
	hides   hidden // what the caller does not get to see; nil: nothing
	grant   grant  // by which the rows were chosen
	told    grant  // by which subscribers know the table; they are told when it is another
}

// populate fills the table if it is not. [table.regrant] has been called.
func (t *table) populate(ctx context.Context) error {
	t.mu.Lock()
	rows, outdated, g := t.rows, t.outdated, t.grant
	t.mu.Unlock()
	switch {
	case rows == nil:
	case outdated:
		t.reset()
	case rows.shared && rows.visible.Stale(), rows.grant != g:
		t.release() // the cursor finds its place again
	default:
		return nil
	}
	t.svc.watchers.add(t)
	rows, err := t.source.load(ctx, t, g)
	if err != nil {
		t.svc.watchers.remove(t)
		t.mu.Lock()
		t.late = nil
		t.mu.Unlock()
		return err
	}
	rows.grant, rows.told = g, g
	t.mu.Lock()
	late := t.late
	t.late, t.rows, t.outdated = nil, rows, false
	for _, c := range late {
		t.applyLocked(c, nil)
	}
	subscribed := len(t.subs) > 0
	t.mu.Unlock()
	if rows.shared && !subscribed {
		t.svc.watchers.remove(t) // the feed keeps the view, nobody wants to know
	}
	return nil
}

func (t *table) filled() *rowList {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows
}

// reset forgets the rows, because their order or selection is another one now; they are loaded when
// somebody asks for them.
func (t *table) reset() {
	t.release()
	t.cursor = place{}
	clear(t.bookmarks)
}

func (t *table) release() {
	t.mu.Lock()
	rows := t.rows
	t.rows, t.late = nil, nil
	t.mu.Unlock()
	t.svc.watchers.remove(t)
	if rows != nil && rows.shared {
		t.svc.Views.Close(rows.visible)
	}
}

// refill is for a table with subscribers: they expect events at any time, so its rows must not stay away.
func (t *table) refill(ctx context.Context) error {
	t.mu.Lock()
	subscribed := len(t.subs) > 0
	t.mu.Unlock()
	if subscribed {
		return t.populate(ctx)
	}
	return nil
}

// snapshot is the rows as they are now; populate has been called.
func (t *table) snapshot() cache.Snapshot {
	rows := t.filled()
	if rows == nil {
		return cache.Snapshot{}
	}
	return rows.visible.Snapshot()
}

// close ends the table; the caller has taken it out of its session.
func (t *table) close() {
	t.op.Lock()
	defer t.op.Unlock()
	t.closed = true
	t.mu.Lock()
	t.subs = nil
	t.mu.Unlock()
	t.release()
}

// noCap reports whether cells are shown whole.
func (t *table) noCap() bool { return t.flags&mapi.OpenNoCap != 0 }

// flavour gives string tags the type that the table was opened for.
func flavour(flags uint32, tag mapi.PropTag) mapi.PropTag {
	tag = tag.Canonical()
	if flags&mapi.OpenUnicode == 0 && tag.Type().IsString() {
		return tag.WithType(tag.Type()&mapi.MVFlag | mapi.PtString8)
	}
	return tag
}

// private reports whether the table needs a view of its own.
func (t *table) private() bool {
	return t.filter != nil || t.order.levels > 0 || t.instance() != 0
}

// instance is the multi-valued column that makes a row of each value, or 0.
func (t *table) instance() mapi.PropTag {
	if t.order.instance != 0 {
		return t.order.instance
	}
	return instanceColumn(t.columns)
}

func instanceColumn(columns []mapi.PropTag) mapi.PropTag {
	for _, tag := range columns {
		if tag.Type()&mapi.MVIFlag == mapi.MVIFlag {
			return tag
		}
	}
	return 0
}
