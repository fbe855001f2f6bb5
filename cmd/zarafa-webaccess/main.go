// Command zarafa-webaccess is the server of the web client. Its settings are described in docs/webaccess.cfg.md, what it does in
// docs/webaccess.md.
package main

import (
	"context"
	"os"

	"zarafa/agents/webaccess"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(webaccess.Program(webaccess.Start{Version: version}).Run(context.Background(), os.Args[1:], daemon.System()))
}
