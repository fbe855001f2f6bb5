package mysql_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/mysql/mysqltest"
)

// once gives a verdict to the first COMMIT and lets the others pass.
func once(v mysqltest.Verdict) func(int) mysqltest.Verdict {
	var used atomic.Bool
	return func(int) mysqltest.Verdict {
		if used.Swap(true) {
			return mysqltest.Pass()
		}
		return v
	}
}

// numbered writes a row that a second run of the same update would find, and reports how often it ran and how often it was committed.
func numbered(t *testing.T, s storage.Store, lane uint32, name string) (runs, commits int, err error) {
	err = s.Update(t.Context(), lane, func(ctx context.Context, tx storage.Tx) error {
		runs++
		if _, ok, err := tx.Setting(ctx, name); err != nil || ok {
			return errors.Join(err, errors.New("done twice"))
		}
		if _, err := tx.NewObjectID(ctx); err != nil {
			return err
		}
		return tx.SetSetting(ctx, name, []byte{1})
	}, func() { commits++ })
	return runs, commits, err
}

// TestFaultsOfCommit: each class of fault of a COMMIT, which the database carried out or not, ends as a COMMIT with an answer does:
// what was carried out is a success and is not done again, what was not is done again where that can help.
func TestFaultsOfCommit(t *testing.T) {
	t.Parallel()
	cfg := newDatabase(t)
	proxy, through := newProxy(t, cfg)
	s := open(t, through, mysql.Options{Lanes: 1, Readers: 2})
	defer s.Close()
	s.OnDoubt(func(lane uint32) { t.Errorf("lane %d is in doubt although the database is there", lane) })
	for _, tc := range []struct {
		name  string
		v     mysqltest.Verdict
		again bool // it may succeed a second time
	}{
		{"2013, lost connection", mysqltest.Verdict{Lose: true}, true},
		{"1053, shutdown", mysqltest.Verdict{Error: 1053}, true},
		{"1205, lock wait timeout", mysqltest.Verdict{Error: 1205}, true},
		{"1213, deadlock", mysqltest.Verdict{Error: 1213}, true},
		{"1290, read-only", mysqltest.Verdict{Error: 1290}, true},
		{"1836, read-only", mysqltest.Verdict{Error: 1836}, true},
		{"1927, connection killed", mysqltest.Verdict{Error: 1927}, true},
		{"1180, error during COMMIT", mysqltest.Verdict{Error: 1180}, false},
		{"1021, full disk", mysqltest.Verdict{Error: 1021}, false},
		{"3, error writing a file", mysqltest.Verdict{Error: 3}, false},
	} {
		for _, carriedOut := range []bool{false, true} {
			name := fmt.Sprintf("%s, carried out: %v", tc.name, carriedOut)
			v := tc.v
			v.Forward = carriedOut
			proxy.OnCommit(once(v))
			runs, commits, err := numbered(t, s, 1, name)
			wantRuns, success := 1, carriedOut || tc.again
			if !carriedOut && tc.again {
				wantRuns = 2
			}
			if (err == nil) != success || runs != wantRuns || (commits == 1) != success {
				t.Errorf("%s: %v, %d runs, %d times committed", name, err, runs, commits)
			}
			if err != nil && mapi.CodeOf(err) != mapi.DatabaseError {
				t.Errorf("%s: %v", name, err)
			}
			if _, ok, err := s.Setting(t.Context(), name); err != nil || ok != success {
				t.Errorf("%s: it is there: %v, %v", name, ok, err)
			}
			if _, _, err := numbered(t, s, 1, "after "+name); err != nil {
				t.Errorf("after %s: %v", name, err)
			}
		}
	}
}

// TestFailover: the connections of before go on to a primary that takes no more COMMITs; those made from then on go to the new one.
func TestFailover(t *testing.T) {
	t.Parallel()
	cfg := newDatabase(t)
	proxy, through := newProxy(t, cfg)
	s := open(t, through, mysql.Options{Lanes: 2, Readers: 2})
	defer s.Close()
	for round := range 3 {
		for lane := range uint32(2) {
			if err := putSetting(t, s, "before"); err != nil {
				t.Fatal(err)
			}
			for _, number := range []uint16{1290, 1836, 1792} {
				newest := 0
				proxy.OnCommit(func(serial int) mysqltest.Verdict {
					newest = max(newest, serial)
					return mysqltest.Pass()
				})
				numbered(t, s, lane, fmt.Sprint("place ", round, lane, number))
				old := newest
				proxy.OnCommit(func(serial int) mysqltest.Verdict {
					if serial <= old {
						return mysqltest.Verdict{Error: number}
					}
					return mysqltest.Pass()
				})
				name := fmt.Sprint("failover ", round, lane, number)
				if runs, commits, err := numbered(t, s, lane, name); err != nil || runs != 2 || commits != 1 {
					t.Errorf("%s: %v, %d runs, %d times committed", name, err, runs, commits)
				}
				proxy.OnCommit(nil)
			}
		}
	}
}

// TestDoubt: a COMMIT gets no answer, and the database cannot be asked. Nothing is read before it can be, and then everything is right.
func TestDoubt(t *testing.T) {
	t.Parallel()
	for _, carriedOut := range []bool{false, true} {
		t.Run(fmt.Sprint(carriedOut), func(t *testing.T) {
			t.Parallel()
			cfg := newDatabase(t)
			proxy, through := newProxy(t, cfg)
			s := open(t, through, mysql.Options{Lanes: 2, Readers: 2})
			defer s.Close()
			var doubts []uint32
			s.OnDoubt(func(lane uint32) { doubts = append(doubts, lane) })
			if _, ok, err := s.Setting(t.Context(), "first"); ok || err != nil {
				t.Fatal(ok, err)
			}
			for round, lane := range []uint32{storage.LaneDirectory, 1, 2, 7} {
				name := fmt.Sprint("doubt ", round)
				proxy.OnCommit(once(mysqltest.Verdict{Forward: carriedOut, Lose: true, Close: true}))
				if runs, commits, err := numbered(t, s, lane, name); mapi.CodeOf(err) != mapi.DatabaseError || commits != 0 { // an idle connection that died costs a run
					t.Errorf("%s: %v, %d runs, %d times committed", name, err, runs, commits)
				}
				if !slices.Equal(doubts, []uint32{lane}) {
					t.Errorf("%s: lanes in doubt %v", name, doubts)
				}
				doubts = nil
				if _, _, err := s.Setting(t.Context(), name); mapi.CodeOf(err) != mapi.DatabaseError {
					t.Errorf("%s: read without a database: %v", name, err)
				}
				proxy.Open()
				if _, ok, err := s.Setting(t.Context(), name); err != nil || ok != carriedOut {
					t.Errorf("%s: it is there: %v, %v", name, ok, err)
				}
				if runs, commits, err := numbered(t, s, lane, "after "+name); err != nil || runs != 1 || commits != 1 {
					t.Errorf("after %s: %v, %d runs, %d times committed", name, err, runs, commits)
				}
				if len(doubts) != 0 {
					t.Errorf("after %s: lanes in doubt %v", name, doubts)
				}
			}
		})
	}
}

// TestLateCommit: the database comes to a COMMIT after it was asked what became of it. It must not carry it out any more.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	cfg := newDatabase(t)
	proxy, through := newProxy(t, cfg)
	s := open(t, through, mysql.Options{Lanes: 1, Readers: 2})
	defer s.Close()
	if err := putSetting(t, s, "a"); err != nil {
		t.Fatal(err)
	}
	db := root(t)
	defer db.Close()
	db.SetMaxOpenConns(1)
	var epoch, last uint64
	if err := db.QueryRow("SELECT epoch,last FROM "+cfg.Database+".commits WHERE shard=0").Scan(&epoch, &last); err != nil {
		t.Fatal(err)
	}
	proxy.OnCommit(once(mysqltest.Verdict{Lose: true}))
	if runs, _, err := numbered(t, s, 1, "b"); err != nil || runs != 2 {
		t.Fatalf("%v, %d runs", err, runs)
	}
	const commit = "INSERT INTO %s.commits (shard,epoch,last) VALUES (0,%d,%d) ON DUPLICATE KEY UPDATE last=CASE WHEN epoch=VALUES(epoch) AND last=VALUES(last)-1 THEN VALUES(last) END"
	if _, err := db.Exec("SET sql_mode='STRICT_ALL_TABLES'"); err != nil {
		t.Fatal(err)
	}
	for name, numbers := range map[string][2]uint64{"the lost COMMIT": {epoch, last + 1}, "a server of an earlier epoch": {epoch - 1, last + 4}} {
		if _, err := db.Exec(fmt.Sprintf(commit, cfg.Database, numbers[0], numbers[1])); err == nil {
			t.Errorf("%s is carried out", name)
		}
	}
	if err := putSetting(t, s, "c"); err != nil {
		t.Error(err)
	}
}
