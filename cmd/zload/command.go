package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitVoid   = 3 // the load generator itself was too slow; the figures say nothing about the server
	exitWrong  = 4 // an answer of the server was wrong
)

const synopsis = `Usage: zload COMMAND [OPTIONS]

  zload fill      creates users with full mailboxes
  zload run       plays users and measures the server
  zload capacity  finds the greatest number of users that the server serves well
  zload merge     makes one result of those of several machines

zload COMMAND --help lists the options. docs/zload.md describes everything.
`

// command is a subcommand: it defines its options, and runs after they are read.
type command struct {
	flags     *pflag.FlagSet
	run       func(ctx context.Context) (status int, err error)
	arguments bool // it takes some that are no options
}

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		io.WriteString(stderr, synopsis)
		return exitUsage
	}
	var c command
	switch name := args[0]; name {
	case "fill":
		c = fillCommand(stdout)
	case "run":
		c = playCommand(stdout)
	case "capacity":
		c = capacityCommand(stdout)
	case "merge":
		c = mergeCommand(stdout)
	case "--help", "-h", "help":
		io.WriteString(stdout, synopsis)
		return exitOK
	case "--version", "-V":
		fmt.Fprintln(stdout, "zload", version)
		return exitOK
	default:
		fmt.Fprintf(stderr, "zload: there is no command %q\n\n%s", name, synopsis)
		return exitUsage
	}
	c.flags.SortFlags = false
	c.flags.SetOutput(stderr)
	if err := c.flags.Parse(args[1:]); errors.Is(err, pflag.ErrHelp) {
		return exitOK
	} else if err != nil {
		fmt.Fprintf(stderr, "zload %s: %v\n", args[0], err)
		return exitUsage
	}
	if c.flags.NArg() > 0 && !c.arguments {
		fmt.Fprintf(stderr, "zload %s: %q is not an option\n", args[0], c.flags.Arg(0))
		return exitUsage
	}
	status, err := c.run(ctx)
	if err != nil {
		fmt.Fprintf(stderr, "zload %s: %v\n", args[0], err)
	}
	return status
}
