package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"

	"zarafa/mapi"
)

// querier runs statements: on any connection of the pool, or on the one of a transaction.
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	exec(ctx context.Context, text string, args ...any) (affected int64, err error)
}

// dbError gives an error of the database the code DATABASE_ERROR.
func dbError(op string, err error) error {
	var coded *mapi.Error
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return &mapi.Error{Op: "storage: " + op, Code: mapi.DatabaseError, Err: err}
}

// notFound is the error for a thing that does not exist.
func notFound(what string, id any) error {
	return mapi.Errorf(mapi.NotFound, "storage", "no %s %v", what, id)
}

// pool reads outside of transactions. database/sql prepares each text once a connection.
type pool struct {
	db    *sql.DB
	count *atomic.Uint64
	fault func(error) Fault
	ready func(context.Context) error // is called before each statement
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func (p *pool) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	s := p.stmts[text]
	p.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.stmts[text]; s != nil {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.stmts[text] = s
	return s, nil
}

func (p *pool) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	p.count.Add(1)
	return connected(ctx, p.fault, func() (*sql.Rows, error) {
		s, err := p.stmt(ctx, text)
		if err != nil {
			return nil, err
		}
		return s.QueryContext(ctx, args...)
	})
}

func (p *pool) exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("write outside of a transaction")
}

// maxPrepared bounds the prepared statements of a write connection; the texts in use are fewer.
const maxPrepared = 512

// writeConn is the connection of one shard, with its prepared statements. It serves one goroutine.
type writeConn struct {
	conn  *sql.Conn
	count *atomic.Uint64
	trips *atomic.Uint64
	stmts map[string]*sql.Stmt
	done  func() // tells the guard that it is closed; nil if the guard need not know
}

func (w *writeConn) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := w.stmts[text]; s != nil {
		return s, nil
	}
	if len(w.stmts) >= maxPrepared {
		for text, s := range w.stmts {
			s.Close()
			delete(w.stmts, text)
		}
	}
	s, err := w.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	w.stmts[text] = s
	return s, nil
}

func (w *writeConn) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := w.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	w.count.Add(1)
	w.trips.Add(1)
	return s.QueryContext(ctx, args...)
}

func (w *writeConn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	s, err := w.stmt(ctx, text)
	if err != nil {
		return 0, err
	}
	w.count.Add(1)
	w.trips.Add(1)
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// begin opens a transaction, unless the connection does so by itself.
func (w *writeConn) begin(ctx context.Context, d *Dialect) error {
	if d.Begin == "" {
		return nil
	}
	return w.control(ctx, d.Begin)
}

// control runs BEGIN, COMMIT (with its number, if it has one) or ROLLBACK, which are not counted and not prepared.
func (w *writeConn) control(ctx context.Context, text string, args ...any) error {
	w.trips.Add(1)
	_, err := w.conn.ExecContext(ctx, text, args...)
	return err
}

// close gives the connection back to the pool, unless the guard has marked it.
func (w *writeConn) close() {
	if w.done != nil {
		w.discard()
		return
	}
	for _, s := range w.stmts {
		s.Close()
	}
	w.conn.Close()
}

// discard closes the connection for good, so that the pool does not hand it out again.
func (w *writeConn) discard() {
	for _, s := range w.stmts {
		s.Close()
	}
	w.conn.Raw(func(any) error { return driver.ErrBadConn })
	w.conn.Close()
	if w.done != nil {
		w.done()
	}
}

// each calls scan for every row and closes the rows.
func each(rows *sql.Rows, scan func() error) (err error) {
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	for rows.Next() {
		if err := scan(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// queryRow reads the first row into dest; ok is false if there is none.
func queryRow(ctx context.Context, q querier, text string, args []any, dest ...any) (ok bool, err error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, rows.Close()
}
