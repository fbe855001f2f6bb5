package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp/fasthttputil"

	"zarafa/daemon/settings"
	"zarafa/server"
	"zarafa/server/config"
)

// Database says where the mailbox is.
type Database struct {
	SQLite string // path of the file
	// MySQL is the data source name of a database of the MySQL protocol, in the form of github.com/go-sql-driver/mysql; it wins.
	MySQL string
}

// settings are the lines of server.cfg that select the database.
func (d Database) settings() (string, error) {
	if d.MySQL == "" {
		return "database_engine = sqlite\nsqlite_path = " + d.SQLite + "\n", nil
	}
	dsn, err := mysql.ParseDSN(d.MySQL)
	if err != nil {
		return "", fmt.Errorf("the data source name of MySQL: %w", err)
	}
	lines := fmt.Sprintf("database_engine = mysql\nmysql_database = %s\nmysql_user = %s\nmysql_password = %s\n", dsn.DBName, dsn.User, dsn.Passwd)
	if dsn.Net == "unix" {
		return lines + "mysql_socket = " + dsn.Addr + "\n", nil
	}
	host, port, err := net.SplitHostPort(dsn.Addr)
	if err != nil {
		return "", fmt.Errorf("the data source name of MySQL: %w", err)
	}
	return lines + "mysql_host = " + host + "\nmysql_port = " + port + "\n", nil
}

// Environment is a running server with a filled mailbox, and what benchmarks share of it.
type Environment struct {
	ctx      context.Context
	database Database
	dir      string // for files of this process
	memory   *fasthttputil.InmemoryListener
	registry *prometheus.Registry
	stop     context.CancelFunc
	done     chan error
	received uint64   // bytes of answers
	mailbox  *mailbox // once it is needed
	stored   *stored  // once it is needed
	closers  []func() error
}

// Start runs a server on the database.
func Start(ctx context.Context, d Database) (*Environment, error) {
	dir, err := os.MkdirTemp("", "zb") // short, since the names of Unix sockets are limited
	if err != nil {
		return nil, err
	}
	e := &Environment{
		ctx: ctx, database: d, dir: dir, memory: fasthttputil.NewInmemoryListener(), registry: prometheus.NewRegistry(), done: make(chan error, 1),
	}
	if err := e.open(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return e, nil
}

func (e *Environment) open() error {
	database, err := e.database.settings()
	if err != nil {
		return err
	}
	cfg, err := configure(database + "server_listen =\nserver_pipe_priority =\nserver_pipe_name = " + e.socket() + "\n" +
		"createuser_script =\nenable_test_protocol = yes\ncache_cell_size = 256m\ncache_sortkey_size = 64m\n")
	if err != nil {
		return err
	}
	if err := cfg.Bind(e.ctx); err != nil {
		return err
	}
	cfg.Sockets.Pipe = append(cfg.Sockets.Pipe, e.memory)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	s, err := server.Open(e.ctx, cfg, log, e.registry)
	if err != nil {
		return errors.Join(err, cfg.Sockets.Close())
	}
	ctx, stop := context.WithCancel(e.ctx)
	e.stop = stop
	go func() { e.done <- s.Serve(ctx) }()
	return nil
}

// configure reads settings from text alone.
func configure(lines string) (*config.Config, error) {
	cfg := config.New(func() (int64, error) { return 1 << 30, nil })
	set, err := settings.New(cfg.Sections())
	if err != nil {
		return nil, err
	}
	source := settings.Source{
		Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(lines)), nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	return cfg, errors.Join(set.ReadFile("server.cfg", source), set.Apply(), cfg.Finish(set))
}

// socket is the Unix socket, on which this process is an administrator.
func (e *Environment) socket() string { return filepath.Join(e.dir, "s") }

func (e *Environment) endpoint() string { return "file://" + e.socket() }

// Close stops the server.
func (e *Environment) Close() error {
	var err error
	for _, f := range e.closers {
		err = errors.Join(err, f())
	}
	e.stop()
	return errors.Join(err, <-e.done, os.RemoveAll(e.dir))
}

// counts are the totals of the server.
func (e *Environment) counts() Counts {
	c := Counts{WireBytes: e.received}
	families, err := e.registry.Gather()
	if err != nil {
		return c // only if two collectors have one name
	}
	for _, f := range families {
		if f.GetName() == "zarafa_sql_statements_total" {
			c.Statements = uint64(f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	return c
}
