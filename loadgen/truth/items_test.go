package truth_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// TestEntryIDs: those of one store are kept as their unique part, others as they are, and all come back.
func TestEntryIDs(t *testing.T) {
	store := mapi.NewGUID()
	ids := []mapi.EntryID{
		mapi.NewEntryID(store, mapi.TypeMessage), mapi.NewEntryID(store, mapi.TypeMessage), mapi.NewEntryID(mapi.NewGUID(), mapi.TypeMessage),
		mapi.MakeEntryIDV0(store, mapi.TypeMessage, 7), {1, 2, 3},
	}
	m := truth.NewMailbox(me)
	for n, id := range ids {
		m.Adding(token(uint64(n)), truth.Folder(n), row(uint64(n)), 0)
		m.Added(token(uint64(n)), id)
	}
	for n, id := range ids {
		p, ok := m.Pick(rand.New(rand.NewPCG(1, 1)), truth.Folder(n), truth.Any)
		if !ok || !bytes.Equal(p.ID, id) || p.Token != token(uint64(n)) {
			t.Errorf("id %d: %x of %v, %v, want %x", n, []byte(p.ID), p.Token, ok, []byte(id))
		}
		if f, ok := m.Find(truth.Folder(n), id); !ok || f.Token != p.Token {
			t.Errorf("id %d finds %v, %v", n, f, ok)
		}
		if _, ok := m.Find(truth.Folder(n), ids[(n+1)%len(ids)]); ok {
			t.Errorf("the next id finds item %d", n)
		}
	}
}

// TestItemsOfSeveralRuns come and go in any order.
func TestItemsOfSeveralRuns(t *testing.T) {
	m, r := truth.NewMailbox(me), rand.New(rand.NewPCG(1, 2))
	model := map[content.Token]bool{}
	for range 2000 {
		at := content.Token{User: me, Source: string(rune('a' + r.IntN(3))), Serial: uint64(r.IntN(100))}
		if r.IntN(2) == 0 {
			m.Adding(at, inbox, rowOf(at, 1), 0)
			m.Added(at, []byte{1})
			model[at] = true
		} else {
			m.Removed(at)
			delete(model, at)
		}
		if (m.CheckMissing(at) != nil) != model[at] || m.Size() != len(model) {
			t.Fatalf("item %v: %v, %d items; there are %d", at, m.CheckMissing(at), m.Size(), len(model))
		}
	}
}

func TestPick(t *testing.T) {
	m, r := mailbox(t), rand.New(rand.NewPCG(1, 1))
	m.SetRead(token(3), true)
	m.Begin(token(2))
	picked := map[content.Token]int{}
	for range 300 {
		p, _ := m.Pick(r, inbox, truth.Unread)
		picked[p.Token]++
	}
	if len(picked) != 3 || picked[token(1)] < 50 || picked[token(4)] < 50 || picked[token(5)] < 50 {
		t.Errorf("picked %v", picked)
	}
	if p, ok := m.Pick(r, inbox, truth.Read); !ok || p.Token != token(3) || !p.Read {
		t.Errorf("picked %v, %v", p, ok)
	}
}

func TestEdits(t *testing.T) {
	m := mailbox(t)
	changed := with(row(5), mapi.String(mapi.PrSubject, "new"))
	list := func(r mapi.Props, asked truth.Mark) error {
		return m.CheckList(inbox, truth.List{Rows: []mapi.Props{r}, Asked: asked, Some: true})
	}
	before := m.Mark()
	m.BeginEdit(token(5))
	is(t, list(row(5), before), "")
	is(t, list(changed, before), "")
	m.Edited(token(5), mapi.Props{mapi.String(mapi.PrSubject, "new")}, 1)
	is(t, list(row(5), before), "") // asked before the answer
	is(t, list(row(5), m.Mark()), truth.Stale)
	is(t, list(changed, m.Mark()), "")
	is(t, m.CheckItem(token(5), row(5)), truth.Stale)
	m.SetRead(token(4), true)
	is(t, list(with(row(4), mapi.String(mapi.PrSubject, "new")), m.Mark()), truth.Mixed)
}

func TestUnreadOnly(t *testing.T) {
	m := mailbox(t)
	m.SetRead(token(3), true)
	only := func(numbers ...uint64) error {
		return m.CheckList(inbox, truth.List{Rows: rows(numbers...), Asked: m.Mark(), Start: true, End: true, Newest: true, Only: truth.Unread})
	}
	is(t, only(5, 4, 2, 1), "")
	is(t, only(5, 4, 1), truth.Lost)
	is(t, m.CheckList(inbox, truth.List{Rows: []mapi.Props{with(row(3), mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))}, Asked: m.Mark(), Some: true, Only: truth.Unread}), truth.Stale)
}

func TestCheckGuest(t *testing.T) {
	m := mailbox(t)
	guest := func(asked truth.Mark, rows ...mapi.Props) error {
		return m.CheckGuest(inbox, truth.List{Rows: rows, Asked: asked, Some: true})
	}
	before := m.Mark()
	span := func(from, to uint64, shown ...uint64) error {
		at := func(n uint64) mapi.FileTime { v, _ := row(n).Get(mapi.PrMessageDeliveryTime); return v.Time() }
		return m.CheckGuest(inbox, truth.List{Rows: rows(shown...), Asked: before, Some: true, From: at(from), To: at(to)})
	}
	is(t, span(2, 4, 2, 3), "")
	is(t, span(2, 4, 3, 2, 5), "")
	is(t, span(2, 4, 3), truth.Lost)
	is(t, guest(before, rows(5, 4)...), "")
	is(t, guest(before, row(5), row(5)), truth.Doubled)
	is(t, guest(before, rowOf(content.Token{User: 8, Source: "t", Serial: 1}, 1)), truth.Foreign)
	is(t, guest(before, row(77)), truth.Stale)
	is(t, guest(before, row(6)), truth.Stale)
	is(t, guest(before, with(row(5), mapi.String(mapi.PrSubject, "?"))), truth.Mixed)
	m.Removed(token(4))
	is(t, guest(before, row(4)), "") // the owner has removed it meanwhile
	is(t, guest(m.Mark(), row(4)), truth.Stale)
}
