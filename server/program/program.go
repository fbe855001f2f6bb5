// Package program is the server as a program: its command line, and the process around it. cmd/zarafa-server runs it alone, package serve beside
// the agents.
//
// A process has one of it. It refuses nothing beyond what the settings refuse (server/config).
package program

import (
	"context"

	"github.com/spf13/pflag"

	"zarafa/daemon"
	"zarafa/server/config"
)

// opener makes a server ready to work.
type opener func(context.Context, *config.Config, daemon.Env) (daemon.Service[*config.Config], error)

// New describes the daemon. What start says holds besides the command line.
func New(version string, start config.Start) daemon.Program[*config.Config] {
	return program(version, start, open)
}

// program is New for a server that is opened by open.
func program(version string, start config.Start, open opener) daemon.Program[*config.Config] {
	return daemon.Program[*config.Config]{
		Name: "zarafa-server", Version: version, ConfigFile: config.File,
		Flags: func(fs *pflag.FlagSet) { flags(fs, &start) },
		New: func() *config.Config {
			c := config.New(config.Memory)
			c.Start = start
			return c
		},
		Bind: func(ctx context.Context, c *config.Config) error { return c.Bind(ctx) },
		Open: open,
	}
}

// flags defines the server's own options. Those of older servers that ask for
// something this one has no need of are accepted, so that start scripts go on
// working.
func flags(fs *pflag.FlagSet, start *config.Start) {
	fs.BoolVarP(&start.RestartSearches, "restart-searches", "R", false, "fill all search folders anew before serving clients")
	for _, name := range []string{"ignore-database-version-conflict", "ignore-attachment-storage-conflict", "override-multiserver-lock", "force-database-upgrade"} {
		fs.Var(ignored{name, start}, name, "accepted without effect")
		fs.Lookup(name).NoOptDefVal = "true"
		_ = fs.MarkHidden(name) // fails only for a name that is not defined
	}
}

// ignored is an option without effect, which is remembered for a warning.
type ignored struct {
	name  string
	start *config.Start
}

func (o ignored) Set(string) error {
	o.start.Ignored = append(o.start.Ignored, o.name)
	return nil
}
func (o ignored) String() string { return "" }
func (o ignored) Type() string   { return "bool" }
