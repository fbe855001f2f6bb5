package mysql

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/mapi"
)

// serverLock sees to it that one server alone writes to a database.
//
// Its means are user-level locks (GET_LOCK), which belong to a connection and end with it:
//
//   - The first lock is the server's. A connection that does nothing else holds it from start to end.
//   - Each connection that writes holds one of the others, taken before it writes anything. So a transaction can commit only while
//     its connection has a lock, whatever has become of the first one.
//   - A server that starts takes all of them, on one connection, writes its mark into the database and then gives all but the first
//     back. So nobody starts while a connection of another server can write, even if the database, or the
//     network, has ended some of its connections.
//   - Who makes a connection for writing takes its lock first and looks for his own mark then. Another's mark means that a
//     second server has started while this one had no connections. Its numbers, counters and caches are out of date; it never writes again.
//
// A lost first lock is taken again, which needs nothing but that the mark is still ours. The locks of a cluster's nodes
// do not know of each other; there the mark, which is looked at every few seconds, is all that is noticed.
type serverLock struct {
	db    *sql.DB
	names []string // of the locks, the server's first
	mark  []byte   // the value of markSetting
	log   *slog.Logger

	mu   sync.Mutex
	free []string // locks for connections that write

	keeper *sql.Conn // has the first lock; nil while it is lost; the goroutine's once there is one
	look   chan struct{}
	stop   context.CancelFunc
	done   chan struct{}
	lost   atomic.Pointer[error]
}

// markSetting names the row of settings that holds the mark of the server that started last.
const markSetting = "writer"

const (
	// connectionLocks is how many connections of a server can write. A server that starts takes all, so the
	// number is the same for all settings.
	connectionLocks = 16
	// lockWait is how long the end of a connection may take to reach its lock, in seconds: a server that is started again after a crash
	// finds the locks of the old one for that long.
	lockWait = 3
	// lookEvery is how often the first lock and the mark are looked at.
	lookEvery = 5 * time.Second
)

// errInUse says that another server has the database.
var errInUse = errors.New("in use by another server")

// owner is what a mark says, for the operator of the next server.
type owner struct {
	ID      mapi.GUID `json:"id"`
	Process int       `json:"process"`
	Host    string    `json:"host"`
}

// lockNames are the names of a database's locks, which may have 64 characters.
func lockNames(database string) []string {
	base := "zarafa:" + database
	if len(base) > 60 {
		sum := sha256.Sum256([]byte(database))
		base = "zarafa:" + hex.EncodeToString(sum[:20])
	}
	names := []string{base}
	for i := range connectionLocks {
		names = append(names, base+":"+strconv.Itoa(i))
	}
	return names
}

// lockServer takes all locks. They are kept until Begin or Close.
func lockServer(ctx context.Context, db *sql.DB, database string, log *slog.Logger) (*serverLock, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	mark, err := json.Marshal(owner{mapi.NewGUID(), os.Getpid(), host})
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	names := lockNames(database)
	l := &serverLock{db: db, names: names, mark: mark, log: log, free: slices.Clone(names[1:]), look: make(chan struct{}, 1)}
	if l.keeper, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	for _, name := range names {
		ok, err := getLock(ctx, l.keeper, name, lockWait)
		if err == nil && !ok {
			err = mapi.Errorf(mapi.DatabaseError, "mysql", "database %q (setting mysql_database) is %w, %s; stop that one, or give this one a database of its own",
				database, errInUse, describeHolder(ctx, l.keeper, name))
		}
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// getLock asks for a lock and waits for it up to a number of seconds.
func getLock(ctx context.Context, conn *sql.Conn, name string, seconds int) (bool, error) {
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?,?)", name, seconds).Scan(&got); err != nil {
		return false, err
	}
	return got.Int64 == 1, nil
}

// lockHolder is the number of the connection that has a lock, 0 for none.
func lockHolder(ctx context.Context, conn *sql.Conn, name string) (int64, error) {
	var id sql.NullInt64
	err := conn.QueryRowContext(ctx, "SELECT IS_USED_LOCK(?)", name).Scan(&id)
	return id.Int64, err
}

func readMark(ctx context.Context, conn *sql.Conn) (mark []byte, err error) {
	err = conn.QueryRowContext(ctx, "SELECT value FROM settings WHERE name=?", markSetting).Scan(&mark)
	return mark, err
}

// describeHolder tells as much as there is to know of the server that has a lock.
func describeHolder(ctx context.Context, conn *sql.Conn, name string) string {
	text := "whose connection to the database has ended meanwhile"
	if id, err := lockHolder(ctx, conn, name); err == nil && id != 0 {
		text = fmt.Sprintf("which has connection %d of the database", id)
	}
	if mark, err := readMark(ctx, conn); err == nil { // a new database has no table yet
		text = describeMark(mark) + ", " + text
	}
	return text
}

func describeMark(mark []byte) string {
	var o owner
	if json.Unmarshal(mark, &o) != nil {
		return "an unknown process"
	}
	return fmt.Sprintf("process %d on %s", o.Process, o.Host)
}

// Begin implements sqlstore.Guard. The mark is written over the connection that has all locks, so it is
// there only if no other server can have written since they were taken.
func (l *serverLock) Begin(ctx context.Context) error {
	const put = "INSERT INTO settings (name,value) VALUES (?,?) ON DUPLICATE KEY UPDATE value=VALUES(value)"
	if _, err := l.keeper.ExecContext(ctx, put, markSetting, l.mark); err != nil {
		return err
	}
	for _, name := range l.names[1:] {
		if _, err := l.keeper.ExecContext(ctx, "DO RELEASE_LOCK(?)", name); err != nil {
			return err
		}
	}
	ctx, l.stop = context.WithCancel(context.Background())
	l.done = make(chan struct{})
	go l.keep(ctx)
	return nil
}

// Claim implements sqlstore.Guard.
func (l *serverLock) Claim(ctx context.Context, conn *sql.Conn) (done func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.free) == 0 {
		return nil, mapi.Errorf(mapi.DatabaseError, "mysql", "there are %d connections that write already", connectionLocks)
	}
	name := l.free[0]
	if err := l.take(ctx, conn, name); err != nil {
		return nil, err
	}
	l.free = l.free[1:]
	l.lookNow()
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.free = append(l.free, name)
	}, nil
}

// take gets a lock that no open connection of this server has, and makes sure that the database is still ours. If the lock
// is not free, an old connection of ours has it, of whose end the database has not heard: it is ended there.
func (l *serverLock) take(ctx context.Context, conn *sql.Conn, name string) error {
	ok, err := getLock(ctx, conn, name, lockWait)
	if err != nil {
		return err
	}
	if err := l.checkMark(ctx, conn); err != nil || ok {
		return err
	}
	id, err := lockHolder(ctx, conn, name)
	if err != nil {
		return err
	}
	if id != 0 {
		l.log.Warn("an old connection to the database is ended", "connection", id, "lock", name)
		if _, err := conn.ExecContext(ctx, "KILL "+strconv.FormatInt(id, 10)); err != nil {
			return fmt.Errorf("ending connection %d of the database, which has the lock %s: %w", id, name, err)
		}
	}
	if ok, err = getLock(ctx, conn, name, lockWait); err == nil && !ok {
		err = mapi.Errorf(mapi.DatabaseError, "mysql", "the lock %s is not free", name)
	}
	if err != nil {
		return err
	}
	return l.checkMark(ctx, conn) // once more, now that nobody can start
}

// checkMark fails, for ever, if the mark in the database is another server's.
func (l *serverLock) checkMark(ctx context.Context, conn *sql.Conn) error {
	mark, err := readMark(ctx, conn)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if !bytes.Equal(mark, l.mark) {
		var taken error = mapi.Errorf(mapi.DatabaseError, "mysql", "the database (setting mysql_database) was taken over by another server, %s, while this one had lost its connections; this one writes no more: stop one of the two, and start this one again if it is to go on", describeMark(mark))
		if l.lost.CompareAndSwap(nil, &taken) {
			l.log.Error("the server is no longer alone and stops writing", "error", taken)
		}
	}
	return l.Check()
}

// Check implements sqlstore.Guard.
func (l *serverLock) Check() error {
	if err := l.lost.Load(); err != nil {
		return *err
	}
	return nil
}

// lookNow has the first lock looked at soon: who lost one connection may have lost all.
func (l *serverLock) lookNow() {
	select {
	case l.look <- struct{}{}:
	default:
	}
}

// keep holds on to the first lock until ctx ends.
func (l *serverLock) keep(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	complained := false
	for l.Check() == nil {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-l.look:
		}
		err := l.hold(ctx)
		if err != nil && !complained && ctx.Err() == nil {
			l.log.Warn("the lock that keeps other servers off the database is lost; it is tried again", "error", err)
		}
		complained = err != nil
	}
}

// hold makes sure of the first lock and of the mark.
func (l *serverLock) hold(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if l.keeper != nil {
		err := l.checkMark(ctx, l.keeper)
		if err == nil || l.Check() != nil {
			return err
		}
		closeForGood(l.keeper)
		l.keeper = nil
	}
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	if err := l.take(ctx, conn, l.names[0]); err != nil {
		closeForGood(conn)
		return err
	}
	l.keeper = conn
	return nil
}

// Close implements sqlstore.Guard.
func (l *serverLock) Close() error {
	if l.stop != nil {
		l.stop()
		<-l.done
	}
	if l.keeper != nil {
		closeForGood(l.keeper)
		l.keeper = nil
	}
	return nil
}

// closeForGood closes a connection and with it its locks, instead of giving it back to the pool.
func closeForGood(conn *sql.Conn) {
	conn.Raw(func(any) error { return driver.ErrBadConn })
	conn.Close()
}
