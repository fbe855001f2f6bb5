package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/tuning/rules"
)

// The exit statuses, for scripts and timers.
const (
	exitOK     = 0
	exitDiffer = 1 // check: the settings no longer fit; lint: something must be changed
	exitFailed = 2
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

// Run runs one command and returns the exit status.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	status, err := run(ctx, args, stdin, stdout, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "ztune: %v\n", err)
		if status == exitOK {
			status = exitFailed
		}
	}
	return status
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	if len(args) == 0 {
		usage(stderr)
		return exitFailed, errors.New("give a command; ztune plan shows what would be changed, and changes nothing")
	}
	switch args[0] {
	case "-h", "--help", "help":
		return exitOK, help(stdout, args[1:])
	case "-V", "--version", "version":
		_, err := fmt.Fprintf(stdout, "ztune %s\n", version)
		return exitOK, err
	}
	c, ok := findCommand(args[0])
	if !ok {
		return exitFailed, fmt.Errorf("there is no command %q; ztune help lists them", args[0])
	}
	s := &session{in: stdin, out: stdout, err: stderr}
	fs := flagSet(c, &s.options)
	if err := fs.Parse(args[1:]); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return exitOK, commandHelp(stdout, c)
		}
		return exitFailed, fmt.Errorf("%w; ztune help %s lists the options", err, c.name)
	}
	s.args = fs.Args()
	if c.args == "" && len(s.args) > 0 {
		return exitFailed, fmt.Errorf("%s takes no argument %q; ztune help %s tells what it takes", c.name, s.args[0], c.name)
	}
	if err := s.check(); err != nil {
		return exitFailed, err
	}
	return c.run(ctx, s)
}

func findCommand(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// flagSet defines all options of a command.
func flagSet(c command, o *options) *pflag.FlagSet {
	fs := pflag.NewFlagSet("ztune "+c.name, pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.SortFlags = false
	fs.Usage = func() {}
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

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: ztune COMMAND [OPTION...]")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-24s %s\n", strings.TrimSpace(c.name+" "+c.args), c.short)
	}
	fmt.Fprintln(w, "\nNothing is changed before apply has shown the difference and asked.")
	fmt.Fprintln(w, "ztune help COMMAND lists the options of a command.")
}

func help(w io.Writer, args []string) error {
	if len(args) == 0 {
		usage(w)
		return nil
	}
	c, ok := findCommand(args[0])
	if !ok {
		return fmt.Errorf("there is no command %q; ztune help lists them", args[0])
	}
	return commandHelp(w, c)
}

func commandHelp(w io.Writer, c command) error {
	var o options
	fs := flagSet(c, &o)
	_, err := fmt.Fprintf(w, "usage: ztune %s\n\n%s\n\n%s", strings.TrimSpace(c.name+" [OPTION...] "+c.args), c.short, fs.FlagUsages())
	return err
}

// colored reports whether a writer is a terminal that wants colours.
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	return isTerminal(f)
}
