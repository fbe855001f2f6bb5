package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// deferred are rows that nobody waits for: inserts that are expected to succeed. They travel
// together, in one round trip, before the next statement whose answer matters, or before the commit. The rows of one
// kind share a statement, whichever updates of the batch they come from.
//
// An error of one of them is found late, when the update that caused it has returned. The whole
// batch is rolled back then, and each update runs again without deferring (see shard), so that it meets its
// error, a key that is taken say, where it can act on it.
type deferred struct {
	groups []deferredRows // in the order of their beginnings
	bytes  int
}

// deferredRows are rows for one kind of statement.
type deferredRows struct {
	insert *multiInsert
	args   []any
}

// deferredError says that a transaction failed by a deferred statement.
type deferredError struct{ err error }

func (e *deferredError) Error() string { return e.err.Error() }
func (e *deferredError) Unwrap() error { return e.err }

// add puts rows to the group that they may join, or makes one. Rows may overtake statements on other tables, since nothing
// refers from one table to another, but none on their own table.
func (d *deferred) add(m *multiInsert, args []any, size int) {
	d.bytes += size
	for i := len(d.groups) - 1; i >= 0; i-- {
		g := &d.groups[i]
		if g.insert == m {
			g.args = append(g.args, args...)
			return
		}
		if g.insert.table == m.table {
			break
		}
	}
	d.groups = append(d.groups, deferredRows{m, slices.Clip(args)})
}

// statements empties d: what to send, and the arguments of all of it.
func (d *deferred) statements() (texts []string, args []any) {
	for _, g := range d.groups {
		for chunk := range slices.Chunk(g.args, maxTuples*g.insert.columns) {
			texts = append(texts, g.insert.texts[len(chunk)/g.insert.columns-1])
		}
		args = append(args, g.args...)
	}
	*d = deferred{}
	return texts, args
}

// insertRows runs a multi-row statement for any number of rows: before the next statement that is not deferred, or now if the
// transaction does not defer. The arguments must stay as they are until the update's end. What was affected is not reported.
func (t *transaction) insertRows(ctx context.Context, m *multiInsert, args []any) error {
	if len(args) == 0 {
		return nil
	}
	size := argBytes(args)
	if !t.defers || size > t.store.limits.together {
		return t.insertNow(ctx, m, args)
	}
	if t.failed != nil {
		return t.failed
	}
	if t.deferred.bytes+size > t.store.limits.together {
		if err := t.sendDeferred(ctx); err != nil {
			return err
		}
	}
	t.deferred.add(m, args, size)
	t.wrote = true
	return nil
}

// insertNow sends statements of at most maxTuples rows and about limits.together, or one row. One of several rows that fails ends the
// transaction: a part of it may have been done.
func (t *transaction) insertNow(ctx context.Context, m *multiInsert, args []any) error {
	for len(args) > 0 {
		n, size := 0, 0
		for n < maxTuples && n*m.columns < len(args) {
			row := argBytes(args[n*m.columns : (n+1)*m.columns])
			if n > 0 && size+row > t.store.limits.together {
				break
			}
			size += row
			n++
		}
		if _, err := t.exec(ctx, m.texts[n-1], args[:n*m.columns]...); err != nil {
			if n > 1 && t.failed == nil {
				t.failed = err
			}
			return err
		}
		args = args[n*m.columns:]
	}
	return nil
}

// sendDeferred sends what is deferred.
func (t *transaction) sendDeferred(ctx context.Context) error {
	if t.failed != nil || len(t.deferred.groups) == 0 {
		return t.failed
	}
	t.sent, t.changed = true, true
	texts, args := t.deferred.statements()
	var err error
	if len(texts) == 1 {
		_, err = t.conn.exec(ctx, texts[0], args...)
	} else {
		err = t.conn.execTogether(ctx, texts, args)
	}
	if err != nil {
		t.failed = &deferredError{err}
	}
	return t.failed
}

// queryBeside reads from a table that deferred statements do not touch.
func (t *transaction) queryBeside(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	t.sent = true
	rows, err := t.conn.query(ctx, text, args...)
	if err != nil {
		t.failed = err
	}
	return rows, err
}

// beside makes a transaction a querier of tables that deferred statements do not touch.
type beside struct{ *transaction }

func (b beside) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return b.queryBeside(ctx, text, args...)
}

// execTogether runs several statements in one round trip; the driver puts the arguments in. The first that fails is the last.
func (w *writeConn) execTogether(ctx context.Context, texts []string, args []any) error {
	w.count.Add(uint64(len(texts)))
	w.trips.Add(1)
	_, err := w.conn.ExecContext(ctx, strings.Join(texts, ";"), args...)
	return err
}
