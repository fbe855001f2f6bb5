// Package mysql keeps everything in a database of the MySQL protocol: MariaDB 10.6 and later, MySQL 8.0
// and later. It owns the settings of the connections, makes the database if it may, and knows the
// meaning of error numbers; the rest is in storage/internal/sqlstore.
//
// Several lanes commit side by side, each over a connection of its own; readers have a pool. A commit is
// on disk when it returns only if the database is set up so (innodb_flush_log_at_trx_commit=1, the default).
// Transactions run at READ COMMITTED, so binlog_format must not be STATEMENT.
// The server must be the only writer, since two on one database would give the same numbers twice: a second one is refused, see serverLock.
package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/internal/sqlstore"
)

// Config says where the database is; the names are those of the settings mysql_*.
type Config struct {
	Host     string // mysql_host; "localhost" is the unix socket of the database on this machine where there is one
	Port     int    // mysql_port; 0: 3306
	Socket   string // mysql_socket; if set, Host and Port do not count
	User     string
	Password string
	Database string // made if it does not exist
}

// Options tune an open store; the zero value is good.
type Options struct {
	// Lanes is the number of transactions that may commit side by side; 0: 4.
	Lanes int
	// Readers is the number of connections that read; 0: four for each processor, at least 8.
	Readers int
	// MaxBatch is how many updates may share a commit; 0: 64.
	MaxBatch int
	// Log gets what an operator should know; nil: nothing.
	Log *slog.Logger
}

// connectTimeout bounds the wait for the database to accept a connection. Statements have no
// limit of their own: the caller's context ends a read, and a write must come to an end.
const connectTimeout = 10 * time.Second

// defaultLanes is how many transactions commit side by side.
const defaultLanes = 4

func defaultReaders(processors int) int { return max(8, 4*processors) }

// Connections is how many connections a store opens by default, on a machine with the given number of processors: the readers, the
// lanes and one that keeps other servers away.
func Connections(processors int) int { return defaultReaders(processors) + defaultLanes + 1 }

// Open connects to the database and makes it if need be.
func Open(ctx context.Context, cfg Config, opts Options) (storage.Store, error) {
	if opts.Lanes == 0 {
		opts.Lanes = defaultLanes
	}
	if opts.Lanes > connectionLocks {
		return nil, mapi.Errorf(mapi.InvalidParameter, "mysql", "%d lanes, there can be %d", opts.Lanes, connectionLocks)
	}
	if opts.Readers == 0 {
		opts.Readers = defaultReaders(runtime.GOMAXPROCS(0))
	}
	if opts.MaxBatch == 0 {
		opts.MaxBatch = 64
	}
	cfg = findLocal(cfg, localSockets(), isSocket)
	dc, err := driverConfig(cfg)
	if err != nil {
		return nil, err
	}
	if err := createDatabase(ctx, dc, cfg.Database); err != nil {
		return nil, openError(cfg, err)
	}
	if dc.MaxAllowedPacket, err = packetLimit(ctx, dc); err != nil {
		return nil, openError(cfg, err)
	}
	readers, err := openPool(dc, opts.Readers)
	if err != nil {
		return nil, openError(cfg, err)
	}
	together := dc.Clone()
	together.MultiStatements, together.InterpolateParams = true, true
	writers, err := openPool(together, opts.Lanes+1)
	if err != nil {
		readers.Close()
		return nil, openError(cfg, err)
	}
	lock, err := lockServer(ctx, writers, cfg.Database, opts.Log)
	if err != nil {
		return nil, openError(cfg, errors.Join(err, readers.Close(), writers.Close()))
	}
	s, err := sqlstore.Open(ctx, sqlstore.Config{
		Dialect: dialect(), Readers: readers, Writers: writers, Shards: opts.Lanes, MaxBatch: opts.MaxBatch,
		MaxStatement: dc.MaxAllowedPacket, Guard: lock, Log: opts.Log,
	})
	if err != nil {
		return nil, openError(cfg, err)
	}
	return s, nil
}

func openPool(dc *mysql.Config, size int) (*sql.DB, error) {
	connector, err := newConnector(dc)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// openError says what an operator can do, unless the error does.
func openError(cfg Config, err error) error {
	if errors.Is(err, errInUse) {
		return err
	}
	where := cfg.Socket
	if where == "" {
		where = net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))
	}
	return mapi.Errorf(mapi.DatabaseError, "mysql", "database %q at %s (settings mysql_host, mysql_port, mysql_socket, mysql_user, mysql_password, mysql_database): %w", cfg.Database, where, err)
}

// databaseName is what a database may be called: its name goes into a statement.
var databaseName = regexp.MustCompile(`^[A-Za-z0-9_$.-]{1,64}$`)

func driverConfig(cfg Config) (*mysql.Config, error) {
	if !databaseName.MatchString(cfg.Database) {
		return nil, mapi.Errorf(mapi.InvalidParameter, "mysql", "mysql_database is %q; use up to 64 letters, digits and _ $ . -", cfg.Database)
	}
	dc := mysql.NewConfig()
	dc.Net, dc.Addr = "unix", cfg.Socket
	if cfg.Socket == "" {
		port := cfg.Port
		if port == 0 {
			port = defaultPort
		}
		dc.Net, dc.Addr = "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(port))
	}
	dc.User, dc.Passwd, dc.DBName = cfg.User, cfg.Password, cfg.Database
	dc.Timeout = connectTimeout
	dc.Collation = "utf8mb4_bin"
	dc.ClientFoundRows = true     // an UPDATE that changes nothing has found its row
	dc.MaxAllowedPacket = 1 << 20 // until packetLimit has asked; the driver asks before it sets anything, and sql_select_limit=0 leaves it without an answer
	dc.Logger = &mysql.NopLogger{}
	return dc, nil
}

// createDatabase makes the database if it is missing.
func createDatabase(ctx context.Context, dc *mysql.Config, name string) error {
	err := ping(ctx, dc)
	var e *mysql.MySQLError
	if !errors.As(err, &e) || e.Number != errUnknownDatabase {
		return err
	}
	without := dc.Clone()
	without.DBName = ""
	connector, err := newConnector(without)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	_, err = db.ExecContext(ctx, "CREATE DATABASE IF NOT EXISTS `"+name+"` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	if err != nil {
		return fmt.Errorf("making the database: %w", err)
	}
	return nil
}

func ping(ctx context.Context, dc *mysql.Config) error {
	connector, err := newConnector(dc)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	return db.PingContext(ctx)
}

// packetLimit asks the database how many bytes a statement may have.
func packetLimit(ctx context.Context, dc *mysql.Config) (limit int, err error) {
	connector, err := newConnector(dc)
	if err != nil {
		return 0, err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT @@max_allowed_packet").Scan(&limit)
	return limit - 1, err // the driver's limit is the size of a packet, without the byte that says what it is
}

func dialect() *sqlstore.Dialect {
	return &sqlstore.Dialect{
		Name:    "mysql",
		Setting: "mysql_database",
		Columns: "SELECT TABLE_NAME,COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE()",
		// Without autocommit the first statement begins the transaction, which saves a round trip.
		Setup:    []string{"SET SESSION autocommit=0"},
		Together: true,
		Numbered: true,
		Fault:    fault,
		Upsert: func(_, assignments string) string {
			return " ON DUPLICATE KEY UPDATE " + assignments
		},
		InsertRows: "INSERT",
		New:        func(column string) string { return "VALUES(" + column + ")" },
		// The inner query is a loose index scan; without the outer one it becomes a join that reads every row.
		StoreIDs:  "SELECT s.store FROM (SELECT DISTINCT store FROM hierarchy) s",
		Clustered: " FORCE INDEX (PRIMARY)",
		ByDate:    " FORCE INDEX (hierarchy_view)",
		Now:       "UNIX_TIMESTAMP()",
		Greatest:  "GREATEST",
		LockRows:  " FOR UPDATE",
	}
}

// Error numbers of the server.
const (
	errConnections       = 1040 // ER_CON_COUNT_ERROR: max_connections
	errUserConnections   = 1203 // ER_TOO_MANY_USER_CONNECTIONS: max_user_connections
	errUserLimit         = 1226 // ER_USER_LIMIT_REACHED: the same, of an account
	errUnknownDatabase   = 1049 // ER_BAD_DB_ERROR
	errServerShutdown    = 1053 // ER_SERVER_SHUTDOWN
	errPacketTooLarge    = 1153 // ER_NET_PACKET_TOO_LARGE
	errDuplicateEntry    = 1062 // ER_DUP_ENTRY
	errLockWaitTimeout   = 1205 // ER_LOCK_WAIT_TIMEOUT
	errDeadlock          = 1213 // ER_LOCK_DEADLOCK
	errUnknownStatement  = 1243 // ER_UNKNOWN_STMT_HANDLER
	errNormalShutdown    = 1077 // ER_NORMAL_SHUTDOWN
	errConnectionKilled  = 1927 // ER_CONNECTION_KILLED (MariaDB)
	errReadOnly          = 1290 // ER_OPTION_PREVENTS_STATEMENT: a primary became a replica
	errReadOnlyMode      = 1836 // ER_READ_ONLY_MODE: the same
	errReadOnlyTrx       = 1792 // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: the same, by its default for transactions
	errQueryInterrupted  = 1317 // ER_QUERY_INTERRUPTED
	errRecordHasChanged  = 1020 // ER_CHECKREAD (snapshot isolation)
	errLockNowaitTimeout = 3572 // ER_LOCK_NOWAIT
)

func fault(err error) sqlstore.Fault {
	var e *mysql.MySQLError
	if errors.As(err, &e) {
		switch e.Number {
		case errDuplicateEntry:
			return sqlstore.FaultDuplicate
		case errConnections, errUserConnections, errUserLimit:
			return sqlstore.FaultNoConnection
		case errPacketTooLarge:
			return sqlstore.FaultTooBig
		case errDeadlock, errLockWaitTimeout, errRecordHasChanged, errLockNowaitTimeout:
			return sqlstore.FaultRetry
		case errServerShutdown, errNormalShutdown, errConnectionKilled, errUnknownStatement, errReadOnly, errReadOnlyMode, errReadOnlyTrx, errQueryInterrupted:
			return sqlstore.FaultLost
		}
		return sqlstore.FaultOther
	}
	if errors.Is(err, mysql.ErrPktTooLarge) {
		return sqlstore.FaultTooBig
	}
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, mysql.ErrInvalidConn) || errors.As(err, &network) {
		return sqlstore.FaultLost
	}
	return sqlstore.FaultOther
}
