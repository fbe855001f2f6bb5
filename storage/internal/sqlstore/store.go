package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"zarafa/mapi"
	"zarafa/storage"
)

// Config says how to open a store. The two handles may be one; the store closes them.
type Config struct {
	Dialect *Dialect
	Readers *sql.DB
	Writers *sql.DB
	// Shards is the number of lanes that commit side by side.
	Shards int
	// MaxBatch bounds the updates that share a commit.
	MaxBatch int
	// MaxStatement is how many bytes the database takes as one statement; 0: any number.
	MaxStatement int
	// Reserve is room on the disk for what makes room; nil: none.
	Reserve Reserve
	// Guard keeps other servers away; the store closes it.
	Guard Guard
	Log   *slog.Logger
}

// Store is a database behind the contract of package storage.
type Store struct {
	reader
	dialect *Dialect
	pool    *pool
	writers *sql.DB
	guard   Guard
	reserve Reserve
	texts   *texts
	limits  limits
	seq     *sequences
	epoch   uint64 // of the numbers of commits
	shards  []*shard
	guid    mapi.GUID
	count   atomic.Uint64
	trips   atomic.Uint64
	log     *slog.Logger
	onDoubt atomic.Pointer[func(lane uint32)]
}

var _ storage.Store = (*Store)(nil)

// Open migrates the schema, sweeps large values that nothing refers to and starts the shards.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{dialect: c.Dialect, writers: c.Writers, guard: c.Guard, reserve: c.Reserve, texts: newTexts(c.Dialect), limits: limitsOf(c.MaxStatement), log: c.Log}
	s.pool = &pool{db: c.Readers, count: &s.count, fault: s.dialect.Fault, ready: s.settleDoubts, stmts: map[string]*sql.Stmt{}}
	s.reader = reader{q: s.pool, texts: s.texts}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	shards := max(c.Shards, 1)
	if err := s.prepare(ctx, shards); err != nil {
		return nil, errors.Join(err, s.closeDatabase())
	}
	for i := range shards {
		s.shards = append(s.shards, newShard(s, i, max(c.MaxBatch, 1)))
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context, shards int) error {
	if err := migrate(ctx, s.writers, s.dialect, s.log); err != nil {
		return err
	}
	conn, err := s.writers.Conn(ctx)
	if err != nil {
		return dbError("open", err)
	}
	w, err := s.setUp(ctx, &writeConn{conn: conn})
	if err != nil {
		return dbError("open", err)
	}
	defer w.close()
	if err := w.begin(ctx, s.dialect); err != nil {
		return dbError("open", err)
	}
	if s.seq, err = openSequences(ctx, w, s.dialect); err != nil {
		return dbError("open", err)
	}
	if s.guid, err = serverGUID(ctx, w, s.texts); err != nil {
		return dbError("open", err)
	}
	if s.dialect.Numbered {
		if s.epoch, err = openCommits(ctx, w, shards); err != nil {
			return dbError("open", err)
		}
	}
	if err := sweepLobs(ctx, w); err != nil {
		return dbError("open", err)
	}
	if err := w.control(ctx, "COMMIT"); err != nil {
		return dbError("open", err)
	}
	return dbError("open", s.guard.Begin(ctx))
}

// connect takes a connection for writing out of the pool.
func (s *Store) connect(ctx context.Context) (*writeConn, error) {
	conn, err := connected(ctx, s.dialect.Fault, func() (*sql.Conn, error) { return s.writers.Conn(ctx) })
	if err != nil {
		return nil, err
	}
	w := &writeConn{conn: conn}
	if w.done, err = s.guard.Claim(ctx, conn); err != nil {
		w.discard()
		return nil, err
	}
	return s.setUp(ctx, w)
}

// setUp makes a new connection fit for writing; it closes one that cannot be.
func (s *Store) setUp(ctx context.Context, w *writeConn) (*writeConn, error) {
	w.count, w.trips, w.stmts = &s.count, &s.trips, map[string]*sql.Stmt{}
	for _, text := range s.dialect.Setup {
		if err := w.control(ctx, text); err != nil {
			w.discard()
			return nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return w, nil
}

// serverGUIDSetting names the row of settings that identifies the installation.
const serverGUIDSetting = "server_guid"

func serverGUID(ctx context.Context, w *writeConn, t *texts) (mapi.GUID, error) {
	r := reader{q: w, texts: t}
	value, ok, err := r.Setting(ctx, serverGUIDSetting)
	if err != nil {
		return mapi.GUID{}, err
	}
	if ok {
		guid, valid := mapi.GUIDOf(value)
		if !valid {
			return guid, fmt.Errorf("setting %s has %d bytes in place of 16; restore the table settings from a backup", serverGUIDSetting, len(value))
		}
		return guid, nil
	}
	guid := mapi.NewGUID()
	_, err = w.exec(ctx, t.putSetting, serverGUIDSetting, guid[:])
	return guid, err
}

// ServerGUID identifies the installation.
func (s *Store) ServerGUID() mapi.GUID { return s.guid }

// Statements counts the SQL statements executed since the store was opened. BEGIN, COMMIT, the number that goes
// with it, ROLLBACK and the preparation of statements do not count.
func (s *Store) Statements() uint64 { return s.count.Load() }

// RoundTrips is how often writers have sent something to the database and waited for the answer: statements, those that
// travel together as one, BEGIN, COMMIT and ROLLBACK. The first use of a text on a connection costs one more, to prepare it.
func (s *Store) RoundTrips() uint64 { return s.trips.Load() }

// Ping checks that the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.guard.Check(); err != nil {
		return dbError("ping", err)
	}
	if s.reserve != nil {
		s.reserve.Refill()
	}
	if err := s.growing(); err != nil {
		return err
	}
	return dbError("ping", s.pool.db.PingContext(ctx))
}

// Close waits for running updates and releases the database.
func (s *Store) Close() error {
	for _, sh := range s.shards {
		sh.stop()
	}
	return dbError("close", s.closeDatabase())
}

// closeDatabase closes all connections, and only then lets others have the database.
func (s *Store) closeDatabase() error {
	err := s.pool.db.Close()
	if s.writers != s.pool.db {
		err = errors.Join(err, s.writers.Close())
	}
	return errors.Join(err, s.guard.Close())
}

// Update runs fn in a transaction of the lane.
func (s *Store) Update(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	if err := s.guard.Check(); err != nil {
		return dbError("update", err)
	}
	return s.shards[int(lane)%len(s.shards)].do(ctx, lane, fn, committed)
}

// Settle returns when all updates, of all lanes, that had begun when it was called have ended: an update that does nothing
// waits for its turn in each shard.
func (s *Store) Settle(ctx context.Context) error {
	for _, sh := range s.shards {
		if err := sh.do(ctx, storage.LaneDirectory, func(context.Context, storage.Tx) error { return nil }, nil); err != nil {
			return err
		}
	}
	return nil
}
