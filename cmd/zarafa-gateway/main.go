// Command zarafa-gateway lets mail programs read mail by IMAP and POP3. Its settings are described in docs/gateway.cfg.md, what it does in
// docs/gateway.md.
package main

import (
	"context"
	"os"

	"zarafa/agents/gateway"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(gateway.Program(gateway.Start{Version: version}).Run(context.Background(), os.Args[1:], daemon.System()))
}
