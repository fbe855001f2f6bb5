// Command zarafa-server is the groupware server. Its settings are described in
// docs/server.cfg.md.
package main

import (
	"context"
	"os"

	"zarafa/daemon"
	"zarafa/server/config"
	"zarafa/server/program"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(program.New(version, config.Start{}).Run(context.Background(), os.Args[1:], daemon.System()))
}
