package main

import (
	"context"
	"io"

	"zarafa/daemon/subcommand"
)

// Exit statuses.
const (
	exitOK     = subcommand.OK
	exitFailed = 1
	exitUsage  = subcommand.Usage
	exitVoid   = 3 // the load generator itself was too slow; the figures say nothing about the server
	exitWrong  = 4 // an answer of the server was wrong
)

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := subcommand.Program{
		Name: "zload", Version: version, Failed: exitFailed, Note: "docs/zload.md describes everything.",
		Commands: []subcommand.Command{fillCommand(stdout), playCommand(stdout), capacityCommand(stdout), mergeCommand(stdout), mailServerCommand(stdout)},
	}
	return program.Run(ctx, args, stdout, stderr)
}
