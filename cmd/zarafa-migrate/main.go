// Command zarafa-migrate moves an installation of Zarafa or Kopano to this server. docs/migrate.md describes it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"zarafa/agents/migrate"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(migrate.Run(ctx, version, os.Args[1:], os.Stdout, os.Stderr))
}
