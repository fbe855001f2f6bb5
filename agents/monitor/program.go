package monitor

import (
	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/daemon"
)

// Program describes the daemon. What start says holds besides the command line.
func Program(start Start) daemon.Program[*Config] {
	return daemon.Program[*Config]{
		Name: "zarafa-monitor", Version: start.Version, ConfigFile: File,
		Flags: func(fs *pflag.FlagSet) {
			connection.HostFlag(fs, &start.Host)
			fs.BoolVar(&start.Once, "once", start.Once, "look at all stores once and exit, with status 1 if that failed for one of them; for cron")
		},
		New:  func() *Config { return NewConfig(start) },
		Open: Open,
	}
}
