package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/ncruces/go-sqlite3/driver"

	"zarafa/mapi"
)

// schemaOf describes all tables, indexes and views, so that two schemas can be compared.
func schemaOf(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var a, b, c sql.NullString
		if err := rows.Scan(&a, &b, &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, a.String+" "+b.String+" "+c.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("an empty schema")
	}
	return out
}

// interrupt runs the first n statements of the first step, as a server does that is killed then.
func interrupt(t *testing.T, db *sql.DB, d *Dialect, n int) {
	t.Helper()
	files, err := migrationFiles(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append([]string{createVersions}, statementsOf(files[0])[:n]...) {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%.60q: %v", text, err)
		}
	}
}

// checkInterrupted migrates databases whose first step was interrupted after each of the given numbers of statements.
func checkInterrupted(t *testing.T, d *Dialect, query string, counts func(all int) []int, open func(t *testing.T) *sql.DB) {
	files, err := migrationFiles(d)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	whole := open(t)
	if err := migrate(context.Background(), whole, d, log); err != nil {
		t.Fatal(err)
	}
	want := schemaOf(t, whole, query)
	for _, n := range counts(len(statementsOf(files[0]))) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			db := open(t)
			interrupt(t, db, d, n)
			for range 2 { // the second time there is nothing to do
				if err := migrate(context.Background(), db, d, log); err != nil {
					t.Fatal(err)
				}
			}
			if got := schemaOf(t, db, query); !slices.Equal(got, want) {
				t.Errorf("schema\n%q\nwant\n%q", got, want)
			}
		})
	}
}

func TestInterruptedMigrationSQLite(t *testing.T) {
	d := sqliteDialect()
	every := func(all int) []int {
		list := make([]int, all+1)
		for i := range list {
			list[i] = i
		}
		return list
	}
	checkInterrupted(t, d, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name", every, func(t *testing.T) *sql.DB {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "m.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	})
}

func mysqlTestDialect() *Dialect {
	return &Dialect{Name: "mysql", Now: "UNIX_TIMESTAMP()", Setting: "mysql_database",
		Columns: "SELECT TABLE_NAME,COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE()"}
}

func TestInterruptedMigrationMySQL(t *testing.T) {
	const variable = "ZARAFA_TEST_MYSQL_DSN"
	dsn := os.Getenv(variable)
	if dsn == "" {
		t.Skip(variable + " is not set; scripts/mariadb-test.sh sets it")
	}
	d := mysqlTestDialect()
	// Definitions are slow there, so not every place is tried.
	some := func(all int) []int { return []int{0, 1, all / 2, all - 1, all} }
	const query = "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION"
	checkInterrupted(t, d, query, some, func(t *testing.T) *sql.DB {
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1) // so that USE holds
		name := "zarafa_migrate_" + mapi.NewGUID().String()[:12]
		for _, text := range []string{"CREATE DATABASE " + name, "USE " + name} {
			if _, err := db.Exec(text); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() {
			if _, err := db.Exec("DROP DATABASE " + name); err != nil {
				t.Error(err)
			}
			db.Close()
		})
		return db
	})
}

func TestMigrationRefusesALaterSchema(t *testing.T) {
	d := sqliteDialect()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "m.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range []string{createVersions, "INSERT INTO versions (databaserevision,updatetime) VALUES (999,0)"} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := migrate(context.Background(), db, d, slog.New(slog.DiscardHandler)); mapi.CodeOf(err) != mapi.DatabaseError {
		t.Errorf("a database of a later version: %v", err)
	}
}
