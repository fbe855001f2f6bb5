package legacy_test

import (
	"database/sql"
	"testing"

	"github.com/go-sql-driver/mysql"

	"zarafa/agents/migrate/sampletest"
)

// TestReaderMayOnlyRead: the user with whom all tests of the migration read the source has no other right, so that a statement
// which changes something fails them.
func TestReaderMayOnlyRead(t *testing.T) {
	t.Parallel()
	s := sampletest.Open(t, sampletest.Database)
	cfg, err := mysql.ParseDSN(s.DSN)
	if err != nil {
		t.Fatal(err)
	}
	cfg.User, cfg.Passwd = s.Config.User, s.Config.Password
	db, err := sql.Open("mysql", cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM hierarchy").Scan(&n); err != nil || n == 0 {
		t.Fatalf("the reader counts %d objects: %v", n, err)
	}
	for _, text := range []string{"DELETE FROM acl", "UPDATE settings SET value=''", "CREATE TABLE x (id INT)", "CREATE TEMPORARY TABLE x (id INT)", "INSERT INTO names (guid) VALUES ('x')"} {
		if _, err := db.ExecContext(t.Context(), text); err == nil {
			t.Errorf("the reader may do %q", text)
		}
	}
}
