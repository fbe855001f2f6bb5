package sqlstore

import (
	"context"
	"sync/atomic"
)

// sequenceID names a row of the table sequences.
type sequenceID int

const (
	seqObject sequenceID = iota
	seqSourceKey
	seqIMAP
	seqChange
	seqABChange
	seqSync
	seqUser
	seqName
	seqLob
	sequenceCount
)

// sequenceSpec gives each sequence its name, the first number it hands out, and how many
// are reserved at a time.
type sequenceSpec struct {
	name  string
	first uint64
	block uint64
}

func specOf(id sequenceID) sequenceSpec {
	switch id {
	case seqObject:
		return sequenceSpec{"object", 1, 4096}
	case seqSourceKey:
		return sequenceSpec{"source_key", 1, 4096}
	case seqIMAP:
		return sequenceSpec{"imap", 3, 4096}
	case seqChange:
		return sequenceSpec{"change", 1, 4096}
	case seqABChange:
		return sequenceSpec{"abchange", 1, 64}
	case seqSync:
		return sequenceSpec{"sync", 1, 64}
	case seqUser:
		return sequenceSpec{"user", 1, 64}
	case seqName:
		return sequenceSpec{"name", 1, 1}
	default:
		return sequenceSpec{"lob", 1, 1024}
	}
}

// sequences hands out numbers from memory. The table keeps, for each sequence, a number
// that has never been given; every number below it may have been.
//
// No number is given twice:
//
//   - Within a process the counters only rise, whatever becomes of the transaction.
//   - A transaction that takes a number at or above the last mark known to be committed raises
//     the mark in the same commit, even when another transaction is about to raise it
//     too. So whatever is in the database lies below the mark in the database.
//   - If that transaction is rolled back, the mark is written by a transaction of
//     its own before the caller learns of the failure. So nobody ever saw a number that
//     a restart gives again.
//
// A restart continues at the mark, which leaves a gap of at most a block.
type sequences struct {
	next [sequenceCount]atomic.Uint64
	mark [sequenceCount]atomic.Uint64 // committed
}

func openSequences(ctx context.Context, w *writeConn, d *Dialect) (*sequences, error) {
	s := &sequences{}
	for id := range sequenceCount {
		spec := specOf(id)
		next := spec.first
		_, err := queryRow(ctx, w, "SELECT next FROM sequences WHERE name=?", []any{spec.name}, &next)
		if err != nil {
			return nil, err
		}
		s.next[id].Store(next)
		s.mark[id].Store(next)
	}
	return s, nil
}

// reservation collects the marks that one transaction raises.
type reservation struct {
	seq  *sequences
	text string
	mark [sequenceCount]uint64 // 0: not raised
}

// take gives the next number and raises the mark if need be.
func (r *reservation) take(ctx context.Context, q querier, id sequenceID) (uint64, error) {
	n := r.seq.next[id].Add(1) - 1
	return n, r.cover(ctx, q, id, n)
}

// cover makes sure that the mark lies above n.
func (r *reservation) cover(ctx context.Context, q querier, id sequenceID, n uint64) error {
	if n < r.seq.mark[id].Load() || n < r.mark[id] {
		return nil
	}
	spec := specOf(id)
	mark := n + spec.block
	if spec.block == 1 {
		mark = n + 1
	}
	r.mark[id] = mark
	_, err := q.exec(ctx, r.text, spec.name, mark)
	return err
}

func (r *reservation) any() bool { return r.mark != [sequenceCount]uint64{} }

// rewrite raises the marks again after a rollback.
func (r *reservation) rewrite(ctx context.Context, q querier) error {
	for id, mark := range r.mark {
		if mark == 0 {
			continue
		}
		if _, err := q.exec(ctx, r.text, specOf(sequenceID(id)).name, mark); err != nil {
			return err
		}
	}
	return nil
}

// confirm is called when the marks are committed.
func (r *reservation) confirm() {
	for id, mark := range r.mark {
		if mark == 0 {
			continue
		}
		for {
			old := r.seq.mark[id].Load()
			if old >= mark || r.seq.mark[id].CompareAndSwap(old, mark) {
				break
			}
		}
	}
	r.mark = [sequenceCount]uint64{}
}
