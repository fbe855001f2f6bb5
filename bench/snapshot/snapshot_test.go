package snapshot

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"zarafa/server/servertest"
)

// script makes a program that takes a worker's place.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSQLite(t *testing.T) {
	dir := t.TempDir()
	s, err := NewSQLite(t.Context(), script(t, `[ "$1 $3" = "-sqlite -fill" ] && echo filled >"$2"`), dir)
	if err != nil {
		t.Fatal(err)
	}
	args, remove, err := s.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, removeAgain, err := s.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if args[0] != "-sqlite" || args[1] == again[1] || len(args[1]) != len(again[1]) {
		t.Errorf("copies %q and %q", args, again)
	}
	if text, err := os.ReadFile(args[1]); err != nil || string(text) != "filled\n" {
		t.Errorf("%q, %v", text, err)
	}
	for _, f := range []func() error{remove, removeAgain, s.Close} {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestFillFails(t *testing.T) {
	_, err := NewSQLite(t.Context(), script(t, "echo the disk is full >&2; exit 1"), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
	if _, err := NewMySQL(t.Context(), script(t, "exit 0"), "no data source name"); err == nil {
		t.Error("a wrong data source name is no error")
	}
}

func TestMySQL(t *testing.T) {
	dsn := os.Getenv(servertest.DSNVariable)
	if dsn == "" {
		t.Skip(servertest.DSNVariable + " is not set; scripts/mariadb-test.sh sets it")
	}
	source, err := NewMySQL(t.Context(), script(t, "exit 0"), dsn)
	if err != nil {
		t.Fatal(err)
	}
	s := source.(*mysqlSource)
	for _, statement := range []string{"CREATE TABLE %.t (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT)", "INSERT INTO %.t (v) VALUES ('a'), ('b')", "CREATE VIEW %.v AS SELECT * FROM %.t"} {
		if _, err := s.db.Exec(strings.ReplaceAll(statement, "%", s.name)); err != nil {
			t.Fatal(err)
		}
	}
	args, remove, err := s.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := mysql.ParseDSN(args[1])
	if err != nil || args[0] != "-mysql" || !strings.HasPrefix(cfg.DBName, "zbench_") || cfg.DBName == s.name {
		t.Fatalf("%q, %v", args, err)
	}
	var n int
	if err := s.db.QueryRow("SELECT COUNT(*) FROM " + cfg.DBName + ".t").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name IN (?, ?)", s.name, cfg.DBName).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d databases are left, %v", n, err)
	}
}
