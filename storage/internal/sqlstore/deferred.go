package sqlstore

import (
	"context"
	"database/sql"
	"strings"
)

// deferred are statements of a transaction that nobody waits for: inserts that are expected to succeed. They travel
// together, in one round trip, before the next statement whose answer matters, or before the commit.
//
// An error of one of them is found late, when the update that caused it has returned. The whole
// batch is rolled back then, and each update runs again without deferring (see shard), so that it meets its
// error, a key that is taken say, where it can act on it.
type deferred struct {
	texts []string
	args  []any
	bytes int
}

// deferredError says that a transaction failed by a deferred statement.
type deferredError struct{ err error }

func (e *deferredError) Error() string { return e.err.Error() }
func (e *deferredError) Unwrap() error { return e.err }

// later runs a statement before the next one that is not deferred, or now if the transaction does not defer. The
// arguments must stay as they are until the update's end. What was affected is not reported.
func (t *transaction) later(ctx context.Context, text string, args ...any) error {
	size := argBytes(args)
	if !t.defers || size > maxStatementBytes {
		_, err := t.exec(ctx, text, args...)
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if t.deferred.bytes+size > maxStatementBytes {
		if err := t.sendDeferred(ctx); err != nil {
			return err
		}
	}
	d := &t.deferred
	d.texts = append(d.texts, text)
	d.args = append(d.args, args...)
	d.bytes += size
	t.wrote = true
	return nil
}

// sendDeferred sends the deferred statements in their order.
func (t *transaction) sendDeferred(ctx context.Context) error {
	d := &t.deferred
	if t.failed != nil || len(d.texts) == 0 {
		return t.failed
	}
	t.sent = true
	var err error
	if len(d.texts) == 1 {
		_, err = t.conn.exec(ctx, d.texts[0], d.args...)
	} else {
		err = t.conn.execTogether(ctx, d.texts, d.args)
	}
	if err != nil {
		t.failed = &deferredError{err}
	}
	clear(d.args)
	*d = deferred{texts: d.texts[:0], args: d.args[:0]}
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

// argBytes is about what arguments add to a statement.
func argBytes(args []any) int {
	size := 0
	for _, a := range args {
		switch a := a.(type) {
		case string:
			size += len(a)
		case []byte:
			size += len(a)
		}
	}
	return size
}
