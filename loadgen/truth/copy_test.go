package truth_test

import (
	"testing"

	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

func sourceKey(n uint64) []byte { return []byte{'k', byte(n), byte(n >> 8)} }

// copied is the mailbox with a copy of its inbox.
func copied(t *testing.T) (*truth.Mailbox, *truth.Copy) {
	t.Helper()
	m, c := mailbox(t), truth.NewCopy(inbox, 0)
	for _, n := range []uint64{3, 1, 5, 2, 4} {
		is(t, m.Put(c, sourceKey(n), row(n), truth.Content(n)), "")
	}
	is(t, m.CheckCopy(c, m.Mark()), "")
	return m, c
}

func TestCopy(t *testing.T) {
	other := rowOf(content.Token{User: 8, Source: "t", Serial: 1}, 1)
	for name, test := range map[string]struct {
		change func(m *truth.Mailbox, c *truth.Copy) error
		want   truth.Kind
	}{
		"nothing":             {func(*truth.Mailbox, *truth.Copy) error { return nil }, ""},
		"not ours":            {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, []byte("x"), mapi.Props{}, 0) }, ""},
		"lost":                {func(_ *truth.Mailbox, c *truth.Copy) error { c.Drop(sourceKey(3)); return nil }, truth.Lost},
		"twice":               {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, []byte("x"), row(3), 3) }, truth.Doubled},
		"another's":           {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, []byte("x"), other, 0) }, truth.Foreign},
		"never created":       {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, []byte("x"), row(77), 0) }, truth.Stale},
		"of another folder":   {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, []byte("x"), row(6), 0) }, truth.Stale},
		"under another's key": {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, sourceKey(3), row(4), 4) }, truth.Mixed},
		"flag missed":         {func(m *truth.Mailbox, _ *truth.Copy) error { m.SetRead(token(3), true); return nil }, truth.Stale},
		"wrong flag":          {func(m *truth.Mailbox, c *truth.Copy) error { return m.Flag(c, sourceKey(3), true) }, truth.Stale},
		"flag of a stranger":  {func(m *truth.Mailbox, c *truth.Copy) error { return m.Flag(c, []byte("x"), true) }, truth.Lost},
		"removal missed":      {func(m *truth.Mailbox, _ *truth.Copy) error { m.Removed(token(3)); return nil }, truth.Stale},
		"move missed":         {func(m *truth.Mailbox, _ *truth.Copy) error { m.Moved(token(3), 9); return nil }, truth.Stale},
		"edit missed": {func(m *truth.Mailbox, _ *truth.Copy) error {
			m.BeginEdit(token(3))
			m.Edited(token(3), mapi.Props{mapi.String(mapi.PrSubject, "new")}, 9)
			return nil
		}, truth.Stale},
		"body of another": {func(m *truth.Mailbox, c *truth.Copy) error { return m.Put(c, sourceKey(3), row(3), 4) }, truth.Mixed},
		"arrival missed": {func(m *truth.Mailbox, _ *truth.Copy) error {
			m.Adding(token(9), inbox, row(9), 0)
			m.Added(token(9), []byte{9})
			return nil
		}, truth.Lost},
		"in doubt": {func(m *truth.Mailbox, c *truth.Copy) error { m.Begin(token(3)); c.Drop(sourceKey(3)); return nil }, ""},
		"own changes": {func(m *truth.Mailbox, c *truth.Copy) error {
			m.SetRead(token(3), true)
			m.FlagOwn(c, token(3), true)
			m.Removed(token(4))
			m.DropOwn(c, token(4))
			return nil
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m, c := copied(t)
			err := test.change(m, c)
			if err == nil {
				err = m.CheckCopy(c, m.Mark())
			}
			is(t, err, test.want)
		})
	}
}

// TestCopyOfNewItems: what is older than the copy's beginning need not be in it.
func TestCopyOfNewItems(t *testing.T) {
	m := mailbox(t)
	at, _ := row(4).Get(mapi.PrMessageDeliveryTime)
	c := truth.NewCopy(inbox, at.Time())
	is(t, m.Put(c, sourceKey(5), row(5), 0), "")
	is(t, m.CheckCopy(c, m.Mark()), truth.Lost)
	is(t, m.Put(c, sourceKey(4), row(4), 0), "")
	is(t, m.CheckCopy(c, m.Mark()), "")
}

// TestCopyBefore: what happened after the question was asked is not judged.
func TestCopyBefore(t *testing.T) {
	m, c := copied(t)
	before := m.Mark()
	m.SetRead(token(3), true)
	m.Adding(token(9), inbox, row(9), 0)
	m.Added(token(9), []byte{9})
	is(t, m.CheckCopy(c, before), "")
	is(t, m.CheckCopy(c, m.Mark()), truth.Stale)
}

// TestCopyInSteps: what comes in one synchronisation is found, replaced and dropped in the next.
func TestCopyInSteps(t *testing.T) {
	m, c := truth.NewMailbox(me), truth.NewCopy(inbox, 0)
	here := map[uint64]bool{}
	for step := range uint64(20) {
		for n := step; n < 900; n += 2 + step {
			m.Adding(token(n), inbox, row(n), 0)
			m.Added(token(n), []byte{byte(n), byte(n >> 8)})
			is(t, m.Put(c, sourceKey(n), row(n), truth.Content(n)), "")
			here[n] = true
		}
		is(t, m.CheckCopy(c, m.Mark()), "")
		for n := 3 * step; n < 900; n += 5 {
			m.Removed(token(n))
			c.Drop(sourceKey(n))
			delete(here, n)
		}
		if c.Size() != len(here) || c.Size() != m.Size() {
			t.Errorf("step %d: the copy has %d items, the mailbox %d, it should be %d", step, c.Size(), m.Size(), len(here))
		}
		for n := range uint64(900) {
			if c.Has(sourceKey(n)) != here[n] {
				t.Errorf("step %d: the copy has item %d: %v", step, n, c.Has(sourceKey(n)))
			}
		}
	}
}
