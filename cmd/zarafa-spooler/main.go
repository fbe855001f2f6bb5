// Command zarafa-spooler sends the mails of the outgoing queue to a mail server. docs/spooler.md describes it, docs/spooler.cfg.md its
// settings.
package main

import (
	"context"
	"os"

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
func program() daemon.Program[*config.Config] { return spooler.Program(version, config.Start{}) }
