// Command zarafa-gateway lets mail programs read mail by IMAP and POP3. Its settings are described in docs/gateway.cfg.md, what it does in
// docs/gateway.md.
package main

import (
	"context"
	"os"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/agents/gateway"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(program().Run(context.Background(), os.Args[1:], daemon.System()))
}

// program describes the daemon.
func program() daemon.Program[*gateway.Config] {
	start := gateway.Start{Version: version}
	return daemon.Program[*gateway.Config]{
		Name: "zarafa-gateway", Version: version, ConfigFile: gateway.File,
		Flags: func(fs *pflag.FlagSet) { connection.HostFlag(fs, &start.Host) },
		New:   func() *gateway.Config { return gateway.NewConfig(start) },
		Bind:  func(ctx context.Context, c *gateway.Config) error { return c.Bind(ctx) },
		Open:  gateway.Open,
	}
}
