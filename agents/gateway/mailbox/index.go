package mailbox

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// rowsPerPage is how many rows of a folder are asked for at a time.
const rowsPerPage = 2000

// index is what is known of the messages of an open folder, for all connections of a user. One subscription to a table keeps it current.
type index struct {
	user   *user
	folder *folder

	opening sync.Mutex // held while the index is read for the first time
	reading sync.Mutex // held while the table is read
	table   *client.Table
	sub     *client.Subscription

	// numberOld says that messages have gone since the folder's highest modification sequence was asked for: which one that is only the server knows.
	numberOld atomic.Bool
	// outdated says that something has happened of which only reading tells.
	outdated atomic.Bool
	snapshot atomic.Pointer[view.Snapshot]

	mu       sync.Mutex // protects what follows, and changes of snapshot
	open     bool
	events   []client.Event // while the index is read, those that wait
	busy     bool           // it is read
	objects  objects
	keywords keywordSets
	removed  tombstones
	recalled recalled
	watchers map[*openFolder]func()
	left     time.Time // when the last watcher left
}

// indexColumns are the columns of the table, which events carry too.
func (u *user) indexColumns() []mapi.PropTag {
	columns := append([]mapi.PropTag{mapi.PrInstanceKey, mapi.PrECIMAPID}, u.tags.state()...)
	if u.tags.modSeq != 0 {
		columns = append(columns, u.tags.modSeq)
	}
	return columns
}

// index gives the index of a folder; the first one to ask reads it.
func (u *user) index(ctx context.Context, f *folder) (*index, error) {
	key := string(f.entryID)
	u.mu.Lock()
	ix := u.indexes[key]
	if ix == nil {
		ix = &index{user: u, folder: f, watchers: make(map[*openFolder]func())}
		ix.left = u.server.settings.Now()
		u.indexes[key] = ix
	}
	u.mu.Unlock()
	ix.opening.Lock()
	defer ix.opening.Unlock()
	if ix.isOpen() {
		return ix, ix.current(ctx)
	}
	return ix, ix.read(ctx, true)
}

// opened gives the index of a folder if there is one.
func (u *user) opened(id mapi.EntryID) *index {
	u.mu.Lock()
	defer u.mu.Unlock()
	if ix := u.indexes[string(id)]; ix != nil && ix.isOpen() {
		return ix
	}
	return nil
}

func (ix *index) isOpen() bool {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.open
}

// idle reports whether nobody has watched the index since a time.
func (ix *index) idle(since time.Time) bool {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return len(ix.watchers) == 0 && !ix.left.After(since)
}

// close ends the subscription and the table.
func (ix *index) close(ctx context.Context) error {
	ix.reading.Lock()
	defer ix.reading.Unlock()
	ix.mu.Lock()
	ix.open = false
	ix.mu.Unlock()
	return ix.drop(ctx)
}

// drop closes the table. The caller holds reading.
func (ix *index) drop(ctx context.Context) error {
	if ix.table == nil {
		return nil
	}
	err := ix.sub.Close(ctx)
	if e := ix.table.Close(ctx); err == nil && mapi.CodeOf(e) != mapi.EndOfSession {
		err = e
	}
	ix.table, ix.sub = nil, nil
	return err
}

// current reads the folder again if that is needed.
func (ix *index) current(ctx context.Context) error {
	if ix.outdated.Load() {
		return ix.read(ctx, false)
	}
	return ix.renumber(ctx)
}

// renumber asks for the folder's highest modification sequence if only the server knows it.
func (ix *index) renumber(ctx context.Context) error {
	if !ix.numberOld.Swap(false) {
		return nil
	}
	number, err := ix.highest(ctx)
	if err != nil {
		ix.numberOld.Store(true)
		return told(err)
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.publish(ix.snapshot.Load(), view.Update{HighestModSeq: number}, number > ix.snapshot.Load().HighestModSeq)
	return nil
}

// highest asks for the folder's highest modification sequence; it is 0 where the server has none.
func (ix *index) highest(ctx context.Context) (view.ModSeq, error) {
	if ix.user.tags.modSeq == 0 {
		return 0, nil
	}
	number, err := ix.folder.store.session.HighestModificationNumber(ctx, ix.folder.entryID)
	return view.ModSeq(number), err
}

// read reads all rows. What happens meanwhile is told by events, which wait until the rows are there.
func (ix *index) read(ctx context.Context, first bool) error {
	ix.reading.Lock()
	defer ix.reading.Unlock()
	if !first && !ix.outdated.Load() {
		return nil // another one has read it
	}
	ix.mu.Lock()
	ix.busy, ix.events = true, nil
	ix.mu.Unlock()
	ix.outdated.Store(false)
	ix.numberOld.Store(false)
	number, err := ix.highest(ctx) // before the rows, which then have whatever it stands for
	var rows []row
	partly := false
	if err == nil && !first && number != 0 {
		partly, err = ix.catchUp(ctx)
	}
	if err == nil && !partly {
		rows, err = ix.rows(ctx)
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.busy = false
	events := ix.events
	ix.events = nil
	if err != nil {
		ix.outdated.Store(true)
		return told(err)
	}
	if partly {
		old := ix.snapshot.Load()
		ix.publish(old, view.Update{HighestModSeq: number}, number > old.HighestModSeq)
	} else {
		ix.replace(rows, number)
	}
	ix.open = true
	for i := range events {
		ix.happened(&events[i])
	}
	return nil
}

// catchUp takes in the rows that have changed since the last one that is known. ok is false if messages have gone, too, which only reading all tells.
func (ix *index) catchUp(ctx context.Context) (ok bool, err error) {
	v := mapi.Long(ix.user.tags.modSeq, uint32(ix.snapshot.Load().HighestModSeq))
	q := ix.query()
	q.Restrict = &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelGT, Tag: v.Tag, Value: &v}
	err = eachPage(ctx, ix.folder.store.session, q, func(rows []mapi.Props) error {
		ix.take(rows)
		return nil
	})
	if err != nil || ix.table == nil {
		return false, err
	}
	count, _, err := ix.table.RowCount(ctx)
	if mapi.CodeOf(err) == mapi.EndOfSession {
		return false, nil // the table is opened anew to read all
	}
	return int(count) == ix.snapshot.Load().Len(), err
}

// row is what an index keeps of a row of the table.
type row struct {
	message view.Message
	object  uint32
}

// rows reads the table from its beginning, and opens it if it is not. The caller holds reading.
func (ix *index) rows(ctx context.Context) (list []row, err error) {
	for attempt := 0; ; attempt++ {
		list, err = ix.pages(ctx)
		if err == nil || mapi.CodeOf(err) != mapi.EndOfSession || attempt > 0 {
			return list, err
		}
		ix.table, ix.sub = nil, nil                            // they have ended with the session
		ix.user.server.cache.forget(string(ix.folder.entryID)) // the server may have been put back to an earlier time
	}
}

func (ix *index) pages(ctx context.Context) (list []row, err error) {
	if ix.table == nil {
		if err := ix.openTable(ctx); err != nil {
			return nil, err
		}
	} else if _, err := ix.table.Seek(ctx, client.BookmarkBeginning, 0); err != nil {
		return nil, err
	}
	for {
		page, err := ix.table.Rows(ctx, rowsPerPage)
		if err != nil {
			return nil, err
		}
		ix.mu.Lock()
		for _, r := range page {
			if m, object, ok := ix.message(r); ok {
				list = append(list, row{m, object})
			}
		}
		ix.mu.Unlock()
		if len(page) < rowsPerPage {
			return list, nil
		}
	}
}

// query are all rows of the folder.
func (ix *index) query() client.TableQuery {
	return client.TableQuery{
		Kind: mapi.TableMS, EntryID: ix.folder.entryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: ix.user.indexColumns(),
		Sort: []mapi.SortOrder{{Tag: mapi.PrECIMAPID}},
	}
}

// openTable opens the table and subscribes to it, in this order and before anything is read: so no change is missed.
func (ix *index) openTable(ctx context.Context) error {
	t, _, err := ix.folder.store.session.QueryTable(ctx, ix.query(), 0)
	if err != nil {
		return err
	}
	sub, err := ix.user.server.group.SubscribeTable(ctx, t, ix.event)
	if err != nil {
		_ = t.Close(context.WithoutCancel(ctx))
		return err
	}
	ix.table, ix.sub = t, sub
	return nil
}

// message reads a row. The caller holds mu.
func (ix *index) message(r mapi.Props) (m view.Message, object uint32, ok bool) {
	key := r.Bytes(mapi.PrInstanceKey)
	m.UID = view.UID(r.Uint32(mapi.PrECIMAPID))
	if len(key) < 4 || m.UID == 0 {
		return m, 0, false
	}
	s := ix.user.tags.stateOf(r)
	ix.describe(&m, &s)
	if ix.user.tags.modSeq != 0 {
		m.ModSeq = view.ModSeq(r.Uint32(ix.user.tags.modSeq))
	}
	return m, binary.LittleEndian.Uint32(key), true
}

// describe gives a message the flags of a state. The caller holds mu.
func (ix *index) describe(m *view.Message, s *state) {
	flags, keywords := s.flags()
	m.Flags, m.Keywords = flags, ix.keywords.number(keywords)
}

// keywordSets numbers sets of keywords. They are only added to.
type keywordSets struct {
	sets    [][]string
	numbers map[string]uint16
}

// mostSets is how many sets a folder may have; messages with another one show none of their keywords.
const mostSets = 1 << 16

func (k *keywordSets) number(keywords []string) uint16 {
	if k.numbers == nil {
		k.sets, k.numbers = [][]string{nil}, map[string]uint16{"": 0}
	}
	key := strings.Join(keywords, " ")
	n, ok := k.numbers[key]
	if !ok && len(k.sets) < mostSets {
		n = uint16(len(k.sets))
		k.sets, k.numbers[key] = append(k.sets, slices.Clone(keywords)), n
	}
	return n
}
