// Command zarafa-backup makes backups of stores, and restores them. docs/backup.md describes it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"zarafa/agents/backup"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(backup.Run(ctx, version, os.Args[1:], os.Stdout, os.Stderr))
}
