// Package sqlitedriver compares pure-Go SQLite drivers on what a mail store does. It is a module of
// its own, so that the product does not depend on the driver that lost. See ../sqlite-driver.md.
package sqlitedriver

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"
	_ "modernc.org/sqlite"
)

const rows = 20000

var schema = []string{
	`CREATE TABLE hierarchy (store INTEGER NOT NULL, parent INTEGER NOT NULL, id INTEGER NOT NULL, type INTEGER NOT NULL,
	 flags INTEGER NOT NULL, owner INTEGER NOT NULL, entryid BLOB, sourcekey BLOB, message_class TEXT, subject TEXT,
	 delivery_time INTEGER, last_modified INTEGER, message_flags INTEGER, message_size INTEGER, props TEXT NOT NULL,
	 PRIMARY KEY (store, parent, id)) WITHOUT ROWID`,
	`CREATE UNIQUE INDEX hierarchy_id ON hierarchy (id)`,
	`CREATE UNIQUE INDEX hierarchy_entryid ON hierarchy (entryid)`,
	`CREATE UNIQUE INDEX hierarchy_sourcekey ON hierarchy (sourcekey)`,
	`CREATE TABLE parts (store INTEGER NOT NULL, message INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER NOT NULL,
	 type INTEGER NOT NULL, props TEXT NOT NULL, PRIMARY KEY (store, message, id)) WITHOUT ROWID`,
	`CREATE TABLE counters (id INTEGER PRIMARY KEY, content INTEGER NOT NULL)`,
}

var drivers = []struct{ name, registered string }{{"modernc", "sqlite"}, {"ncruces", "sqlite3"}}

func open(b *testing.B, driver, synchronous string) *sql.DB {
	path := filepath.Join(b.TempDir(), "bench.db")
	db, err := sql.Open(driver, "file:"+path+"?_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=synchronous("+synchronous+")&_pragma=cache_size(-65536)")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	for _, s := range schema {
		if _, err := db.Exec(s); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// store writes messages the way the server does: prepared statements on one connection.
type store struct {
	b                      *testing.B
	conn                   *sql.Conn
	message, part, counter *sql.Stmt
	props                  string
}

func newStore(b *testing.B, db *sql.DB) *store {
	s := &store{b: b, props: "[" + strings.Repeat(`["0E04001F","Somebody With A Name"],["300B0102","AAECAwQFBgcICQ=="],["30070040",130000000000000000],`, 12) + `["0E080003",1]]`}
	var err error
	if s.conn, err = db.Conn(context.Background()); err != nil {
		b.Fatal(err)
	}
	prepare := func(text string) *sql.Stmt {
		st, err := s.conn.PrepareContext(context.Background(), text)
		if err != nil {
			b.Fatal(err)
		}
		return st
	}
	s.message = prepare("INSERT INTO hierarchy VALUES (1,2,?,5,0,3,?,?,?,?,?,?,?,?,?)")
	s.part = prepare("INSERT INTO parts VALUES (1,?,?,?,6,?),(1,?,?,?,6,?),(1,?,?,?,6,?),(1,?,?,?,7,?)")
	s.counter = prepare("INSERT INTO counters VALUES (2,1) ON CONFLICT(id) DO UPDATE SET content=content+excluded.content")
	b.Cleanup(func() { s.conn.Close() })
	return s
}

func (s *store) exec(text string) {
	if _, err := s.conn.ExecContext(context.Background(), text); err != nil {
		s.b.Fatal(err)
	}
}

func (s *store) insert(i int) {
	id := 10 * i
	key := fmt.Appendf(nil, "%016x-entry-id-of-the-message-----", uint64(i)*0x9E3779B97F4A7C15)
	run := func(st *sql.Stmt, args ...any) {
		if _, err := st.Exec(args...); err != nil {
			s.b.Fatal(err)
		}
	}
	run(s.message, id, key, key[:22], "IPM.Note", "A subject of ordinary length", int64(130000000000000000)+int64(i), int64(130000000000000000), 1, 4711, s.props)
	short := s.props[:200]
	run(s.part, id, id+1, id, short, id, id+2, id, short, id, id+3, id, short, id, id+4, id, s.props)
	run(s.counter)
}

func (s *store) fill() {
	s.exec("BEGIN IMMEDIATE")
	for i := range rows {
		s.insert(i + 1)
	}
	s.exec("COMMIT")
}

// scan reads rows into the buffers of the driver.
func scan(b *testing.B, r *sql.Rows, err error) (n int) {
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var nums [8]sql.NullInt64
	var raw [5]sql.RawBytes
	for r.Next() {
		if err := r.Scan(&nums[0], &nums[1], &nums[2], &nums[3], &raw[0], &raw[1], &raw[2], &raw[3], &nums[4], &nums[5], &nums[6], &nums[7], &raw[4]); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}

const selectRows = "SELECT store,parent,id,flags,entryid,sourcekey,message_class,subject,delivery_time,last_modified,message_flags,message_size,props FROM hierarchy"

// BenchmarkInsert writes a message with four parts in one transaction, with and without waiting for the disk.
func BenchmarkInsert(b *testing.B) {
	for _, sync := range []string{"FULL", "OFF"} {
		for _, d := range drivers {
			b.Run("sync="+sync+"/driver="+d.name, func(b *testing.B) {
				s := newStore(b, open(b, d.registered, sync))
				i := 0
				for b.Loop() {
					i++
					s.exec("BEGIN IMMEDIATE")
					s.insert(i)
					s.exec("COMMIT")
				}
			})
		}
	}
}

// BenchmarkScan reads a folder of 20,000 rows.
func BenchmarkScan(b *testing.B) {
	for _, d := range drivers {
		b.Run("driver="+d.name, func(b *testing.B) {
			s := newStore(b, open(b, d.registered, "OFF"))
			s.fill()
			st, err := s.conn.PrepareContext(context.Background(), selectRows+" WHERE store=1 AND parent=2 ORDER BY id")
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				r, err := st.Query()
				if n := scan(b, r, err); n != rows {
					b.Fatal(n)
				}
			}
		})
	}
}

// BenchmarkPointRead reads one row by its id.
func BenchmarkPointRead(b *testing.B) {
	for _, d := range drivers {
		b.Run("driver="+d.name, func(b *testing.B) {
			s := newStore(b, open(b, d.registered, "OFF"))
			s.fill()
			st, err := s.conn.PrepareContext(context.Background(), selectRows+" WHERE id=?")
			if err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				i = (i*7919 + 1) % rows
				r, err := st.Query(10 * (i + 1))
				if n := scan(b, r, err); n != 1 {
					b.Fatal(n)
				}
			}
		})
	}
}
