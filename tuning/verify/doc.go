// Package verify proves a plan by load: it starts servers of its own with the default settings and with the planned
// ones, in turns, and lets the load generator find how many users each serves well.
//
// The order is defaults, tuned, tuned, defaults, …, so that a machine that grows slower or faster favours neither. Each
// turn begins with the same copy of the same mailboxes. Server, database and generator are programs that it runs; it
// knows nothing else of them than their command lines and files.
//
// One verification at a time belongs to one goroutine. However it ends, cancelled included, its programs are stopped
// and its folders removed. It refuses to touch anything that it did not make: its programs get option files, sockets
// and folders of their own, and no port of the network.
package verify

import "time"

// Programs are the paths of the programs.
type Programs struct {
	Server string // zarafa-server
	Load   string // zload
	// Database is mariadbd or mysqld, "" for SQLite.
	Database string
	// Install makes MariaDB's data directory: mariadb-install-db. MySQL's server does that itself, then it is "".
	Install string
}

// Settings are one of the two that are compared.
type Settings struct {
	Server      string   // lines of server.cfg
	Database    string   // an option file of the database
	Environment []string // of the server, NAME=VALUE
}

// Options say what is compared, and how.
type Options struct {
	Programs        Programs
	Folder          string // on the storage that counts; what is made in it is removed
	Defaults, Tuned Settings
	Budget          time.Duration
	SLO             string // in the load generator's syntax
	MaxLate         time.Duration
	Profile         string
	Compress        float64
	Mailboxes       int
	Messages        int   // in each mailbox
	LogBytes        int64 // that the tuned database's log takes on the disk
	// Data is a folder where the full mailboxes are kept for other verifications, or are from an earlier one; filling them
	// is no part of the budget then. "" fills them anew and removes them.
	Data string
	// FillOnly ends after the filling.
	FillOnly bool
	// Say is told what is being done. May be nil.
	Say func(format string, args ...any)
}

// Report is the outcome. Sizes are in bytes.
type Report struct {
	SLO        string     `json:"slo"`
	Profile    string     `json:"profile"`
	Compress   float64    `json:"compress"`
	Mailboxes  int        `json:"mailboxes"`
	Messages   int        `json:"messages_in_each"`
	DataBytes  int64      `json:"data_bytes"` // what the database takes for them on the disk
	Defaults   Side       `json:"defaults"`
	Tuned      Side       `json:"tuned"`
	Comparison Comparison `json:"comparison"`
	// OtherPrograms is how many processors programs that have nothing to do with this have kept busy meanwhile.
	OtherPrograms float64 `json:"processors_of_other_programs"`
	Seconds       float64 `json:"seconds"`
}

// Side is what was measured with one of the settings.
type Side struct {
	// Users is how many users met the objective: the geometric mean of the turns.
	Users     int     `json:"users"`
	PerSecond float64 `json:"operations_per_second"` // with that many
	Turns     []Turn  `json:"turns"`
	// Cold and Warm are the means of the turns.
	Cold Start `json:"cold_start"`
	Warm Start `json:"warm_start"`
	// Memory is the most of all turns, Pages are their sums.
	Memory Memory `json:"memory"`
	Pages  Pages  `json:"pages"`
}

// Start is how it goes when some users come to a server, always the same ones, who do the same: cold, to a server and a
// database that were just started, on data that nobody has read since the machine started; warm, when they come again.
type Start struct {
	Users int `json:"users"`
	// Ready is how long it takes until all users have logged on and have listed all their folders, in seconds.
	Ready float64 `json:"ready_seconds"`
	// P99 is the time in which 99 % of the operations of the first seconds after that were done, in milliseconds.
	P99 float64 `json:"p99_ms"`
	// Processors is the processor time of server and database for all of this, in seconds. Other programs hardly change it.
	Processors float64 `json:"processor_seconds"`
	Read       int64   `json:"pages_read"` // by the database, of its files

	operations int64
}

// add adds a part of another one.
func (s *Start) add(t Start, part float64) {
	s.Users = t.Users
	s.Ready += t.Ready * part
	s.P99 += t.P99 * part
	s.Processors += t.Processors * part
	s.Read += int64(float64(t.Read)*part + 0.5)
}

// Pages are what the database has read from and written to its files, and the operations of users that it did this for;
// logging on is none, but has its pages too.
type Pages struct {
	Read       int64 `json:"read"`
	Written    int64 `json:"written"`
	Operations int64 `json:"operations"`
}

func (p Pages) plus(q Pages) Pages {
	return Pages{p.Read + q.Read, p.Written + q.Written, p.Operations + q.Operations}
}

// Turn is one search with a server that was started for it.
type Turn struct {
	Passed int `json:"passed"` // the most users that met the objective, 0 for none
	Failed int `json:"failed"` // the fewest that did not, 0 for none
	// Trials is how many numbers of users were tried, Late in how many of them the generator was out of processor
	// time too.
	Trials    int     `json:"trials"`
	Late      int     `json:"late_trials"`
	Most      int     `json:"most_users"` // that were tried
	PerSecond float64 `json:"operations_per_second"`
	OutOfTime bool    `json:"out_of_time"`
	Cold      Start   `json:"cold_start"`
	Warm      Start   `json:"warm_start"`
	Memory    Memory  `json:"memory"`
	Pages     Pages   `json:"pages"` // none for SQLite

	searched time.Duration
}

// Memory is what the programs had in use. Bytes.
type Memory struct {
	Server   int64 `json:"server"`   // the most physical memory
	Database int64 `json:"database"` // the same; 0 for SQLite
	Caches   int64 `json:"caches"`   // what the server's large caches held at the end
	Pool     int64 `json:"pool"`     // what the buffer pool held at the end
	PoolSize int64 `json:"pool_size"`
}

// most takes the greater of each.
func (m Memory) most(n Memory) Memory {
	return Memory{max(m.Server, n.Server), max(m.Database, n.Database), max(m.Caches, n.Caches), max(m.Pool, n.Pool), max(m.PoolSize, n.PoolSize)}
}
