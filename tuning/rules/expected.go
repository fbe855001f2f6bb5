package rules

// poolStart is the share of its size that a buffer pool takes when it is empty: measured 1/53 with MariaDB 10.11 for
// pools from 1 to 12 GB, and rounded up.
const poolStart = 48

// What the server takes as long as its caches are small against their limits: measured, see results/memory.md.
const (
	heapLive     = 6 * mb  // in use at rest
	userWork     = 25 * kb // tables, buffers and queues of a user
	heapOverhead = 30 * mb // the runtime's own memory, and what it has not given back yet
	indexAtWork  = 6 * mb  // the full-text index of a few searches
	sqliteIdle   = mb      // a connection of SQLite without its page cache, of which half is used
)

// Checking a password takes passwordMem for a moment. When many users log on one after another, the collector finds
// those that are being checked and one more, and lets the heap grow to twice that too. It takes some users for each
// processor until that happens.
const (
	passwordMem     = 19 * mb
	passwordsAtOnce = 4 // how many the server checks at one time, at most, and one a processor
	logOns          = 12
	stormOverhead   = 8 * mb
	// What the caches hold from the start; while users log on, half of the rest has come.
	firstCells = 64 * mb
)

// Load is what the server had to do.
type Load struct {
	Users  int   // at one time, at most
	Caches int64 // what its large caches held, in bytes
	Data   int64 // size of the database, in bytes
}

// ExpectedServer is the most memory that the server takes under a load, in bytes. As long as its limit is far, the heap
// grows to twice what is in use; with full caches the limit holds, and it is the server's part of the budget.
func (p Plan) ExpectedServer(l Load) int64 {
	heap := min(max(p.heapAtWork(l), p.heapAtLogOn(l)), p.heapLimit)
	outside := programFile + indexAtWork
	if p.Version == nil {
		n := int64(SQLiteConnections(p.processors))
		outside += n * (min(sqliteCaches/n/2, l.Data) + sqliteIdle)
	}
	return min(p.Planned(Server), heap+outside)
}

// heapAtWork is the heap when everybody is at work, in bytes.
func (p Plan) heapAtWork(l Load) int64 {
	return 2*(l.Caches+heapLive+int64(l.Users)*userWork) + heapOverhead
}

// heapAtLogOn is the heap while the last of the users log on, in bytes.
func (p Plan) heapAtLogOn(l Load) int64 {
	caches := l.Caches - max(l.Caches-firstCells, 0)/2
	checked := int64(min(p.processors, passwordsAtOnce)) * passwordMem
	all, few := int64(l.Users), int64(logOns*p.processors)
	share := func(bytes int64) int64 { return bytes * min(all, few) / few }
	return 2*(caches+heapLive+share(checked+passwordMem)) + share(checked) + stormOverhead
}

// ExpectedDatabase is the memory that the database takes when its buffer pool holds so much, in bytes. 0 without a
// database.
func (p Plan) ExpectedDatabase(pool int64) int64 {
	var total int64
	for _, part := range p.Budget.Parts {
		switch {
		case part.Service != DB || part.Name == partPoolHeader:
		case part.Name == partPool:
			total += pool + part.Bytes/poolStart
		default:
			total += part.Bytes
		}
	}
	return min(total, p.Planned(DB))
}

// Planned is the part of the budget that a service has with full caches, in bytes.
func (p Plan) Planned(service Role) int64 {
	var total int64
	for _, part := range p.Budget.Parts {
		if part.Service == service {
			total += part.Bytes
		}
	}
	return total
}
