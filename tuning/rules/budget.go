package rules

import (
	"math"
	"sort"
)

const (
	kb = int64(1) << 10
	mb = int64(1) << 20
	gb = int64(1) << 30
)

// What the server promises to need beside its caches, and keeps to by itself (server/memlimit).
const (
	serverRest  = 200 * mb
	userMem     = 2 * 24 * kb // a user has two sessions: his own, and that of a phone or a delegate
	programFile = 26 * mb     // the resident part of the program, outside the heap
	textIndex   = 34 * mb     // the full-text index with all its connections, outside the heap
	// SQLite's memory, outside the heap too: the page caches of all its connections together, and what each needs beside its part.
	sqliteCaches = 64 * mb
	sqliteBase   = 2 * mb
)

// leastRest is what is planned in place of serverRest, with the limit that goes with it, where memory is short: an eighth of it,
// but not less than the program needs to work.
const leastRest = 128 * mb

// What databases need beside their caches. Measured on small installations, and rounded up.
const (
	mariadbBase = 96 * mb  // without performance_schema
	mysqlBase   = 200 * mb // its data dictionary, and performance_schema on
	connection  = 3 * mb   // buffers of a busy connection
	poolHeader  = 16       // a sixteenth: InnoDB's own administration of the pool
)

// What no plan goes below.
const (
	minCell = 4 * mb
	minPool = 16 * mb
)

// sizes are the memory of a plan, in bytes.
type sizes struct {
	cell, sortKey, pool int64
}

// demand is what a machine and its role need beside the three large caches.
type demand struct {
	role        Role
	database    bool // MariaDB or MySQL is on this machine
	users       int64
	connections int64
	queryCache  int64
	logBuffer   int64
	base        int64 // of the database's program
	rest        int64 // of the server, beside caches and users
	pages       int64 // SQLite's own caches, a part of rest
}

// objects is the server's smaller caches, which grow with the cell cache.
func (d demand) objects(cell int64) (object, indexed, details, fixed int64) {
	return roundMB(cell / 16), roundMB(cell / 8), min(max(roundMB(d.users*50*kb), mb), 25*mb), 5 * mb
}

// serverParts is the server's memory.
func (d demand) serverParts(s sizes) []Part {
	if d.role == DB {
		return nil
	}
	object, indexed, details, fixed := d.objects(s.cell)
	parts := []Part{
		{"cell cache", Server, s.cell},
		{"sort-key cache", Server, s.sortKey},
		{"smaller caches", Server, object + indexed + details + fixed},
		{"server's working memory", Server, d.rest - d.pages + d.users*userMem},
	}
	if d.pages > 0 {
		parts = append(parts, Part{partPages, Server, d.pages})
	}
	return parts
}

// Names of parts that are looked for.
const (
	partPages      = "SQLite's page caches"
	partPool       = "InnoDB buffer pool"
	partPoolHeader = "InnoDB's administration of the pool"
)

// databaseParts is the database's memory.
func (d demand) databaseParts(s sizes) []Part {
	if !d.database {
		return nil
	}
	return []Part{
		{partPool, DB, s.pool},
		{partPoolHeader, DB, s.pool / poolHeader},
		{"query cache", DB, d.queryCache},
		{"log buffer", DB, d.logBuffer},
		{"connections", DB, d.connections * connection},
		{"database's working memory", DB, d.base},
	}
}

func sum(parts []Part) int64 {
	var total int64
	for _, p := range parts {
		total += p.Bytes
	}
	return total
}

// heapLimit is the limit of the server's heap: its memory without what is outside of the heap.
func (d demand) heapLimit(s sizes) int64 { return d.server(s) - d.pages - programFile - textIndex }

func (d demand) server(s sizes) int64 { return sum(d.serverParts(s)) }
func (d demand) db(s sizes) int64     { return sum(d.databaseParts(s)) }
func (d demand) total(s sizes) int64  { return d.server(s) + d.db(s) }

// room is how much memory the parts may take, in bytes: 80 % of what there is.
type room struct{ all, server, database int64 }

// fits reports whether sizes keep to the 80 %.
func (r room) fits(d demand, s sizes) bool {
	return d.total(s) <= r.all && d.server(s) <= r.server && d.db(s) <= r.database
}

// wanted is what the documentation's rules ask for.
func (d demand) wanted(memory int64) sizes {
	s := sizes{sortKey: d.users * mb}
	switch d.role {
	case DB:
		s.pool = floorMB(memory / 100 * dedicatedShare)
		s.sortKey = 0
	case Server:
		s.cell = floorMB(memory / 2)
	default:
		s.cell = floorMB(memory / 4)
		if d.database {
			s.pool = floorMB(memory / 4)
		}
	}
	return s
}

// dedicatedShare is the percentage of a machine of its own that the pool gets: as
// much of the documentation's 50 to 80 as leaves room for the rest of the database.
const dedicatedShare = 72

// solve fits the wanted sizes into the room. The sort-key cache gives way first, but
// keeps a twentieth of the memory, as without it every table is read from the
// database; then the two large ones give way together. If nothing fits, the smallest
// sizes are returned.
func solve(d demand, r room, memory int64) sizes {
	want := d.wanted(memory)
	keep := min(want.sortKey, floorMB(memory/20))
	scaled := func(n int) sizes {
		f := float64(n) / 4096
		return sizes{cell: atLeast(want.cell, minCell, f), pool: atLeast(want.pool, minPool, f), sortKey: keep}
	}
	// The service with the smaller limit is fitted first, so that the other need not
	// give way for it.
	best := want
	best.sortKey = keep
	best.cell = fitOne(want.cell, minCell, func(n int64) bool { return d.server(sizes{cell: n, sortKey: keep}) <= r.server })
	best.pool = fitOne(want.pool, minPool, func(n int64) bool { return d.db(sizes{pool: n}) <= r.database })
	if d.total(best) > r.all {
		n := sort.Search(4096, func(i int) bool { s := scaled(4096 - i); return d.total(smaller(s, best)) <= r.all })
		best = smaller(scaled(4096-n), best)
	}
	best.sortKey = fitOne(want.sortKey, 0, func(n int64) bool { s := best; s.sortKey = n; return r.fits(d, s) })
	return best
}

// smaller takes the smaller of both sizes.
func smaller(a, b sizes) sizes {
	return sizes{cell: min(a.cell, b.cell), pool: min(a.pool, b.pool), sortKey: min(a.sortKey, b.sortKey)}
}

// atLeast is a share of a wanted size, but not less than a floor.
func atLeast(want, floor int64, f float64) int64 {
	if want == 0 {
		return 0
	}
	return max(floorMB(int64(float64(want)*f)), min(floor, want))
}

// fitOne returns the largest number of megabytes, up to want, that is accepted, and
// the floor if none is.
func fitOne(want, floor int64, ok func(int64) bool) int64 {
	if want == 0 || ok(want) {
		return want
	}
	n := sort.Search(int(want/mb), func(n int) bool { return !ok(int64(n+1) * mb) })
	return max(int64(n)*mb, min(floor, want))
}

// needed is the smallest memory with which everything wanted fits, in bytes.
func (d demand) needed() int64 {
	n := sort.Search(1<<24, func(i int) bool {
		memory := int64(i) * 64 * mb
		limit := memory / 100 * 80
		return d.total(d.wanted(memory)) <= limit
	})
	return int64(n) * 64 * mb
}

// mostUsers is the largest number of users for whom everything wanted fits.
func (d demand) mostUsers(r room, memory int64) int {
	return sort.Search(1<<24, func(n int) bool {
		d := d
		d.users = int64(n + 1)
		return !r.fits(d, d.wanted(memory))
	})
}

func floorMB(n int64) int64 { return n / mb * mb }

func roundMB(n int64) int64 { return max((n+mb/2)/mb, 1) * mb }

// percent says how much a part is of a whole, for people.
func percent(part, whole int64) int {
	if whole == 0 {
		return 0
	}
	return int(math.Round(float64(part) / float64(whole) * 100))
}
