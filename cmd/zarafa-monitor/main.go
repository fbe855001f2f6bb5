// Command zarafa-monitor is the quota monitor. Its settings are described in
// docs/monitor.cfg.md, what it does in docs/monitor.md.
package main

import (
	"context"
	"os"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/agents/monitor"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(program().Run(context.Background(), os.Args[1:], daemon.System()))
}

// program describes the daemon.
func program() daemon.Program[*monitor.Config] {
	start := monitor.Start{Version: version}
	return daemon.Program[*monitor.Config]{
		Name: "zarafa-monitor", Version: version, ConfigFile: monitor.File,
		Flags: func(fs *pflag.FlagSet) {
			connection.HostFlag(fs, &start.Host)
			fs.BoolVar(&start.Once, "once", false, "look at all stores once and exit, with status 1 if that failed for one of them; for cron")
		},
		New:  func() *monitor.Config { return monitor.NewConfig(start) },
		Open: monitor.Open,
	}
}
