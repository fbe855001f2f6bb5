// Command zarafa-dagent delivers mail into mailboxes. Its settings are described in docs/dagent.cfg.md.
package main

import (
	"context"
	"os"

	"zarafa/agents/dagent"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(dagent.Run(context.Background(), version, os.Args[1:], os.Stdin, daemon.System()))
}
