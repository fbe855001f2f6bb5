package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"zarafa/storage"
)

// countingGuard counts the connections that write.
type countingGuard struct{ claims int }

func (g *countingGuard) Begin(context.Context) error { return nil }
func (g *countingGuard) Claim(context.Context, *sql.Conn) (func(), error) {
	g.claims++
	return func() {}, nil
}
func (g *countingGuard) Check() error { return nil }
func (g *countingGuard) Close() error { return nil }

// faultError is an error of the database of a given class.
type faultError Fault

func (faultError) Error() string { return "fault" }

// TestFaultsAndConnections: an update that fails is run again, over a new connection or the same, as the class of its fault asks for. The
// database can roll back each time.
func TestFaultsAndConnections(t *testing.T) {
	for _, tc := range []struct {
		name        string
		fault       Fault
		runs, conns int // of an update that fails once, and one before it
		done        bool
	}{
		{"other", FaultOther, 1, 1, false},
		{"duplicate", FaultDuplicate, 1, 1, false},
		{"deadlock", FaultRetry, 2, 1, true},
		{"of no use for writing", FaultLost, 2, 2, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := sqliteDialect()
			d.Begin, d.InsertRows, d.Greatest = "BEGIN IMMEDIATE", "INSERT", "max"
			d.New = func(column string) string { return "excluded." + column }
			d.Upsert = func(keys, set string) string { return " ON CONFLICT(" + keys + ") DO UPDATE SET " + set }
			d.StoreIDs = "SELECT DISTINCT store FROM hierarchy"
			d.Fault = func(err error) Fault {
				var f faultError
				if errors.As(err, &f) {
					return Fault(f)
				}
				return FaultOther
			}
			db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "a.db")+"?_pragma=journal_mode(WAL)")
			if err != nil {
				t.Fatal(err)
			}
			guard := &countingGuard{}
			s, err := Open(t.Context(), Config{Dialect: d, Readers: db, Writers: db, Shards: 1, MaxBatch: 1, Guard: guard})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			runs := 0
			update := func(fail func() error) error {
				return s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
					if err := tx.SetSetting(ctx, "a", []byte{1}); err != nil {
						return err
					}
					return fail()
				}, nil)
			}
			if err := update(func() error { return nil }); err != nil {
				t.Fatal(err)
			}
			err = update(func() error {
				if runs++; runs == 1 {
					return faultError(tc.fault)
				}
				return nil
			})
			if (err == nil) != tc.done || runs != tc.runs || guard.claims != tc.conns {
				t.Errorf("%v, %d runs, %d connections; want %d and %d", err, runs, guard.claims, tc.runs, tc.conns)
			}
		})
	}
}
