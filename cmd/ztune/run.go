package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/pflag"

	"zarafa/daemon/subcommand"
	"zarafa/tuning/rules"
)

// The exit statuses, for scripts and timers.
const (
	exitOK     = subcommand.OK
	exitDiffer = 1 // check: the settings no longer fit; lint: something must be changed
	exitFailed = 2
	exitEmpty  = 3 // there was nothing to compare, so that neither 0 nor 1 would be true
)

// command is one of the program's commands.
type command struct {
	name  string
	args  string // what follows the options, for the usage
	short string
	// flags defines the command's own options; nil for none.
	flags func(*pflag.FlagSet, *options)
	// needs says which of the shared groups of options the command has.
	machine, plan bool
	run           func(context.Context, *session) (int, error)
}

// session is one run of one command.
type session struct {
	options
	// wished is what the plan was made from, without what was measured.
	wished rules.Wishes
	args   []string
	in     io.Reader
	out    io.Writer // what was asked for
	err    io.Writer // what is said beside it
}

// commands returns the commands in the order of the help.
func commands() []command {
	return []command{
		inspectCommand(), planCommand(), explainCommand(), lintCommand(),
		applyCommand(), undoCommand(), checkCommand(),
		probeCommand(), verifyCommand(), completionCommand(), manCommand(),
	}
}

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	program := subcommand.Program{
		Name: "ztune", Version: version, Failed: exitFailed, Note: "ztune plan shows what would be changed. Nothing is changed before apply has shown the difference and asked.",
	}
	for _, c := range commands() {
		program.Commands = append(program.Commands, c.subcommand(stdin, stdout, stderr))
	}
	return program.Run(ctx, args, stdout, stderr)
}

// subcommand binds a command to the streams of a run.
func (c command) subcommand(stdin io.Reader, stdout, stderr io.Writer) subcommand.Command {
	s := &session{in: stdin, out: stdout, err: stderr}
	most := 0
	if c.args != "" {
		most = -1 // the command looks at them
	}
	return subcommand.Command{
		Name: c.name, Arguments: c.args, Short: c.short, Options: flagSet(c, &s.options), Most: most,
		Run: func(ctx context.Context, args []string) (int, error) {
			s.args = args
			if err := s.check(); err != nil {
				return exitFailed, err
			}
			return c.run(ctx, s)
		},
	}
}

// flagSet defines all options of a command.
func flagSet(c command, o *options) *pflag.FlagSet {
	fs := pflag.NewFlagSet("ztune "+c.name, pflag.ContinueOnError)
	fs.SortFlags = false
	o.common(fs)
	if c.machine {
		o.machine(fs)
	}
	if c.plan {
		o.planning(fs)
	}
	if c.flags != nil {
		c.flags(fs, o)
	}
	return fs
}

// colored reports whether a writer is a terminal that wants colours.
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	return isTerminal(f)
}
