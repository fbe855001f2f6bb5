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
	exitFailed = 1 // something could not be built, run or written
	exitUsage  = 2
	exitSlower = 3 // the new revision is slower
	exitVoid   = 4 // there was no time for enough rounds
)

const synopsis = `Usage: zbench COMMAND [OPTIONS] [REVISION...]

  zbench run [REVISION]  measures a revision, "." if none is given
  zbench ab OLD NEW      finds out whether NEW is slower than OLD; "." is the working tree
  zbench selftest        shows how often "ab" is red without and with a built-in slow-down
  zbench report          renders results/ as a page with tables and charts

zbench COMMAND --help lists the options. docs/zbench.md describes everything.
`

// command is a subcommand: it defines its options, and runs after they are read.
type command struct {
	flags *pflag.FlagSet
	// fewest and most are how many arguments there may be besides options.
	fewest, most int
	run          func(ctx context.Context, args []string) (status int, err error)
}

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		io.WriteString(stderr, synopsis)
		return exitUsage
	}
	var c command
	switch name := args[0]; name {
	case "run":
		c = runCommand(stdout, stderr)
	case "ab":
		c = abCommand(stdout, stderr)
	case "selftest":
		c = selftestCommand(stdout, stderr)
	case "report":
		c = reportCommand(stdout)
	case "--help", "-h", "help":
		io.WriteString(stdout, synopsis)
		return exitOK
	case "--version", "-V":
		fmt.Fprintln(stdout, "zbench", version)
		return exitOK
	default:
		fmt.Fprintf(stderr, "zbench: there is no command %q\n\n%s", name, synopsis)
		return exitUsage
	}
	return c.carryOut(ctx, args, stderr)
}

func (c *command) carryOut(ctx context.Context, args []string, stderr io.Writer) int {
	c.flags.SortFlags = false
	c.flags.SetOutput(stderr)
	if err := c.flags.Parse(args[1:]); errors.Is(err, pflag.ErrHelp) {
		return exitOK
	} else if err != nil {
		fmt.Fprintf(stderr, "zbench %s: %v\n", args[0], err)
		return exitUsage
	}
	if n := c.flags.NArg(); n < c.fewest || n > c.most {
		fmt.Fprintf(stderr, "zbench %s: %d arguments in place of %d to %d\n\n%s", args[0], n, c.fewest, c.most, synopsis)
		return exitUsage
	}
	status, err := c.run(ctx, c.flags.Args())
	if err != nil {
		fmt.Fprintf(stderr, "zbench %s: %v\n", args[0], err)
	}
	return status
}
