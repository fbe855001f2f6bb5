// Package daemon is the life cycle that the product's daemons share: the common
// options of the command line, the settings file, the log, the status listener,
// giving up root's privileges, reload on HUP and a graceful stop on TERM.
//
// A daemon describes itself as a [Program] and its main function calls
// [Program.Run], which tests can call as well: everything that a process has only
// one of (arguments, standard streams, signals) is passed in.
//
// Several programs can be the parts of one process: a [Group] runs them with one log, one status listener and one set of signals.
//
// One goroutine runs the life cycle, and calls Bind, Open and Reload. Serve runs on
// its own. A service must finish Reload without waiting for its callers.
//
// The subpackages hold the parts: settings (the file syntax), logging, listen
// (addresses), status (/healthz and /metrics). Tools that are no daemons use those
// alone.
package daemon

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"zarafa/daemon/settings"
)

// Config is a daemon's configuration. Each reading of the settings makes a new one.
type Config interface {
	// Sections is the table of settings, bound to the configuration's fields.
	Sections() []settings.Section
	// Common gives the settings that this package acts on.
	Common() *Common
	// Finish checks the settings against each other and computes defaults, after
	// all fields are filled. It may add warnings to the set.
	Finish(*settings.Set) error
}

// Service is a daemon's work after it has been opened.
type Service[C Config] interface {
	// Serve works until ctx ends, finishes what is running, closes everything and
	// returns nil. It returns an error when it cannot go on, and [ErrDone] when there
	// is nothing more to do.
	Serve(ctx context.Context) error
	// Reload takes over the reloadable settings of a new configuration.
	Reload(cfg C)
	// Healthy returns what keeps the service from working, or nil. It must not
	// wait, and may be called at any time after Open.
	Healthy() error
}

// ErrDone is what Serve returns when it was asked for a piece of work that has an end, and has done it: the program
// ends with status 0.
var ErrDone = errors.New("the work is done")

// Env is what a service gets beside its configuration.
type Env struct {
	Log      *slog.Logger
	Registry *prometheus.Registry
}

// Program describes a daemon.
type Program[C Config] struct {
	Name       string // of the executable, e.g. "zarafa-server"
	Version    string
	ConfigFile string // the settings file where -c is not given
	// Flags adds the program's own options to the common ones. May be nil.
	Flags func(*pflag.FlagSet)
	// Arguments takes what is on the command line besides options, if there is
	// anything. Nil refuses it.
	Arguments func([]string) error
	// New returns an empty configuration.
	New func() C
	// Bind opens the sockets. It is the only step that runs with root's privileges
	// when run_as_user is set. May be nil.
	Bind func(ctx context.Context, cfg C) error
	// Open makes the service ready to work. It returns early when ctx ends.
	Open func(ctx context.Context, cfg C, env Env) (Service[C], error)
	// Unused names settings that have no effect where the program is a part of a [Group]: it warns of them.
	Unused []string
	// StopLimit is how long Serve may take to return after its context ended;
	// zero means 70 seconds.
	StopLimit time.Duration
}

// defaultStopLimit is a little more than the 60 seconds that running calls get.
const defaultStopLimit = 70 * time.Second

// Process is what a process has one of.
type Process struct {
	Out, Err io.Writer
	// Signals delivers HUP, INT and TERM.
	Signals <-chan os.Signal
	// Notify tells the service manager that the daemon is ready, or stops, in the words of sd_notify(3). Nil tells nobody.
	Notify func(state string) error
}

// System returns the process's own streams and signals.
func System() Process {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	signal.Ignore(syscall.SIGXFSZ) // a file that may not grow is an error for whoever writes it, not the end of all
	return Process{Out: os.Stdout, Err: os.Stderr, Signals: signals, Notify: notifier(os.Getenv("NOTIFY_SOCKET"))}
}
