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
	fs.BoolVar(&start.IgnoreDatabaseVersionConflict, "ignore-database-version-conflict", false, "start on a database of a later version")
	for _, name := range []string{"ignore-attachment-storage-conflict", "override-multiserver-lock", "force-database-upgrade"} {
		fs.Bool(name, false, "accepted without effect")
		_ = fs.MarkHidden(name) // fails only for a name that is not defined
	}
}
