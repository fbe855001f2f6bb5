// Command zarafa-spooler sends the mails of the outgoing queue to a mail server. docs/spooler.md describes it, docs/spooler.cfg.md its
// settings.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/agents/spooler"
	"zarafa/agents/spooler/config"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(program().Run(context.Background(), os.Args[1:], daemon.System()))
}

// program describes the daemon.
func program() daemon.Program[*config.Config] {
	var start config.Start
	return daemon.Program[*config.Config]{
		Name: "zarafa-spooler", Version: version, ConfigFile: config.File,
		Flags: func(fs *pflag.FlagSet) {
			connection.HostFlag(fs, &start.Host)
			fs.IntVar(&start.Port, "port", 0, "the port of the mail server, in place of smtp_port")
		},
		Arguments: func(args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("unexpected argument %q; the only one is the mail server, in place of smtp_server", args[1])
			}
			start.Relay = args[0]
			return nil
		},
		New: func() *config.Config { return config.New(start) },
		Open: func(_ context.Context, cfg *config.Config, env daemon.Env) (daemon.Service[*config.Config], error) {
			return spooler.Open(cfg, env, version), nil
		},
	}
}
