package mysql_test

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"strconv"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/storagetest"
)

// newDatabase gives the place of a database that does not exist yet and goes away with the test.
func newDatabase(t *testing.T) mysql.Config {
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

func root(t *testing.T) *sql.DB {
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

func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Database {
		cfg := newDatabase(t)
		return storagetest.OpenFunc(func(t *testing.T) storage.Store { return open(t, cfg, mysql.Options{Readers: 4}) })
	})
}

func splitHostPort(addr string) (string, int, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.Atoi(port)
	return host, n, err
}
