package spooler

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/agents/spooler/config"
	"zarafa/daemon"
)

// Program describes the daemon. What start says holds besides the command line.
func Program(version string, start config.Start) daemon.Program[*config.Config] {
	return daemon.Program[*config.Config]{
		Name: "zarafa-spooler", Version: version, ConfigFile: config.File,
		Flags: func(fs *pflag.FlagSet) {
			connection.HostFlag(fs, &start.Host)
			fs.IntVar(&start.Port, "port", start.Port, "the port of the mail server, in place of smtp_port")
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
			return Open(cfg, env, version), nil
		},
	}
}
