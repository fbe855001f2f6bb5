package legacy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Config says where the old server's database is; the names are those of its settings mysql_*.
type Config struct {
	Host     string
	Port     int
	Socket   string // if set, Host and Port do not count
	User     string
	Password string
	Database string
}

// connectTimeout bounds the wait for the database to accept a connection.
const connectTimeout = 10 * time.Second

// Source is the database of an old server. It may be used by any number of goroutines.
type Source struct {
	db     *sql.DB
	schema schema
}

// Open connects to the database and finds out whether it can be read.
func Open(ctx context.Context, cfg Config) (*Source, error) {
	// Servers of the time of schema 61 do not know utf8mb4; their tables cannot have anything then that utf8 has not.
	dc, err := mysql.ParseDSN("/?charset=utf8mb4,utf8")
	if err != nil {
		return nil, err
	}
	dc.Net, dc.Addr = "unix", cfg.Socket
	if cfg.Socket == "" {
		port := cfg.Port
		if port == 0 {
			port = 3306
		}
		dc.Net, dc.Addr = "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(port))
	}
	dc.User, dc.Passwd, dc.DBName, dc.Timeout = cfg.User, cfg.Password, cfg.Database, connectTimeout
	dc.AllowNativePasswords, dc.AllowOldPasswords, dc.Logger = true, true, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(dc)
	if err != nil {
		return nil, err
	}
	s := &Source{db: sql.OpenDB(connector)}
	session, err := s.Session(ctx)
	if err == nil {
		s.schema, err = readSchema(ctx, session)
		err = errors.Join(err, session.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the old server's database %q at %s (its settings mysql_host, mysql_port, mysql_socket, mysql_user, mysql_password, mysql_database): %w",
			cfg.Database, dc.Addr, err), s.db.Close())
	}
	return s, nil
}

// Revision is the schema of the database.
func (s *Source) Revision() int { return s.schema.revision }

// Close closes all connections.
func (s *Source) Close() error { return s.db.Close() }

// Session is a connection for one goroutine. What it reads between Begin and End is of one moment.
type Session struct {
	conn   *sql.Conn
	schema schema
	stmts  map[string]*sql.Stmt
}

// maxPrepared bounds the statements that a session keeps prepared.
const maxPrepared = 128

// Session opens a connection.
func (s *Source) Session(ctx context.Context) (*Session, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	session := &Session{conn: conn, schema: s.schema, stmts: map[string]*sql.Stmt{}}
	if _, err := conn.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return session, nil
}

// Begin starts to see one moment.
func (s *Session) Begin(ctx context.Context) error {
	_, err := s.conn.ExecContext(ctx, "START TRANSACTION WITH CONSISTENT SNAPSHOT")
	return err
}

// End lets go of the moment.
func (s *Session) End(ctx context.Context) error {
	_, err := s.conn.ExecContext(ctx, "COMMIT")
	return err
}

// Moment runs fn between Begin and End.
func (s *Session) Moment(ctx context.Context, fn func() error) error {
	if err := s.Begin(ctx); err != nil {
		return err
	}
	return errors.Join(fn(), s.End(ctx))
}

// Close gives the connection back.
func (s *Session) Close() error {
	var err error
	for _, stmt := range s.stmts {
		err = errors.Join(err, stmt.Close())
	}
	return errors.Join(err, s.conn.Close())
}

var errNotRead = errors.New("the old database is only read")

// query runs a SELECT and calls scan for each row.
func (s *Session) query(ctx context.Context, text string, args []any, scan func(*sql.Rows) error) (err error) {
	if !strings.HasPrefix(text, "SELECT ") {
		return errNotRead
	}
	stmt := s.stmts[text]
	if stmt == nil {
		if len(s.stmts) >= maxPrepared {
			for text, old := range s.stmts {
				err = errors.Join(err, old.Close())
				delete(s.stmts, text)
			}
		}
		if stmt, err = s.conn.PrepareContext(ctx, text); err != nil {
			return fmt.Errorf("%.80q: %w", text, err)
		}
		s.stmts[text] = stmt
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return fmt.Errorf("%.80q: %w", text, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one reads the first row into dest; ok is false if there is none.
func (s *Session) one(ctx context.Context, text string, args []any, dest ...any) (ok bool, err error) {
	err = s.query(ctx, text, args, func(rows *sql.Rows) error {
		if ok {
			return nil
		}
		ok = true
		return rows.Scan(dest...)
	})
	return ok, err
}
