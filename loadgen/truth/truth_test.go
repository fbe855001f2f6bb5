package truth_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

const (
	me    = 7
	inbox = truth.Folder(0)
	other = truth.Folder(1)
)

func token(n uint64) content.Token { return content.Token{User: me, Source: "t", Serial: n} }

// row is the row of item n; higher numbers are newer.
func row(n uint64) mapi.Props { return rowOf(token(n), n) }

func rowOf(t content.Token, n uint64) mapi.Props {
	return mapi.Props{
		mapi.String(mapi.PrInternetMessageID, t.String()), mapi.Binary(mapi.PrEntryID, []byte{1, byte(n)}),
		mapi.String(mapi.PrSubject, "subject "+t.String()), mapi.Long(mapi.PrMessageFlags, 0),
		mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(time.Unix(int64(1e9+n), 0))),
	}
}

// rows are the rows of items, in the order given.
func rows(numbers ...uint64) (list []mapi.Props) {
	for _, n := range numbers {
		list = append(list, row(n))
	}
	return list
}

func with(r mapi.Props, v mapi.PropValue) mapi.Props {
	r = slices.Clone(r)
	r.Set(v)
	return r
}

// mailbox has the items 1 to 5 in the inbox, and 6 in the other folder.
func mailbox(t *testing.T) *truth.Mailbox {
	t.Helper()
	m := truth.NewMailbox(me)
	if err := m.Learn(inbox, truth.List{Rows: rows(5, 4, 3, 2, 1)}); err != nil {
		t.Fatal(err)
	}
	if err := m.Learn(other, truth.List{Rows: rows(6)}); err != nil {
		t.Fatal(err)
	}
	return m
}

// is checks the kind of violation that an error is, "" for none.
func is(t *testing.T, err error, want truth.Kind) {
	t.Helper()
	var v *truth.Violation
	switch {
	case errors.As(err, &v) && (v.Kind != want || v.User != me):
		t.Errorf("%v, want %q", err, want)
	case !errors.As(err, &v) && want != "":
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestCheckList(t *testing.T) {
	id := func(n uint64) mapi.PropValue { return mapi.String(mapi.PrInternetMessageID, token(n).String()) }
	foreign := rowOf(content.Token{User: 8, Source: "t", Serial: 1}, 0)
	for _, test := range []struct {
		name string
		list truth.List
		want truth.Kind
	}{
		{"all", truth.List{Rows: rows(5, 4, 3, 2, 1), Start: true, End: true, Newest: true}, ""},
		{"first page", truth.List{Rows: rows(5, 4), Start: true, Newest: true}, ""},
		{"middle page", truth.List{Rows: rows(4, 3), Newest: true}, ""},
		{"last page", truth.List{Rows: rows(2, 1), End: true, Newest: true}, ""},
		{"some", truth.List{Rows: rows(1, 4), Some: true}, ""},
		{"items of others", truth.List{Rows: append([]mapi.Props{with(row(9), mapi.String(mapi.PrInternetMessageID, "<x@y>"))}, rows(5, 4)...), Start: true, Newest: true}, ""},
		{"empty", truth.List{Start: true, End: true, Newest: true}, truth.Lost},
		{"newest missing", truth.List{Rows: rows(4, 3), Start: true, Newest: true}, truth.Lost},
		{"oldest missing", truth.List{Rows: rows(3, 2), End: true, Newest: true}, truth.Lost},
		{"gap in a page", truth.List{Rows: rows(4, 2), Newest: true}, truth.Lost},
		{"gap in an unsorted list", truth.List{Rows: rows(1, 5, 3, 2), Start: true, End: true}, truth.Lost},
		{"twice", truth.List{Rows: rows(5, 5, 4), Start: true, Newest: true}, truth.Doubled},
		{"foreign", truth.List{Rows: append(rows(5), foreign), Some: true}, truth.Foreign},
		{"never created", truth.List{Rows: rows(99), Some: true}, truth.Stale},
		{"in another folder", truth.List{Rows: rows(6), Some: true}, truth.Stale},
		{"read flag", truth.List{Rows: []mapi.Props{with(row(5), mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))}, Some: true}, truth.Stale},
		{"subject", truth.List{Rows: []mapi.Props{with(row(5), mapi.String(mapi.PrSubject, "subject 4"))}, Some: true}, truth.Mixed},
		{"entry id", truth.List{Rows: []mapi.Props{with(row(5), mapi.Binary(mapi.PrEntryID, []byte{1, 4}))}, Some: true}, truth.Mixed},
		{"item of another row", truth.List{Rows: []mapi.Props{with(row(5), id(4))}, Some: true}, truth.Mixed},
		{"order", truth.List{Rows: rows(4, 5), Start: true, Newest: true}, truth.Disordered},
	} {
		t.Run(test.name, func(t *testing.T) { is(t, mailbox(t).CheckList(inbox, test.list), test.want) })
	}
}

// show checks a complete list of the inbox that was asked for at a moment.
func show(m *truth.Mailbox, asked truth.Mark, numbers ...uint64) error {
	return m.CheckList(inbox, truth.List{Rows: rows(numbers...), Asked: asked, Start: true, End: true, Newest: true})
}

func TestArrivals(t *testing.T) {
	m := mailbox(t)
	before := m.Mark()
	m.Adding(token(9), inbox, row(9), 0)
	is(t, show(m, m.Mark(), 5, 4, 3, 2, 1), "") // in doubt: may be missing,
	is(t, show(m, m.Mark(), 9, 5, 4, 3, 2, 1), "")
	m.Added(token(9), []byte{1, 9})
	is(t, show(m, before, 5, 4, 3, 2, 1), "") // asked before the answer
	is(t, show(m, m.Mark(), 5, 4, 3, 2, 1), truth.Lost)
	is(t, show(m, m.Mark(), 9, 5, 4, 3, 2, 1), "")
}

func TestMovesAndDeletions(t *testing.T) {
	m := mailbox(t)
	m.Begin(token(5))
	is(t, show(m, m.Mark(), 4, 3, 2, 1), "")
	m.Undone(token(5))
	is(t, show(m, m.Mark(), 4, 3, 2, 1), truth.Lost)
	m.Begin(token(5))
	m.Moved(token(5), other)
	is(t, show(m, m.Mark(), 4, 3, 2, 1), "")
	is(t, show(m, m.Mark(), 5, 4, 3, 2, 1), truth.Stale)
	moved := with(row(5), mapi.Binary(mapi.PrEntryID, []byte{2, 5}))
	is(t, m.CheckList(other, truth.List{Rows: []mapi.Props{row(6), moved}, Asked: m.Mark(), Start: true, End: true, Newest: true}), "")
	if p, ok := m.Find(other, []byte{2, 5}); !ok || p.Token != token(5) {
		t.Errorf("the new entry id was not learned: %v, %v", p, ok)
	}
	m.Removed(token(4))
	is(t, show(m, m.Mark(), 4, 3, 2, 1), truth.Stale)
	is(t, show(m, m.Mark(), 3, 2, 1), "")
}

func TestCheckItem(t *testing.T) {
	m := mailbox(t)
	is(t, m.CheckItem(token(5), row(5)), "")
	is(t, m.CheckItem(token(5), row(4)), truth.Mixed)
	is(t, m.CheckItem(token(5), rowOf(content.Token{User: 8, Source: "t", Serial: 5}, 5)), truth.Foreign)
	is(t, m.CheckItem(token(5), with(row(5), mapi.String(mapi.PrSubject, "?"))), truth.Mixed)
	m.SetRead(token(5), true)
	is(t, m.CheckItem(token(5), row(5)), truth.Stale)
	is(t, m.CheckMissing(token(5)), truth.Lost)
	m.Removed(token(5))
	is(t, m.CheckMissing(token(5)), "")
}

func TestCheckCount(t *testing.T) {
	m := mailbox(t)
	m.SetRead(token(1), true)
	is(t, m.CheckCount(inbox, 5, 4, m.Mark()), "")
	is(t, m.CheckCount(inbox, 4, 4, m.Mark()), truth.Lost)
	is(t, m.CheckCount(inbox, 6, 4, m.Mark()), truth.Doubled)
	is(t, m.CheckCount(inbox, 5, 5, m.Mark()), truth.Stale)
	before := m.Mark()
	m.Adding(token(9), inbox, row(9), 0)
	m.Added(token(9), []byte{1, 9})
	is(t, m.CheckCount(inbox, 5, 4, before), "")
	is(t, m.CheckCount(inbox, 6, 5, before), "")
	is(t, m.CheckCount(inbox, 5, 4, m.Mark()), truth.Lost)
}

func TestLearn(t *testing.T) {
	m := truth.NewMailbox(me)
	is(t, m.Learn(inbox, truth.List{Rows: rows(1, 1)}), truth.Doubled)
	m = truth.NewMailbox(8)
	var v *truth.Violation
	if err := m.Learn(inbox, truth.List{Rows: rows(1)}); !errors.As(err, &v) || v.Kind != truth.Foreign {
		t.Errorf("another's item: %v", err)
	}
}
