// Command zarafa-monitor is the quota monitor. Its settings are described in
// docs/monitor.cfg.md, what it does in docs/monitor.md.
package main

import (
	"context"
	"os"

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
	return monitor.Program(monitor.Start{Version: version})
}
