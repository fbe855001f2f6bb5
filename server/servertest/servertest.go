// Package servertest starts the whole server inside a test: on a database of its own, with a Unix socket and a
// TCP port that nobody else uses.
//
// Each test has its own instance; instances share nothing. The package refuses to skip silently: a test that asks for MariaDB
// without one being there is skipped with the variable's name.
package servertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/prometheus/client_golang/prometheus"

	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server"
	"zarafa/server/config"
)

// DSNVariable names the environment variable that holds the data source name of a MariaDB or MySQL server for
// tests, with the right to create databases.
const DSNVariable = "ZARAFA_TEST_MYSQL_DSN"

// Engines are the databases that tests run on.
func Engines() []string { return []string{config.EngineSQLite, config.EngineMySQL} }

// Instance is a running server.
type Instance struct {
	*server.Server
	Config   *config.Config
	UnixPath string
	TCPAddr  string
	Failures *Failures // what the server blamed on itself
	Metrics  *prometheus.Registry

	stop  context.CancelFunc
	done  chan error
	once  sync.Once
	ended error
}

// Endpoint is where clients connect: the Unix socket, on which the test's process is an administrator.
func (i *Instance) Endpoint() string { return "file://" + i.UnixPath }

// Folder makes an empty folder with a short path, since the names of Unix sockets are limited.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "zt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Settings are the lines of server.cfg that select a database of the engine's kind for this test alone.
func Settings(t testing.TB, engine, dir string) string {
	t.Helper()
	if engine == config.EngineSQLite {
		return "database_engine = sqlite\nsqlite_path = " + filepath.Join(dir, "zarafa.db") + "\n"
	}
	dsn := os.Getenv(DSNVariable)
	if dsn == "" {
		t.Skip(DSNVariable + " is not set; scripts/mariadb-test.sh sets it")
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatalf("%s: %v", DSNVariable, err)
	}
	name := "zarafa_" + mapi.NewGUID().String()[:16]
	execute(t, dsn, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, dsn, "DROP DATABASE "+name) })
	var b strings.Builder
	fmt.Fprintf(&b, "database_engine = mysql\nmysql_database = %s\nmysql_user = %s\nmysql_password = %s\n", name, cfg.User, cfg.Passwd)
	if cfg.Net == "unix" {
		fmt.Fprintf(&b, "mysql_socket = %s\n", cfg.Addr)
	} else {
		host, port, err := net.SplitHostPort(cfg.Addr)
		if err != nil {
			t.Fatalf("%s: %v", DSNVariable, err)
		}
		fmt.Fprintf(&b, "mysql_host = %s\nmysql_port = %s\n", host, port)
	}
	return b.String()
}

func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// Option changes how a server is started.
type Option func(*startOptions)

type startOptions struct {
	log    *slog.Logger
	memory net.Listener
}

// WithMemory has the server answer programs of the test's process there too (soaphttp.Memory).
func WithMemory(l net.Listener) Option { return func(o *startOptions) { o.memory = l } }

// WithLog has the server write its log there instead of into the test's.
func WithLog(log *slog.Logger) Option { return func(o *startOptions) { o.log = log } }

// Start runs a server with further lines of server.cfg until the test ends.
func Start(t testing.TB, engine, lines string) *Instance {
	t.Helper()
	dir := Folder(t)
	return StartIn(t, dir, Settings(t, engine, dir)+lines)
}

// StartIn runs a server in a folder, with all its lines of server.cfg given, so that a test can stop it and start it again.
func StartIn(t testing.TB, dir, lines string, options ...Option) *Instance {
	t.Helper()
	i := &Instance{UnixPath: filepath.Join(dir, "server.sock"), Failures: new(Failures), Metrics: prometheus.NewRegistry(), done: make(chan error, 1)}
	o := startOptions{log: logger(t, i.Failures)}
	for _, set := range options {
		set(&o)
	}
	i.Config = Load(t, "server_listen = 127.0.0.1:0\nserver_pipe_priority =\nserver_pipe_name = "+i.UnixPath+"\n"+
		"index_path = "+filepath.Join(dir, "search")+"\n"+
		"cache_cell_size = 64m\ncache_sortkey_size = 64m\n"+lines)
	i.Config.Start.Memory = o.memory
	if err := i.Config.Bind(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.TCPAddr = i.Config.Sockets.Plain[0].Addr().String()
	var err error
	i.Server, err = server.Open(context.Background(), i.Config, o.log, i.Metrics)
	if err != nil {
		i.Config.Sockets.Close()
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	i.stop = stop
	go func() { i.done <- i.Serve(ctx) }()
	t.Cleanup(func() {
		if err := i.Stop(); err != nil {
			t.Errorf("stopping the server: %v", err)
		}
	})
	return i
}

// Stop stops the server and waits for it; a second call does nothing.
func (i *Instance) Stop() error {
	i.once.Do(func() {
		i.stop()
		i.ended = <-i.done
	})
	return i.ended
}

// Load reads the text of a server.cfg, which must be good.
func Load(t testing.TB, text string) *config.Config {
	t.Helper()
	c := config.New(func() (int64, error) { return 1 << 30, nil })
	set, err := settings.New(c.Sections())
	if err != nil {
		t.Fatal(err)
	}
	source := settings.Source{
		Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	if err := errors.Join(set.ReadFile("server.cfg", source), set.Apply()); err != nil {
		t.Fatal(err)
	}
	if err := c.Finish(set); err != nil {
		t.Fatal(err)
	}
	return c
}

// logger writes what an operator should see into the test's log, and notes errors.
func logger(t testing.TB, failures *Failures) *slog.Logger {
	text := slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo})
	return slog.New(failureHandler{text, failures})
}
