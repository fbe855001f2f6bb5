package ics_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/ics"
	"zarafa/storage"
	"zarafa/wire"
)

// meddler is a store in which something happens while a synchronisation is being answered: before the nth reading.
type meddler struct {
	storage.Store
	reads int // until meanwhile is called
	act   func()
}

func (m *meddler) read() {
	if m.reads--; m.reads == 0 && m.act != nil {
		act := m.act
		m.act = nil
		act()
	}
}

// MaxChange is a reading.
func (m *meddler) MaxChange(ctx context.Context, parent []byte) (uint32, error) {
	m.read()
	return m.Store.MaxChange(ctx, parent)
}

// Changes is a reading.
func (m *meddler) Changes(ctx context.Context, parent []byte, after uint32) ([]storage.Change, error) {
	m.read()
	return m.Store.Changes(ctx, parent, after)
}

// ABChanges is a reading.
func (m *meddler) ABChanges(ctx context.Context, after uint32) ([]storage.ABChange, error) {
	m.read()
	return m.Store.ABChanges(ctx, after)
}

// Refs is a reading.
func (m *meddler) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	m.read()
	return m.Store.Refs(ctx, q)
}

// Rows is a reading.
func (m *meddler) Rows(ctx context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	m.read()
	return m.Store.Rows(ctx, q, fn)
}

// Update is a reading too: some are made for it.
func (m *meddler) Update(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	m.read()
	return m.Store.Update(ctx, lane, fn, committed)
}

// meddle puts a meddler under the service.
func (b *bench) meddle() *meddler {
	m := &meddler{Store: b.Store}
	b.svc = ics.New(m, b.Objects, b.Rights, b.Users, b.Locales, slog.New(slog.DiscardHandler))
	return m
}

// learns asks until nothing is new and tells what the client was told. It sees to it that no answer tells of what is newer than its
// state. early is false if nothing happened during the first answer.
func (c *client) learns(m *meddler, r *mapi.Restriction) (seen []string, early bool) {
	c.b.Helper()
	for round := range 3 {
		resp := c.ask(r)
		if round == 0 && m.act != nil {
			return nil, false
		}
		for _, ch := range resp.ChangesArray {
			if ch.ChangeID > resp.MaxChangeID {
				c.b.Errorf("a change %d in the answer with the state %d", ch.ChangeID, resp.MaxChangeID)
			}
			seen = append(seen, fmt.Sprintf("%s:%x", c.names[string(ch.SourceKey)], ch.ChangeType))
		}
		c.state = resp.MaxChangeID
		c.report()
	}
	slices.Sort(seen)
	return seen, true
}

// report tells the server how far the client is.
func (c *client) report() {
	c.b.Helper()
	known, err := c.b.Store.Sync(c.b.Context(), c.id)
	c.b.OK(err)
	c.b.OK(c.b.svc.SetSyncStatus(c.b.As(c.user), &wire.SetSyncStatusRequest{
		SourceKeyFolder: known.SourceKey, SyncID: c.id, ChangeID: c.state, ChangeType: c.kind,
	}, &wire.SetSyncStatusResponse{}))
}

// TestChangesMeanwhile makes a message or a folder at every moment of an answer. It is reported once, as new: in this answer or
// in the next.
func TestChangesMeanwhile(t *testing.T) {
	message := func(b *bench) storage.Ref { return b.NewMessage(b.alice.User, b.folder, "red") }
	folder := func(b *bench) storage.Ref {
		return b.NewFolder(b.alice.User, b.folder.EntryID, mapi.NewGUID().String(), mapi.FolderGeneric)
	}
	for _, c := range []struct {
		name       string
		kind       uint32
		make       func(*bench) storage.Ref
		empty      bool // nothing is there before
		later      bool // the client has been there before
		restrict   *mapi.Restriction
		restricted bool // and had a restriction then
		want       []string
	}{
		{name: "first", kind: 1, make: message, want: []string{"new:1001", "old:1001"}},
		{name: "first of an empty folder", kind: 1, empty: true, make: message, want: []string{"new:1001"}},
		{name: "later", kind: 1, make: message, later: true, want: []string{"new:1001"}},
		{name: "first restricted", kind: 1, make: message, restrict: red(), want: []string{"new:1001", "old:1001"}},
		{name: "first restricted of an empty folder", kind: 1, empty: true, make: message, restrict: red(), want: []string{"new:1001"}},
		{name: "later restricted", kind: 1, make: message, later: true, restrict: red(), restricted: true, want: []string{"new:1001"}},
		{name: "newly restricted", kind: 1, make: message, later: true, restrict: red(), want: []string{"new:1001"}},
		{name: "restriction lifted", kind: 1, make: message, later: true, restricted: true, want: []string{"blue:1001", "new:1001"}},
		{name: "first of folders", kind: 2, make: folder, want: []string{"new:2001", "old:2001"}},
		{name: "later of folders", kind: 2, make: folder, later: true, want: []string{"new:2001"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := 1
			for ; ; at++ {
				b := newBench(t)
				one := b.newSync(b.folder, c.kind, normal|readState)
				if !c.empty {
					one.named("old", c.make(b))
				}
				if c.restricted {
					one.named("blue", b.NewMessage(b.alice.User, b.folder, "blue"))
				}
				if c.later {
					var before *mapi.Restriction
					if c.restricted {
						before = red()
					}
					one.state = one.ask(before).MaxChangeID
					one.report()
				}
				m := b.meddle()
				m.reads, m.act = at, func() { one.named("new", c.make(b)) }
				got, early := one.learns(m, c.restrict)
				if !early {
					break
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("before reading %d: %v, want %v", at, got, c.want)
				}
			}
			if at < 3 {
				t.Errorf("an answer takes %d readings", at-1)
			}
		})
	}
}

// TestChangesMeanwhileInTwoFolders: a change in a folder that has been read already is not passed over because of a later one in another.
func TestChangesMeanwhileInTwoFolders(t *testing.T) {
	for at := 1; ; at++ {
		b := newBench(t)
		root := b.newSync(b.Ref(b.alice.Root), 2, 0)
		sub := root.named("sub", b.NewFolder(b.alice.User, b.folder.EntryID, "Sub", mapi.FolderGeneric))
		root.named("inbox", b.folder)
		root.state = root.ask(nil).MaxChangeID
		root.report()
		m := b.meddle()
		m.reads, m.act = at, func() {
			root.named("upper", b.NewFolder(b.alice.User, b.folder.EntryID, "Upper", mapi.FolderGeneric))
			root.named("lower", b.NewFolder(b.alice.User, sub.EntryID, "Lower", mapi.FolderGeneric))
		}
		got, early := root.learns(m, nil)
		if !early {
			break
		}
		if want := []string{"lower:2001", "upper:2001"}; !slices.Equal(got, want) {
			t.Errorf("before reading %d: %v, want %v", at, got, want)
		}
	}
}

// settling is a store in which another lane commits late: a change whose id is lower than one that is there.
type settling struct {
	storage.Store
	late func()
}

// Settle waits for the late change.
func (s *settling) Settle(ctx context.Context) error {
	if s.late != nil {
		s.late()
		s.late = nil
	}
	return s.Store.Settle(ctx)
}

// TestServerSyncWaitsForOtherLanes: ids rise in commit order within a lane only, so the highest one that is there says nothing of the others.
func TestServerSyncWaitsForOtherLanes(t *testing.T) {
	b := newBench(t)
	c := &client{b: b, user: mapi.UserSystem, kind: 1, flags: normal | associated | catchUp, names: make(map[string]string)}
	var resp wire.SetSyncStatusResponse
	b.OK(b.svc.SetSyncStatus(b.As(mapi.UserSystem), &wire.SetSyncStatusRequest{ChangeType: 1}, &resp))
	c.id = resp.SyncID
	slow := func(key string) (commit func()) {
		var id uint32
		b.OK(b.Store.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) (err error) {
			id, err = tx.NewChangeID(ctx)
			return err
		}, nil))
		c.names[key] = key
		return func() {
			b.OK(b.Store.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
				return tx.PutChange(ctx, storage.Change{ID: id, Parent: []byte("another folder"), SourceKey: []byte(key), Type: 0x1001})
			}, nil))
		}
	}
	late := slow("late")
	b.NewMessage(b.alice.User, b.folder, "before")
	s := &settling{Store: b.Store, late: late}
	b.svc = ics.New(s, b.Objects, b.Rights, b.Users, b.Locales, slog.New(slog.DiscardHandler))
	c.sees(nil)
	c.flags &^= catchUp
	late = slow("late too")
	c.named("1", b.NewMessage(b.alice.User, b.folder, "1"))
	s.late = func() {
		late()
		c.named("2", b.NewMessage(b.alice.User, b.folder, "2"))
	}
	c.sees(nil, "late too:1001", "1:1001")
	c.sees(nil, "2:1001")
	c.sees(nil)
}

// TestUsersMeanwhile makes a user at every moment of an answer about the address book.
func TestUsersMeanwhile(t *testing.T) {
	for at := 1; at < 4; at++ {
		b := newBench(t)
		m := b.meddle()
		m.reads, m.act = at, func() { b.NewMailbox("bob") }
		seen := map[string]int{}
		state := uint32(0)
		for range 3 {
			var resp wire.ICSChangeResponse
			b.OK(b.svc.GetChanges(b.As(b.alice.User), &wire.GetChangesRequest{ChangeID: state, ChangeType: 3}, &resp))
			state = resp.MaxChangeID
			for _, ch := range resp.ChangesArray {
				seen[string(ch.SourceKey)]++
			}
		}
		if len(seen) != 2 {
			t.Errorf("before reading %d: %d users", at, len(seen))
		}
		for _, n := range seen {
			if n != 1 {
				t.Errorf("before reading %d: a user is new %d times", at, n)
			}
		}
	}
}
