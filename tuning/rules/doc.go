// Package rules turns the facts of a machine into settings. It does no I/O and keeps
// no state: the same facts and wishes always give the same plan.
//
// The rules of the documentation's chapter on tuning are the default and hold for
// every plan: all memory together within 80 % of the RAM; cell cache and buffer pool
// 25 % each where both share the machine, 50 to 80 % for the pool of a machine that
// has only the database; a sort-key cache of 1 MB for each concurrent user; a query
// cache of a few MB where the version has one; a log file of a quarter of the pool.
// Where they cannot hold, the plan has a Shortfall that says by how much. What the
// programs need beside their caches is counted.
//
// Every value carries its rule, the facts that went into it and the sentence that it
// rests on.
package rules

import (
	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
)

// Role is what the machine does.
type Role string

// The roles.
const (
	Both   Role = "both"
	Server Role = "server" // the database is on another machine
	DB     Role = "db"     // the server is on another machine
)

// Wishes are what the admin says and no machine can tell.
type Wishes struct {
	Role Role
	// Users is how many use the server at a time; 0 if nobody said.
	Users int
	// Version is the database's, in place of what was found.
	Version *dbms.Version
	// NoDatabase says that the server keeps its data in SQLite.
	NoDatabase bool
	// Medium is what the storage is, in place of what was found.
	Medium string
	// Connections is how many connections others than our server open to the database.
	// For the role db it is all of them; 0 counts one server like this machine.
	Connections int
	// OwnFile is the option file that ztune writes: what stands in it is no wish of
	// the admin's.
	OwnFile string
	// Probe is what a measurement of the storage found, nil if there was none.
	Probe *Probe
}

// Probe is what a measurement of the storage found.
type Probe struct {
	When         string  `json:"when"`
	Directory    string  `json:"directory"`
	FlushP50     float64 `json:"flush_p50_ms"`
	FlushP99     float64 `json:"flush_p99_ms"`
	ReadIOPS     float64 `json:"read_iops"` // random 16 KiB at the best depth
	WriteIOPS    float64 `json:"write_iops"`
	SequentialMB float64 `json:"sequential_mb_s"`
	// Lies says why a cache is thought to answer flushes that it has not done.
	Lies string `json:"lies,omitempty"`
}

// Target is the file that a setting belongs to.
type Target string

// The targets.
const (
	ServerFile Target = "server.cfg"
	OptionFile Target = "my.cnf"
	UnitFile   Target = "zarafa-server.service"
)

// Setting is one planned value with its reasons.
type Setting struct {
	Target Target   `json:"target"`
	Key    string   `json:"key"`
	Value  string   `json:"value"`
	Bytes  int64    `json:"bytes,omitempty"` // if the value is a size
	Rule   string   `json:"rule"`
	Facts  []string `json:"facts,omitempty"`
	Source string   `json:"source"` // the sentence or measurement that the rule rests on
}

// Advice is what settings cannot do.
type Advice struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Because string `json:"because"` // the fact
	Source  string `json:"source"`
}

// Shortfall is a rule that cannot hold on this machine. Bytes.
type Shortfall struct {
	What    string `json:"what"`
	Wanted  int64  `json:"wanted"`
	Granted int64  `json:"granted"`
	Missing int64  `json:"missing"`
	Remedy  string `json:"remedy"`
}

// Part is a share of the memory.
type Part struct {
	Name    string `json:"name"`
	Service Role   `json:"service"`
	Bytes   int64  `json:"bytes"`
}

// Budget is how the plan uses the memory. Bytes.
type Budget struct {
	Memory int64  `json:"memory"` // what the services may use
	Limit  int64  `json:"limit"`  // 80 % of it
	Total  int64  `json:"total"`  // of the parts
	Parts  []Part `json:"parts"`
}

// Plan is what ztune would write.
type Plan struct {
	Role         Role          `json:"role"`
	Users        int           `json:"users"`
	UsersAssumed bool          `json:"users_assumed"`
	Version      *dbms.Version `json:"database,omitempty"`
	// GroupSuffix ends the groups of the option file, where several databases share their option files.
	GroupSuffix string      `json:"group_suffix,omitempty"`
	Settings    []Setting   `json:"settings"`
	Budget      Budget      `json:"budget"`
	Shortfalls  []Shortfall `json:"shortfalls"`
	Advice      []Advice    `json:"advice"`

	processors int
	heapLimit  int64 // of the server
}

// Find returns the setting with a key.
func (p Plan) Find(key string) (Setting, bool) {
	for _, s := range p.Settings {
		if s.Key == key {
			return s, true
		}
	}
	return Setting{}, false
}

// machine is the facts as the rules use them.
type machine struct {
	facts   facts.Machine
	wishes  Wishes
	role    Role
	users   int
	version *dbms.Version // nil without a database that this machine's settings concern
	medium  string
}
