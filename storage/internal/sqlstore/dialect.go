package sqlstore

import (
	"strings"
)

// Fault says what an error of the database means for a transaction.
type Fault int

// Faults. Everything that is neither a duplicate nor worth a retry is FaultOther.
const (
	FaultOther        Fault = iota
	FaultDuplicate          // a unique key is taken; the transaction goes on
	FaultRetry              // deadlock, lock wait, busy: the same again may succeed
	FaultTooBig             // the database never takes a statement of this size
	FaultFull               // the disk is full
	FaultNoConnection       // the database accepts no more connections now
	FaultLost               // the connection is gone, or is of no use for writing any more
)

// Dialect is the difference between two databases.
type Dialect struct {
	Name string // of the migration files: 0001.<name>.sql
	// Setting is the name of the setting that says which database it is. Columns is a query for the names of the tables and views
	// in the database, with those of their columns.
	Setting, Columns string
	// Begin starts a write transaction, or is empty if the first statement does; Setup prepares a connection for writing.
	Begin string
	Setup []string
	// Together tells that a driver's ExecContext takes several statements, and that this saves round trips.
	Together bool
	// Numbered tells that COMMIT can be carried out although its answer is lost, so that commits write their numbers (see doubt). It
	// needs Together. Elsewhere a COMMIT with an error has changed nothing that this process will ever see.
	Numbered bool
	// Fault sorts errors by the driver's numbers, never by their texts.
	Fault func(error) Fault
	// Upsert joins the key columns of a conflict and the assignments into the
	// clause after VALUES; New names the value that was to be inserted.
	Upsert func(keys, assignments string) string
	// InsertRows is INSERT for one or several rows. It need not take back what it inserted before the row that failed: its
	// transaction is rolled back then.
	InsertRows string
	New        func(column string) string
	// StoreIDs is a query for the different values of hierarchy.store, the first column of the primary key, that
	// jumps from one value to the next in place of reading every row.
	StoreIDs string
	// Clustered and ByDate stand behind hierarchy and its alias, and have a SELECT go by the primary key or by hierarchy_view: an
	// optimizer that counts rows of a folder wrongly reads the whole table instead, or jumps about in it.
	Clustered, ByDate string
	// Now is the present time in seconds since 1970.
	Now string
	// Greatest is the function that gives the larger of two numbers.
	Greatest string
	// LockRows makes a SELECT lock what it reads until the commit, where
	// transactions run side by side.
	LockRows string
}

// set gives the assignments that overwrite columns with their new values.
func (d *Dialect) set(columns ...string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c + "=" + d.New(c)
	}
	return strings.Join(parts, ",")
}

// upsert makes a statement that inserts a row or overwrites some columns of it.
func (d *Dialect) upsert(table, columns, keys string, overwrite ...string) string {
	n := strings.Count(columns, ",") + 1
	return "INSERT INTO " + table + " (" + columns + ") VALUES " + tuple(n) + d.Upsert(keys, d.set(overwrite...))
}

// tuple is (?,?,…) with n marks.
func tuple(n int) string { return "(" + marks(n) + ")" }

func marks(n int) string { return strings.Repeat("?,", n-1) + "?" }

// maxTuples is how many rows one INSERT carries. Each number of rows is a text, and
// a prepared statement, of its own.
const maxTuples = 32

// multiInsert is an INSERT of 1 to maxTuples rows.
type multiInsert struct {
	table   string
	columns int
	texts   [maxTuples]string
}

func (d *Dialect) multiInsert(table, columns, suffix string) *multiInsert {
	m := &multiInsert{table: table, columns: strings.Count(columns, ",") + 1}
	row := tuple(m.columns)
	rows := row
	for i := range m.texts {
		m.texts[i] = d.InsertRows + " INTO " + table + " (" + columns + ") VALUES " + rows + suffix
		rows += "," + row
	}
	return m
}

// inList is a statement with an IN list, whose length is rounded up to a power of two
// so that there are few texts; the last id fills the places left.
type inList struct {
	texts [maxInListLog + 1]string
}

const (
	maxInListLog = 9
	maxInList    = 1 << maxInListLog
)

// newInList replaces the mark [] in text by the list.
func newInList(text string) *inList {
	l := &inList{}
	for i := range l.texts {
		l.texts[i] = strings.Replace(text, "[]", tuple(1<<i), 1)
	}
	return l
}

// fill gives the text for up to maxInList ids and appends the arguments.
func (l *inList) fill(args []any, ids []uint32) (string, []any) { return fill(l, args, ids) }

// fill is for keys of any type.
func fill[K any](l *inList, args []any, ids []K) (string, []any) {
	log := 0
	for 1<<log < len(ids) {
		log++
	}
	for i := range 1 << log {
		args = append(args, ids[min(i, len(ids)-1)])
	}
	return l.texts[log], args
}
