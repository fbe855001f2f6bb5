package sqlstore

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zarafa/mapi"
)

// checkViewIndex migrates databases of the schema before hierarchy_view, with a row in them, also after the step was interrupted between any two of its
// statements, or at its very end. columns is a query for the columns of the index in their order.
func checkViewIndex(t *testing.T, d *Dialect, step int, columns string, open func(t *testing.T) *sql.DB) {
	files, err := migrationFiles(d)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(statementsOf(files[step-1])) + 1 {
		db := open(t)
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		run := func(text string) {
			t.Helper()
			if _, err := conn.ExecContext(t.Context(), text); err != nil {
				t.Fatalf("%.60q: %v", text, err)
			}
		}
		run(createVersions)
		for i, text := range files[:step-1] {
			if err := runStep(t.Context(), conn, text, i+1, d.Now); err != nil {
				t.Fatal(err)
			}
		}
		run("INSERT INTO hierarchy (store,parent,id,type,flags,owner,props) VALUES (1,2,3,5,0,0,'[]')")
		for _, text := range statementsOf(files[step-1])[:n] {
			run(text)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to do
			if err := migrate(context.Background(), db, d, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatalf("after %d statements: %v", n, err)
			}
		}
		rows, err := db.Query(columns)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := each(rows, func() error {
			var name string
			err := rows.Scan(&name)
			got = append(got, name)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"store", "parent", "id", "type", "flags", "delivery_time"}; !slices.Equal(got, want) {
			t.Errorf("after %d statements the index has %q, want %q", n, got, want)
		}
	}
}

func TestMigrationToViewIndexSQLite(t *testing.T) {
	checkViewIndex(t, sqliteDialect(), 2, "SELECT name FROM pragma_index_info('hierarchy_view') ORDER BY seqno", func(t *testing.T) *sql.DB {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "m.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	})
}

func TestMigrationToViewIndexMySQL(t *testing.T) {
	const variable = "ZARAFA_TEST_MYSQL_DSN"
	dsn := os.Getenv(variable)
	if dsn == "" {
		t.Skip(variable + " is not set; scripts/mariadb-test.sh sets it")
	}
	const columns = "SELECT COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME='hierarchy' AND INDEX_NAME='hierarchy_view' ORDER BY SEQ_IN_INDEX"
	checkViewIndex(t, mysqlTestDialect(), 3, columns, func(t *testing.T) *sql.DB {
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1) // so that USE holds
		name := "zarafa_view_" + mapi.NewGUID().String()[:12]
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
