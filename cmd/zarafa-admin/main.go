// Command zarafa-admin manages users, groups and stores; see its --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"zarafa/agents/admin"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	tool := admin.Tool{Version: version, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	status := tool.Run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}
