package storagetest

import (
	"context"
	"sync/atomic"

	"zarafa/storage"
)

// Largest is a store that notes how many rows or references one query gave at most, inside of transactions too. Whoever keeps what a
// query gives holds that many in memory.
type Largest struct {
	storage.Store
	most atomic.Int64
}

// Take returns the largest answer since the last call.
func (l *Largest) Take() int { return int(l.most.Swap(0)) }

func (l *Largest) note(n int) {
	for {
		most := l.most.Load()
		if int64(n) <= most || l.most.CompareAndSwap(most, int64(n)) {
			return
		}
	}
}

// Refs implements storage.Store.
func (l *Largest) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	list, err := l.Store.Refs(ctx, q)
	l.note(len(list))
	return list, err
}

// Rows implements storage.Store.
func (l *Largest) Rows(ctx context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	return l.rows(ctx, l.Store, q, fn)
}

func (l *Largest) rows(ctx context.Context, from storage.ObjectReader, q storage.RowQuery, fn func(*storage.Row) error) error {
	n := 0
	defer func() { l.note(n) }()
	return from.Rows(ctx, q, func(r *storage.Row) error { n++; return fn(r) })
}

// Update implements storage.Store.
func (l *Largest) Update(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	return l.Store.Update(ctx, lane, func(ctx context.Context, tx storage.Tx) error {
		return fn(ctx, largestTx{tx, l})
	}, committed)
}

// largestTx is a transaction of Largest.
type largestTx struct {
	storage.Tx
	of *Largest
}

// Refs implements storage.Tx.
func (t largestTx) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	list, err := t.Tx.Refs(ctx, q)
	t.of.note(len(list))
	return list, err
}

// Rows implements storage.Tx.
func (t largestTx) Rows(ctx context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	return t.of.rows(ctx, t.Tx, q, fn)
}
