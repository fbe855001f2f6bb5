// Command zarafa-webaccess is the server of the web client. Its settings are described in docs/webaccess.cfg.md, what it does in
// docs/webaccess.md.
package main

import (
	"context"
	"os"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/agents/webaccess"
	"zarafa/agents/webaccess/static"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(program().Run(context.Background(), os.Args[1:], daemon.System()))
}

// program describes the daemon.
func program() daemon.Program[*webaccess.Config] {
	start := webaccess.Start{Version: version}
	// A program without pages says so to whoever opens it.
	if files, err := static.Files(); err == nil {
		start.App, _ = webaccess.Pages(files) // of files in the program, which are there
	}
	return daemon.Program[*webaccess.Config]{
		Name: "zarafa-webaccess", Version: version, ConfigFile: webaccess.File,
		Flags: func(fs *pflag.FlagSet) { connection.HostFlag(fs, &start.Host) },
		New:   func() *webaccess.Config { return webaccess.NewConfig(start) },
		Bind:  func(ctx context.Context, c *webaccess.Config) error { return c.Bind(ctx) },
		Open:  webaccess.Open,
	}
}
