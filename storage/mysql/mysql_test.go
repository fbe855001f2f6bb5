package mysql_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/storagetest"
)

func TestMain(m *testing.M) {
	storagetest.CrashChild(func(database string) (storage.Store, error) {
		var cfg mysql.Config
		if err := json.Unmarshal([]byte(database), &cfg); err != nil {
			return nil, err
		}
		return mysql.Open(context.Background(), cfg, mysql.Options{})
	})
	os.Exit(m.Run())
}

// newDatabase gives the place of a database that does not exist yet and goes away with the test.
func newDatabase(t testing.TB) mysql.Config {
	t.Helper()
	dsn := os.Getenv("ZARAFA_TEST_MYSQL_DSN")
	if dsn == "" {
		t.Skip("ZARAFA_TEST_MYSQL_DSN is not set: give it a DSN without a database of a user who may make some, e.g. root@unix(/run/mysqld/mysqld.sock)/")
	}
	dc, err := driver.ParseDSN(dsn)
	if err != nil {
		t.Fatalf("ZARAFA_TEST_MYSQL_DSN: %v", err)
	}
	cfg := mysql.Config{User: dc.User, Password: dc.Passwd, Database: fmt.Sprintf("zarafa_test_%.12s", mapi.NewGUID())}
	if dc.Net == "unix" {
		cfg.Socket = dc.Addr
	} else if host, port, err := splitHostPort(dc.Addr); err != nil {
		t.Fatalf("ZARAFA_TEST_MYSQL_DSN: %v", err)
	} else {
		cfg.Host, cfg.Port = host, port
	}
	t.Cleanup(func() {
		db := root(t)
		defer db.Close()
		if _, err := db.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+cfg.Database); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	return cfg
}

// crashName is how the child of a crash test learns of the database.
func crashName(t *testing.T, cfg mysql.Config) string {
	t.Helper()
	b, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func root(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", os.Getenv("ZARAFA_TEST_MYSQL_DSN"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func open(t *testing.T, cfg mysql.Config, opts mysql.Options) storage.Store {
	t.Helper()
	s, err := mysql.Open(t.Context(), cfg, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func database(cfg mysql.Config) storagetest.Database {
	return storagetest.OpenFunc(func(t *testing.T) storage.Store { return open(t, cfg, mysql.Options{Readers: 4}) })
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Database { return database(newDatabase(t)) })
}

func TestCrash(t *testing.T) {
	cfg := newDatabase(t)
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			storagetest.Crash(t, database(cfg), crashName(t, cfg), 100, func(child *exec.Cmd) { child.Process.Kill() })
		})
	}
}

// TestRoundTrips: inserts travel together, and no BEGIN does.
func TestRoundTrips(t *testing.T) {
	s := open(t, newDatabase(t), mysql.Options{Lanes: 1})
	defer s.Close()
	storagetest.RoundTrips(t, s, s.(interface{ RoundTrips() uint64 }).RoundTrips)
}

func TestViews(t *testing.T) {
	cfg := newDatabase(t)
	s := open(t, cfg, mysql.Options{})
	defer s.Close()
	db := root(t)
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("USE " + cfg.Database); err != nil {
		t.Fatal(err)
	}
	storagetest.Views(t, s, db)
}

func TestOpenFails(t *testing.T) {
	cfg := newDatabase(t)
	for name, change := range map[string]func(*mysql.Config){
		"database name": func(c *mysql.Config) { c.Database = "a`b" },
		"socket":        func(c *mysql.Config) { c.Socket, c.Host, c.Port = t.TempDir()+"/none.sock", "", 0 },
	} {
		bad := cfg
		change(&bad)
		if s, err := mysql.Open(t.Context(), bad, mysql.Options{}); err == nil {
			s.Close()
			t.Errorf("a bad %s is accepted", name)
		}
	}
}

// TestLostConnections kills connections while they are idle and while an update runs.
func TestLostConnections(t *testing.T) {
	cfg := newDatabase(t)
	s := open(t, cfg, mysql.Options{Lanes: 1, Readers: 2})
	defer s.Close()
	db := root(t)
	defer db.Close()
	kill := func() { killConnections(t, db, cfg) }
	set := func(during func()) error {
		return s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
			if err := tx.SetSetting(ctx, "a", []byte("1")); err != nil {
				return err
			}
			during()
			_, _, err := tx.Setting(ctx, "a")
			return err
		}, nil)
	}
	for range 3 {
		if err := set(func() {}); err != nil {
			t.Errorf("update: %v", err)
		}
		kill()
		if err := set(func() {}); err != nil {
			t.Errorf("update after idle connections were killed: %v", err)
		}
		kill()
		if _, ok, err := s.Setting(t.Context(), "a"); !ok || err != nil {
			t.Errorf("read after idle connections were killed: %v %v", ok, err)
		}
	}
	runs := 0
	if err := set(func() {
		if runs++; runs == 1 {
			kill()
		}
	}); err != nil || runs != 2 {
		t.Errorf("an update whose connection is killed once: %v, %d runs", err, runs)
	}
	if err := set(kill); mapi.CodeOf(err) != mapi.DatabaseError {
		t.Errorf("an update whose connection is always killed: %v", err)
	}
	if err := set(func() {}); err != nil {
		t.Errorf("update after that: %v", err)
	}
}

func splitHostPort(addr string) (string, int, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.Atoi(port)
	return host, n, err
}

func BenchmarkStore(b *testing.B) {
	storagetest.Benchmark(b, func(b *testing.B) storage.Store {
		s, err := mysql.Open(b.Context(), newDatabase(b), mysql.Options{})
		if err != nil {
			b.Fatal(err)
		}
		return s
	})
}
