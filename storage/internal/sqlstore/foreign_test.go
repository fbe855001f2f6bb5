package sqlstore

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
)

// sqliteDialect is as much of the dialect as a migration needs.
func sqliteDialect() *Dialect {
	return &Dialect{Name: "sqlite", Now: "unixepoch()", Setting: "sqlite_path",
		Columns: "SELECT m.name,c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type IN ('table','view')"}
}

// TestMigrationRefusesForeignTables: a database where another program has a table of ours stays as it is.
func TestMigrationRefusesForeignTables(t *testing.T) {
	d := sqliteDialect()
	files, err := migrationFiles(d)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"versions", "USERS"}
	for _, m := range created.FindAllStringSubmatch(files[0], -1) {
		names = append(names, m[1])
	}
	if !slices.Contains(names, "users") || !slices.Contains(names, "settings") || !slices.Contains(names, "properties") {
		t.Fatalf("the names of the schema are not found: %q", names)
	}
	for _, name := range names {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "m.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec("CREATE TABLE " + name + " (theirs INTEGER)"); err != nil {
			t.Fatal(err)
		}
		const schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
		before := schemaOf(t, db, schema)
		err = migrate(context.Background(), db, d, slog.New(slog.DiscardHandler))
		if mapi.CodeOf(err) != mapi.DatabaseError || !strings.Contains(err.Error(), "sqlite_path") {
			t.Errorf("a database with a table %s of another program: %v", name, err)
		}
		if after := schemaOf(t, db, schema); !slices.Equal(before, after) {
			t.Errorf("table %s: the database was changed to %q", name, after)
		}
	}
}
