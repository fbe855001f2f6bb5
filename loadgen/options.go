package loadgen

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"zarafa/client"
	"zarafa/loadgen/latency"
	"zarafa/loadgen/truth"
	"zarafa/profiles/users"
)

// Options say which users work for how long on which server.
type Options struct {
	URL      string
	TLS      *tls.Config
	Users    int
	Prefix   string // of the users' names, see package fill
	Password string
	// AdminURL is where mail is delivered by an administrator, as a delivery agent does. Without it every user has a second
	// session that delivers.
	AdminURL, Admin, AdminPassword string
	AdminTLS                       *tls.Config // in place of TLS, if not nil
	Profile                        *users.Profile
	Duration                       time.Duration
	Compress                       float64 // multiplies the rates of the profile
	Seed                           uint64
	// NotifyGrace is how long notifications may take when all is done, before they are lost.
	NotifyGrace time.Duration
	// Grace is how long actions may go on after the time is up; 0 is 10 s.
	Grace      time.Duration
	Interval   time.Duration // between calls of OnInterval
	OnInterval func(Interval)
	// MaxSlip is how late the schedule may be at its 99th percentile before the run is void; 0 is 5 ms.
	MaxSlip time.Duration
	// Limit is what operations may take without counting as slow.
	Limit time.Duration
	// Decide, if not nil, is told at every interval how many operations there were and how many of them were slow
	// or failed; it ends the run by returning true.
	Decide func(count, slow int64) bool
	// Usage, if not nil, is asked at every interval for what other processes use.
	Usage func() []ProcessUsage
	// Part is which of Parts machines this one is, from 1; 0 if it is the only one. Users then is the number of all
	// machines together, of whom each plays its share.
	Part, Parts int
	// StartAt is when the work begins; zero begins as soon as everybody is logged on.
	StartAt time.Time
}

// share tells whom this machine plays: the users after the first ones, and how many.
func (o *Options) share() (first, users int) {
	if o.Parts == 0 {
		return 0, o.Users
	}
	first = o.Users * (o.Part - 1) / o.Parts
	return first, o.Users*o.Part/o.Parts - first
}

// Limits of the options.
const (
	maxUsers    = 100_000
	maxCompress = 10_000
	maxParts    = 1000
)

// Check returns an error if an option is out of bounds. Its text names the option of the command line and what it may be.
func (o *Options) Check() error {
	switch {
	case o.Users < 1 || o.Users > maxUsers:
		return fmt.Errorf("--users is %d, it must be 1 to %d", o.Users, maxUsers)
	case o.Duration <= 0:
		return fmt.Errorf("--duration is %v, it must be positive", o.Duration)
	case !(o.Compress > 0 && o.Compress <= maxCompress):
		return fmt.Errorf("--compress is %v, it must be more than 0 and at most %d", o.Compress, maxCompress)
	case o.NotifyGrace <= 0:
		return fmt.Errorf("--notify-grace is %v, it must be positive", o.NotifyGrace)
	case o.Prefix == "":
		return errors.New("--prefix is empty; give the one that the mailboxes were filled with")
	case o.Interval <= 0:
		return fmt.Errorf("--interval is %v, it must be positive", o.Interval)
	case o.Parts < 0 || o.Parts > maxParts || o.Part < min(o.Parts, 1) || o.Part > o.Parts:
		return fmt.Errorf("--part is %d/%d, it must be 1/1 to %d/%d", o.Part, o.Parts, maxParts, maxParts)
	case o.Parts > o.Users:
		return fmt.Errorf("--users is %d, too few for %d machines", o.Users, o.Parts)
	}
	return nil
}

// adminOptions say how the delivery agent logs on.
func (o *Options) adminOptions() client.Options {
	return client.Options{Endpoint: o.AdminURL, User: o.Admin, Password: o.AdminPassword, App: appName, TLS: cmp.Or(o.AdminTLS, o.TLS)}
}

// GCPercent is the GOGC that programs should set: most of what users are made of has no pointers, so that collecting often is cheap, and
// what is resident stays near to what is used. Below 15, collections cost more without less being resident (results/zload.md).
const GCPercent = 15

// appName is what the server's statistics show.
const appName = "zload"

// ProcessUsage is what a process uses.
type ProcessUsage struct {
	PID    int32   `json:"pid"`
	Name   string  `json:"name"`
	Host   string  `json:"host,omitempty"` // if the result is of several machines
	CPU    float64 `json:"cpuCores"`       // processors, since the interval before
	Memory uint64  `json:"residentBytes"`
}

// Interval is what happened between two moments.
type Interval struct {
	At        time.Duration   `json:"atNanoseconds"` // since the start, its end
	Users     int             `json:"users"`         // logged on
	PerSecond float64         `json:"operationsPerSecond"`
	Latency   latency.Summary `json:"latency"`
	Errors    int             `json:"errors"`
	Usage     []ProcessUsage  `json:"usage,omitempty"`
}

// Result is the outcome of a run.
type Result struct {
	Started     time.Time         `json:"started"`
	Start       time.Time         `json:"start"` // of the work, when everybody was logged on
	Host        string            `json:"host"`  // where the generator ran
	URL         string            `json:"url"`
	Server      string            `json:"serverVersion"`
	ServerGUIDs []string          `json:"serverGuids"` // of all servers that the users logged on to
	Users       int               `json:"users"`
	First       int               `json:"usersBefore"` // the users' numbers begin after this one
	AllUsers    int               `json:"usersOfAllParts"`
	Part        int               `json:"part,omitempty"`
	Parts       int               `json:"parts,omitempty"`
	Prefix      string            `json:"prefix"`
	Asked       time.Duration     `json:"askedNanoseconds"` // how long it was to last
	Interval    time.Duration     `json:"intervalNanoseconds"`
	Profile     string            `json:"profile"`
	Compress    float64           `json:"compress"`
	Seed        uint64            `json:"seed"`
	Duration    time.Duration     `json:"durationNanoseconds"`
	Operations  []latency.Summary `json:"operations"`
	All         latency.Summary   `json:"all"`
	Notify      latency.Summary   `json:"notification"` // from the beginning of a delivery until its notification
	Schedule    latency.Summary   `json:"schedule"`     // how late the generator itself was
	Slow        int64             `json:"slow"`         // operations that failed or took longer than the limit, if there is one
	Missed      int               `json:"missed"`       // actions that were due and not done when the time was up
	Intervals   []Interval        `json:"intervals"`
	// Merged are the results of single machines that this one was made of.
	Merged []Machine `json:"merged,omitempty"`
	// Void says why the figures are worth nothing, empty if they are.
	Void string `json:"void,omitempty"`
	// Violation is the wrong answer that ended the run, nil if there was none.
	Violation *truth.Violation `json:"violation,omitempty"`
}

// Machine is one of several load generators.
type Machine struct {
	Part  int           `json:"part"`
	Host  string        `json:"host"`
	First int           `json:"usersBefore"`
	Users int           `json:"users"`
	Count int64         `json:"count"` // operations
	Late  time.Duration `json:"latep99Nanoseconds"`
}
