// Command zarafa-server is the groupware server. Its settings are described in
// docs/server.cfg.md.
package main

import (
	"context"
	"os"

	"github.com/spf13/pflag"

	"zarafa/daemon"
	"zarafa/server/config"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(program(open).Run(context.Background(), os.Args[1:], daemon.System()))
}

// opener makes a server ready to work.
type opener func(context.Context, *config.Config, daemon.Env) (daemon.Service[*config.Config], error)

// program describes the daemon. The server is opened by open.
func program(open opener) daemon.Program[*config.Config] {
	var start config.Start
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
