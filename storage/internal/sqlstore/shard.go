package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// shard runs the updates of the lanes that hash to it. One goroutine takes what has
// queued up, runs each function in one transaction, commits, calls the callbacks
// in order and releases the waiters: all of them share one flush to disk. Where several
// callers are busy, a batch waits a little for those that are expected back: see commitDelay.
//
// An update that fails after it wrote spoils the shared transaction. It is rolled back
// then, and each update runs again in a transaction of its own, in the same order. The same
// happens after a deadlock. Functions may therefore run more than once, as the contract says.
type shard struct {
	store    *Store
	index    int
	maxBatch int

	// The goroutine's:
	conn   *writeConn // nil until needed and after it was lost
	number uint64     // of the last commit
	doubt  *doubt     // nil unless nobody knows what became of a commit

	doubtful atomic.Bool // there is a doubt

	mu      sync.Mutex
	queue   []*update
	wanted  int           // updates in the queue that are worth waking the goroutine for
	arrived chan struct{} // holds one token when there are
	closed  bool
	done    chan struct{}
}

// update is one call of Update on its way through the queue.
type update struct {
	ctx       context.Context
	lane      uint32
	fn        func(context.Context, storage.Tx) error
	committed func()
	state     atomic.Int32 // updateQueued, then updateStarted or updateAbandoned
	done      chan error
	err       error
}

const (
	updateQueued int32 = iota
	updateStarted
	updateAbandoned
)

// maxAttempts bounds how often an update is tried after deadlocks and lost connections.
const maxAttempts = 10

var errClosed = mapi.Errorf(mapi.DatabaseError, "storage", "the store is closed")

func newShard(s *Store, index, maxBatch int) *shard {
	sh := &shard{store: s, index: index, maxBatch: maxBatch, arrived: make(chan struct{}, 1), done: make(chan struct{})}
	go sh.run()
	return sh
}

// do queues an update and waits for it.
func (sh *shard) do(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	u := &update{ctx: ctx, lane: lane, fn: fn, committed: committed, done: make(chan error, 1)}
	sh.mu.Lock()
	if sh.closed {
		sh.mu.Unlock()
		return errClosed
	}
	sh.queue = append(sh.queue, u)
	if len(sh.queue) >= sh.wanted {
		sh.signal()
	}
	sh.mu.Unlock()
	select {
	case err := <-u.done:
		return err
	case <-ctx.Done():
		if u.state.CompareAndSwap(updateQueued, updateAbandoned) {
			return ctx.Err()
		}
		return <-u.done
	}
}

// stop refuses new updates and waits for those in the queue.
func (sh *shard) stop() {
	sh.mu.Lock()
	sh.closed = true
	sh.signal()
	sh.mu.Unlock()
	<-sh.done
}

// signal wakes the goroutine, now or when it waits next.
func (sh *shard) signal() {
	select {
	case sh.arrived <- struct{}{}:
	default:
	}
}

func (sh *shard) run() {
	defer close(sh.done)
	var batch []*update
	var delay commitDelay
	for {
		sh.wait(1, sh.later())
		if more, patience := delay.expected(time.Now()); more > 1 {
			sh.wait(min(more, sh.maxBatch), time.After(patience))
		}
		if batch = sh.take(batch[:0]); len(batch) > 0 {
			delay.begin(time.Now(), len(batch))
			sh.commit(batch)
			delay.end(time.Now(), sh.waiting())
			clear(batch)
		} else if sh.ended() {
			if sh.conn != nil {
				sh.conn.close()
			}
			return
		} else if err := sh.settle(context.Background()); err != nil {
			sh.store.log.Debug("asking about a commit", "shard", sh.index, "error", err)
		}
	}
}

// wait returns when the wanted number of updates is in the queue, when the time is up or when the store closes.
func (sh *shard) wait(updates int, timeUp <-chan time.Time) {
	for {
		sh.mu.Lock()
		sh.wanted = updates
		enough := len(sh.queue) >= updates || sh.closed
		sh.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-sh.arrived:
		case <-timeUp:
			return
		}
	}
}

// take moves what is in the queue to the batch, as far as it fits, without what callers have given up.
func (sh *shard) take(batch []*update) []*update {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	n := 0
	for n < len(sh.queue) && len(batch) < sh.maxBatch {
		u := sh.queue[n]
		sh.queue[n] = nil
		n++
		if u.state.CompareAndSwap(updateQueued, updateStarted) {
			batch = append(batch, u)
		}
	}
	if sh.queue = sh.queue[n:]; len(sh.queue) == 0 {
		sh.queue = nil
	}
	return batch
}

// waiting is the length of the queue.
func (sh *shard) waiting() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(sh.queue)
}

// ended reports whether the store closes and nothing is left to do.
func (sh *shard) ended() bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.closed && len(sh.queue) == 0
}

// commit runs a batch to its end and answers every update in it.
func (sh *shard) commit(batch []*update) {
	cause := sh.attempt(batch, true)
	if cause == nil || unknownOutcome(cause) || len(batch) == 1 && !sh.retry(cause) {
		sh.answer(batch)
		return
	}
	for i := range batch {
		one := batch[i : i+1]
		for attempt := 1; ; attempt++ {
			cause := sh.attempt(one, false)
			if cause == nil || attempt == maxAttempts || !sh.retry(cause) {
				break
			}
			pause(attempt)
		}
		sh.answer(one)
	}
}

// retry reports whether the same update may succeed when it is run again.
func (sh *shard) retry(cause error) bool {
	if unknownOutcome(cause) {
		return false
	}
	if _, late := errors.AsType[*deferredError](cause); late {
		return true
	}
	switch sh.store.dialect.Fault(cause) {
	case FaultRetry, FaultLost:
		return true
	case FaultFull:
		return sh.store.reserve != nil && sh.store.reserve.Free()
	}
	return false
}

// pause waits a little, by chance, so that two that met in a deadlock do not meet again.
func pause(attempt int) {
	time.Sleep(time.Duration(rand.Int64N(int64(attempt) * int64(2*time.Millisecond))))
}

func (sh *shard) answer(batch []*update) {
	for _, u := range batch {
		if u.err == nil && u.committed != nil {
			u.err = announce(u)
		}
		u.done <- u.err
	}
}

// attempt runs a batch in one transaction and sets err of every update. It returns nil if the
// transaction ended as it should: committed, without those updates that failed before they
// wrote anything. Otherwise nothing is committed, or nobody knows ([unknownOutcome]), and it returns the cause.
func (sh *shard) attempt(batch []*update, defers bool) error {
	ctx := context.Background()
	if err := sh.begin(ctx); err != nil {
		for _, u := range batch {
			u.err = nil // what was wrong with an earlier attempt no longer matters
		}
		return failAll(batch, dbError("begin", err))
	}
	t := newTransaction(sh.store, sh.conn, defers)
	for _, u := range batch {
		t.wrote = false
		u.err = runUpdate(u, t)
		if t.failed != nil {
			if u.err == nil {
				u.err = dbError("update", t.failed)
			}
			return sh.abandon(ctx, t, t.failed)
		}
		if u.err != nil && t.wrote {
			return sh.abandon(ctx, t, u.err)
		}
	}
	if err := t.flush(ctx); err != nil {
		failAll(batch, dbError("update", err))
		return sh.abandon(ctx, t, err)
	}
	if !t.sent && sh.store.dialect.Begin == "" {
		return nil // there is no transaction
	}
	return sh.end(ctx, t, batch)
}

// failAll gives an error to the updates that have none yet, and returns it.
func failAll(batch []*update, err error) error {
	for _, u := range batch {
		if u.err == nil {
			u.err = err
		}
	}
	return err
}

// begin opens a transaction, once it is known what became of the last one; a connection that died while it was idle is replaced once.
func (sh *shard) begin(ctx context.Context) error {
	err := sh.settle(ctx)
	if err != nil {
		return err
	}
	for range 2 {
		if err = sh.open(ctx); err != nil {
			return err
		}
		if err = sh.conn.begin(ctx, sh.store.dialect); err == nil {
			return nil
		}
		sh.drop()
	}
	return err
}

// open makes sure of a connection.
func (sh *shard) open(ctx context.Context) (err error) {
	if sh.conn == nil {
		sh.conn, err = sh.store.connect(ctx)
	}
	return err
}

func (sh *shard) drop() {
	sh.conn.discard()
	sh.conn = nil
}

// abandon rolls back and returns the cause. Numbers given by the transaction stay given: see sequences.
func (sh *shard) abandon(ctx context.Context, t *transaction, cause error) error {
	sh.rollBack(ctx, t, cause)
	sh.keep(ctx, t.reserved)
	return cause
}

// rollBack ends the transaction. A connection that the cause makes useless is left, even if it can still roll
// back: a primary that became a replica does so, and would refuse every later update too.
func (sh *shard) rollBack(ctx context.Context, t *transaction, cause error) {
	t.failed = cause
	if err := sh.conn.control(ctx, "ROLLBACK"); err != nil || sh.store.dialect.Fault(cause) == FaultLost {
		sh.drop()
	}
}

// keep writes, in a transaction of its own, the reservations that a rollback took back.
func (sh *shard) keep(ctx context.Context, r reservation) {
	if !r.any() {
		return
	}
	if err := sh.keepReserved(ctx, r); err != nil {
		sh.store.log.Warn("numbers of a rolled-back update could not be reserved", "error", err)
	}
}

func (sh *shard) keepReserved(ctx context.Context, r reservation) error {
	if err := sh.begin(ctx); err != nil {
		return err
	}
	if err := r.rewrite(ctx, sh.conn); err != nil {
		sh.drop()
		return err
	}
	// If the answer to this COMMIT is lost, the marks are taken for lower than they may be, and are written once more.
	if err := sh.conn.control(ctx, "COMMIT"); err != nil {
		sh.drop()
		return err
	}
	r.confirm()
	return nil
}

// announce has the caller take in that its update is durable. If that panics, what it tells its client may be wrong, but neither the
// process nor the other updates of the lane are.
func announce(u *update) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = mapi.Errorf(mapi.CallFailed, "storage", "panic after an update: %w\n%s", panicError{p}, debug.Stack())
		}
	}()
	u.committed()
	return nil
}

// runUpdate calls the function; a panic becomes its error. The function's context loses the
// caller's cancellation: a driver that gives up half-way would spoil the others' transaction.
func runUpdate(u *update, t *transaction) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.wrote = true
			err = mapi.Errorf(mapi.CallFailed, "storage", "panic in an update: %w\n%s", panicError{p}, debug.Stack())
		}
	}()
	return u.fn(context.WithoutCancel(u.ctx), t)
}

// panicError carries the value of a panic.
type panicError struct{ value any }

func (p panicError) Error() string { return fmt.Sprint(p.value) }
