// Package probe measures storage: how long a flush takes, how many pages of the
// database can be read and written at random, and how fast a file is read from one
// end to the other.
//
// All reads and the writes of pages go past the system's cache (O_DIRECT); where the
// file system refuses that, the measurement is refused too, because the figures would
// be those of the memory. A measurement keeps within a given time, writes only to
// files of its own in the given folder, and removes them however it ends. One
// measurement at a time: two would measure each other. While it runs, the process has
// a larger GOMAXPROCS.
package probe

import (
	"errors"
	"time"
)

// Limits of a measurement.
const (
	MaxTime = 45 * time.Second
	MinTime = 4 * time.Second
	// MinFree is how much space the folder's file system must have.
	MinFree = 512 << 20
)

const (
	pageSize   = 16 << 10 // InnoDB's
	recordSize = 2300     // of a log, as etcd's measure of disks has it
	logSize    = 22 << 20
	streamSize = 1 << 20
	maxFile    = 8 << 30
)

// ErrNoDirect is a file system without direct access.
var ErrNoDirect = errors.New("the file system does not let programs past the system's cache (O_DIRECT), so only the memory could be measured; put the data on ext4 or xfs to measure it")

// Result is what was measured.
type Result struct {
	Folder string `json:"folder"`
	// FileBytes is the size of the file that was read from. A cache that holds it
	// all makes the figures too good.
	FileBytes int64 `json:"file_bytes"`
	Flush     Flush `json:"flush"`
	// Reads are random reads of a page, by how many are under way at a time.
	Reads      []Random `json:"random_reads"`
	Write      Random   `json:"random_writes"`
	Sequential struct {
		Read  float64 `json:"read_mb_s"` // 10^6 bytes a second
		Write float64 `json:"write_mb_s"`
	} `json:"sequential"`
	Seconds float64 `json:"seconds"`
}

// Flush is what it takes to append a record and make it durable.
type Flush struct {
	PerSecond float64   `json:"per_second"`
	Latency   Latencies `json:"latency"`
}

// Random is a measurement with pages at random places.
type Random struct {
	Depth   int       `json:"depth"`
	IOPS    float64   `json:"iops"`
	Latency Latencies `json:"latency"`
}

// Latencies sums up a distribution, in milliseconds.
type Latencies struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
	// Counts is how many took less than 2, 4, 8 … microseconds.
	Counts []int64 `json:"counts_by_power_of_2_us"`
}

// BestReads returns the depth with the most random reads a second.
func (r Result) BestReads() Random {
	var best Random
	for _, d := range r.Reads {
		if d.IOPS > best.IOPS {
			best = d
		}
	}
	return best
}

// Knee is the depth from which on more reads at a time gain less than a tenth.
func (r Result) Knee() int {
	for i := 1; i < len(r.Reads); i++ {
		if r.Reads[i].IOPS < r.Reads[i-1].IOPS*1.1 {
			return r.Reads[i-1].Depth
		}
	}
	if len(r.Reads) == 0 {
		return 0
	}
	return r.Reads[len(r.Reads)-1].Depth
}
