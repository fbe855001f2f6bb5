package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// A database that is reached through a connection can carry a COMMIT out although its answer never arrives. So each shard numbers
// its commits: the row of the shard in the table commits takes the number in the transaction itself, in the same round trip as
// COMMIT. It takes it only if the number before is there and the epoch is that of this start of the server:
//
//   - After a lost answer the row tells what happened: it has the number of the commit, or it has not.
//   - If it has not, the row gets a number beyond, which makes sure that the lost COMMIT fails, should the database come
//     to it later than to the question.
//   - A server whose place another one has taken cannot commit any more, since the other one has begun an epoch of its own.
//
// While the database cannot be asked, the commit is in doubt: see storage.Store.OnDoubt.
type doubt struct {
	number   uint64
	reserved reservation
}

// settleEvery is how often the database is asked about a commit in doubt while nobody wants anything of it.
const settleEvery = time.Second

// commitError is a COMMIT of which nobody knows yet whether it was carried out.
type commitError struct{ err error }

func (e *commitError) Error() string { return "commit: " + e.err.Error() }
func (e *commitError) Unwrap() error { return e.err }

// unknownOutcome reports whether the database may have committed although it did not
// say so. To run the updates again could do them twice.
func unknownOutcome(cause error) bool {
	var c *commitError
	return errors.As(cause, &c)
}

// openCommits begins a new epoch.
func openCommits(ctx context.Context, w *writeConn, shards int) (epoch uint64, err error) {
	if _, err := queryRow(ctx, w, "SELECT COALESCE(MAX(epoch),0) FROM commits", nil, &epoch); err != nil {
		return 0, err
	}
	epoch++
	if _, err := w.exec(ctx, "DELETE FROM commits"); err != nil {
		return 0, err
	}
	for i := range shards {
		if _, err := w.exec(ctx, "INSERT INTO commits (shard,epoch,last) VALUES (?,?,0)", i, epoch); err != nil {
			return 0, err
		}
	}
	return epoch, nil
}

// end commits what the updates of a batch have done. Like attempt it returns nil if that is done; it sets err of the updates otherwise.
func (sh *shard) end(ctx context.Context, t *transaction, batch []*update) error {
	numbered := sh.store.dialect.Numbered && t.changed
	number := sh.number + 1
	cause := sh.sendCommit(ctx, numbered, number)
	if cause == nil {
		if numbered {
			sh.number = number
		}
		t.reserved.confirm()
		return nil
	}
	sh.rollBack(ctx, t, cause)
	done := false
	if numbered {
		var err error
		if done, err = sh.ask(ctx, number); err != nil {
			err = errors.Join(cause, err)
			failAll(batch, dbError("commit", fmt.Errorf("whether the update was carried out is not known: %w", err)))
			sh.beginDoubt(&doubt{number, t.reserved}, batch)
			return &commitError{err}
		}
	}
	if done {
		t.reserved.confirm()
		return nil
	}
	failAll(batch, dbError("commit", cause))
	sh.keep(ctx, t.reserved)
	return cause
}

func (sh *shard) sendCommit(ctx context.Context, numbered bool, number uint64) error {
	if !numbered {
		return sh.conn.control(ctx, "COMMIT")
	}
	return sh.conn.control(ctx, sh.store.texts.commit+";COMMIT", sh.index, sh.store.epoch, number)
}

// ask finds out whether a commit was carried out; if not, it never will be. A connection that died is replaced once.
func (sh *shard) ask(ctx context.Context, number uint64) (done bool, err error) {
	for range 2 {
		if err = sh.open(ctx); err != nil {
			return false, err
		}
		if done, err = sh.askOnce(ctx, number); err == nil {
			return done, nil
		}
		sh.drop()
	}
	return false, err
}

// askOnce waits for the end of the transaction that holds the row, if the database still works on it.
func (sh *shard) askOnce(ctx context.Context, number uint64) (done bool, err error) {
	if err := sh.conn.begin(ctx, sh.store.dialect); err != nil {
		return false, err
	}
	var epoch, last uint64
	ok, err := queryRow(ctx, sh.conn, "SELECT epoch,last FROM commits WHERE shard=?"+sh.store.dialect.LockRows, []any{sh.index}, &epoch, &last)
	if err != nil {
		return false, err
	}
	if !ok || epoch != sh.store.epoch {
		return false, mapi.Errorf(mapi.DatabaseError, "storage", "row %d of the table commits is not of this start of the server: another server writes to the database, or the row was changed by hand; stop the other one, and start this one again", sh.index)
	}
	if done = last == number; !done {
		last = max(last, number) + 1
		if _, err := sh.conn.exec(ctx, "UPDATE commits SET last=? WHERE shard=?", last, sh.index); err != nil {
			return false, err
		}
	}
	if err := sh.conn.control(ctx, "COMMIT"); err != nil {
		return false, err
	}
	sh.number = last
	return done, nil
}

// beginDoubt notes that nobody knows what became of a batch, and has what is kept of its lanes dropped. Reads wait from
// before that on: what they find is kept again.
func (sh *shard) beginDoubt(d *doubt, batch []*update) {
	sh.doubt = d
	sh.doubtful.Store(true)
	sh.store.log.Warn("the database did not answer COMMIT, and cannot be asked what became of it; it is asked again before anything else is read or written", "shard", sh.index)
	var lanes []uint32
	for _, u := range batch {
		if !slices.Contains(lanes, u.lane) {
			lanes = append(lanes, u.lane)
		}
	}
	if f := sh.store.onDoubt.Load(); f != nil {
		for _, lane := range lanes {
			(*f)(lane)
		}
	}
}

// settle ends the doubt, if there is one.
func (sh *shard) settle(ctx context.Context) error {
	if sh.doubt == nil {
		return nil
	}
	done, err := sh.ask(ctx, sh.doubt.number)
	if err != nil {
		return fmt.Errorf("what became of an earlier commit is not known: %w", err)
	}
	reserved := sh.doubt.reserved
	sh.doubt = nil
	sh.doubtful.Store(false)
	sh.store.log.Info("it is known now what became of the COMMIT without an answer", "shard", sh.index, "carried out", done)
	if done {
		reserved.confirm()
	} else {
		sh.keep(ctx, reserved)
	}
	return nil
}

// later is when to ask again by itself; nil if there is nothing to ask.
func (sh *shard) later() <-chan time.Time {
	if sh.doubt == nil {
		return nil
	}
	return time.After(settleEvery)
}

// settleDoubts waits until the doubts that there are have ended; an error says that one cannot be ended now.
func (s *Store) settleDoubts(ctx context.Context) error {
	for _, sh := range s.shards {
		if !sh.doubtful.Load() {
			continue
		}
		if err := sh.do(ctx, storage.LaneDirectory, func(context.Context, storage.Tx) error { return nil }, nil); err != nil {
			return err
		}
	}
	return nil
}

// OnDoubt has f called with the lane of each update of which nobody knows whether it was carried out.
func (s *Store) OnDoubt(f func(lane uint32)) { s.onDoubt.Store(&f) }
