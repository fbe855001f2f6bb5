package main

import (
	"context"
	"io"

	"zarafa/daemon/subcommand"
)

// Exit statuses.
const (
	exitOK     = subcommand.OK
	exitFailed = 1 // something could not be built, run or written
	exitUsage  = subcommand.Usage
	exitSlower = 3 // the new revision is slower
	exitVoid   = 4 // there was no time for enough rounds
	exitEmpty  = 5 // there was nothing to compare, measure or show
)

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := subcommand.Program{
		Name: "zbench", Version: version, Failed: exitFailed, Note: "A REVISION is what git takes for one; \".\" is the working tree. docs/zbench.md describes everything.",
		Commands: []subcommand.Command{runCommand(stdout, stderr), abCommand(stdout, stderr), selftestCommand(stdout, stderr), reportCommand(stdout)},
	}
	return program.Run(ctx, args, stdout, stderr)
}
