// Package memlimit keeps the process within the memory that its settings promise: the configured caches, 24 KiB for each
// session, and 200 MiB for all the rest.
//
// Go's collector lets the heap grow to twice what is in use unless the runtime has a limit, so the promise is kept by
// setting that limit: what is promised without what the process has outside of the Go runtime's hands. That part is the program
// itself and the databases of SQLite, whose page caches are maps of their own. It is foreseen (Outside), and read
// as well, since it may be more: a Keeper looks every second.
//
// Large requests may need more than the 200 MiB. Then the cell cache gives way to them for a while (Yield), since nothing else can.
//
// The limit is of the process, so a program has one Keeper; it belongs to one goroutine. The package refuses to let the
// limit strangle the collector: however much lies outside, the caches and some room stay for the heap.
package memlimit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime/metrics"
	"strconv"
)

// What is promised beside the caches, in bytes.
const (
	Session = 24 << 10
	Rest    = 200 << 20
)

// What the process has outside of the heap, in bytes. Measured: results/memory.md.
const (
	// Program is the resident part of the program's file.
	Program = 26 << 20
	// Index is the full-text index with all its connections open (server/fulltext): page caches of 8 MiB for one and of 4 MiB for
	// four more, and what SQLite needs beside each.
	Index = 34 << 20
	// Connection is what a connection of SQLite needs beside its page cache.
	Connection = 2 << 20
)

// leastRoom is what the heap has beside the caches, whatever is outside: with less the collector would hardly pause.
const leastRoom = 48 << 20

// Promise is the memory that the process may have, with at most that much in its caches and that number of sessions, in bytes.
func Promise(caches int64, sessions int) int64 {
	return caches + int64(sessions)*Session + Rest
}

// HeapLimit is the limit of the runtime that keeps the promise while so much is outside of the runtime, in bytes.
func HeapLimit(caches int64, sessions int, outside int64) int64 {
	return max(Promise(caches, sessions)-outside, caches+int64(sessions)*Session+leastRoom)
}

// Usage is what the process has at a moment, in bytes.
type Usage struct {
	Resident int64 // physical memory, mapped files included
	Runtime  int64 // what the Go runtime has from the system
}

// Read reads the usage of this process. It needs Linux's /proc.
func Read() (Usage, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return Usage{}, err
	}
	resident, err := residentPages(text)
	if err != nil {
		return Usage{}, err
	}
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindUint64 {
			return Usage{}, errors.New("this runtime does not measure " + s.Name)
		}
	}
	return Usage{
		Resident: resident * int64(os.Getpagesize()),
		Runtime:  int64(samples[0].Value.Uint64() - samples[1].Value.Uint64()),
	}, nil
}

// residentPages finds the number of resident pages in /proc/self/statm.
func residentPages(statm []byte) (int64, error) {
	fields := bytes.Fields(statm)
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/self/statm has %q", statm)
	}
	return strconv.ParseInt(string(fields[1]), 10, 64)
}

// Outside is what lies outside of the runtime for sure. Memory that the runtime has and never touched is not resident, so
// it may be more.
func (u Usage) Outside() int64 { return max(0, u.Resident-u.Runtime) }

// A Keeper sets the limit of the runtime again when what it depends on has changed.
type Keeper struct {
	// Foreseen is how much is outside of the runtime when the databases' caches are full.
	Foreseen int64
	// Most is the highest limit that is set, whatever is promised: what an administrator has given the process in GOMEMLIMIT. Requests and
	// caches share what there is then, as they do below any other limit (Yield).
	Most int64
	// Set sets the limit: debug.SetMemoryLimit.
	Set func(bytes int64) int64
	// Read reads the usage: Read.
	Read func() (Usage, error)

	last int64
}

// NewKeeper makes a keeper for a process that opens a number of connections of SQLite with pageCache bytes each. The limit is never more
// than most, math.MaxInt64 for no such bound.
func NewKeeper(connections int, pageCache int64, set func(bytes int64) int64, most int64) *Keeper {
	return &Keeper{Foreseen: Program + Index + int64(connections)*(pageCache+Connection), Most: most, Set: set, Read: Read}
}

// step is by how much the limit must be off before it is set again: setting it stops all goroutines for a moment.
const step = 1 << 20

// Keep sets the limit for the caches' budgets and the number of sessions. Where the usage cannot be read, what is foreseen counts.
// It returns the limit that is set.
func (k *Keeper) Keep(caches int64, sessions int) int64 {
	outside := k.Foreseen
	if u, err := k.Read(); err == nil {
		outside = max(outside, u.Outside())
	}
	limit := min(HeapLimit(caches, sessions, outside), k.Most)
	if diff := limit - k.last; diff < step && diff > -step {
		return k.last
	}
	k.last = limit
	k.Set(limit)
	return limit
}
