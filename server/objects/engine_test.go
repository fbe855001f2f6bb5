package objects

import (
	"context"
	"database/sql"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/sqlite"
)

const dsnVariable = "ZARAFA_TEST_MYSQL_DSN"

// TestOnMySQL runs the tests that write on MariaDB or MySQL; by themselves they run on SQLite.
func TestOnMySQL(t *testing.T) {
	if os.Getenv(dsnVariable) == "" {
		t.Skip(dsnVariable + " is not set; scripts/mariadb-test.sh sets it")
	}
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"Sizes", TestSizesAreThoseOfTheProtocol},
		{"UpdateParts", TestUpdateParts},
		{"Flags", TestOrdinaryClientsDoNotChangeFlags},
		{"LargeValues", TestLargeValues},
		{"SoftDelete", TestSoftDeleteAndRestore},
		{"CopyAndMove", TestHardDeleteCopyAndMove},
		{"Folders", TestFolders},
		{"LongFolderNames", TestLongFolderNames},
		{"EmptyFolder", TestEmptyFolder},
		{"ReadFlags", TestReadFlagsOfAWholeFolder},
		{"Flags of many", TestFlagsOfManyMessages},
		{"Flags on condition", TestFlagsOnCondition},
		{"Copies, all or none", TestCopiesAllOrNone},
		{"Submit", TestSubmit},
		{"Stores", TestNewStoreAsClientsSeeIt},
		{"Orphans", TestOrphans},
		{"ReceiveFolders", TestReceiveFolders},
		{"Names", TestNamesHaveLimits},
		{"Concurrency", TestConcurrentWriters},
		{"Batches", TestNothingHoldsAWholeFolder},
		{"DeathBetweenBatches", TestDeathBetweenBatches},
		{"MeasuredTrees", TestTreeChangesWhileItIsMeasured},
	} {
		t.Run(c.name, c.test)
	}
}

// newTestStore opens an empty store of the test's own, which is checked when the test ends.
func newTestStore(t *testing.T) storage.Store {
	t.Helper()
	var store storage.Store
	var err error
	if strings.HasPrefix(t.Name(), "TestOnMySQL/") {
		store, err = mysql.Open(t.Context(), newDatabase(t), mysql.Options{Readers: 4})
	} else {
		store, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{Readers: 4})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c, ok := store.(storage.Checker); ok && !t.Failed() {
			if err := c.CheckConsistency(context.Background()); err != nil {
				t.Error(err)
			}
			if err := c.CheckCounters(context.Background()); err != nil {
				t.Error(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// newDatabase names a database that goes away with the test.
func newDatabase(t *testing.T) mysql.Config {
	t.Helper()
	dsn := os.Getenv(dsnVariable)
	dc, err := driver.ParseDSN(dsn)
	if err != nil {
		t.Fatalf("%s: %v", dsnVariable, err)
	}
	cfg := mysql.Config{User: dc.User, Password: dc.Passwd, Database: "zarafa_objects_" + mapi.NewGUID().String()[:12]}
	if dc.Net == "unix" {
		cfg.Socket = dc.Addr
	} else {
		host, port, err := net.SplitHostPort(dc.Addr)
		if err != nil {
			t.Fatalf("%s: %v", dsnVariable, err)
		}
		cfg.Host = host
		if cfg.Port, err = strconv.Atoi(port); err != nil {
			t.Fatalf("%s: %v", dsnVariable, err)
		}
	}
	t.Cleanup(func() {
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec("DROP DATABASE IF EXISTS " + cfg.Database); err != nil {
			t.Error(err)
		}
	})
	return cfg
}
