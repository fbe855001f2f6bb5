// Package subcommand reads the command line of a program that has several commands, PROGRAM COMMAND [OPTION...] [ARGUMENT...], writes
// its help, and carries one command out.
//
// A Program serves one run, in one goroutine. A command's options write to variables of the caller, so each command of a Program needs a
// FlagSet of its own.
//
// It refuses options before the command, and abbreviated names of commands.
package subcommand

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Exit statuses that all programs have. Commands may return others; 0 with an error becomes Failed of the Program.
const (
	OK    = 0
	Usage = 2 // the command line is wrong; nothing was done
)

// Program is a program with its commands.
type Program struct {
	Name, Version string
	Commands      []Command // in the order of the help
	Note          string    // ends the list of commands
	Failed        int       // the exit status of a command that failed and gives no other
}

// Command is one of a program's commands.
type Command struct {
	Name      string
	Arguments string // what follows the options, for the help
	Short     string // what it does, in half a line
	Options   *pflag.FlagSet
	// Fewest and Most are how many arguments there may be besides options; Most below 0 is no limit.
	Fewest, Most int
	// Run carries the command out once the options are read. An error is written to the user.
	Run func(ctx context.Context, args []string) (status int, err error)
}

// Run carries out a command line, without the program's name, and returns the exit status.
func (p *Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		p.list(stderr)
		return Usage
	}
	switch args[0] {
	case "-h", "--help", "help":
		return p.help(args[1:], stdout, stderr)
	case "-V", "--version", "version":
		fmt.Fprintln(stdout, p.Name, p.Version)
		return OK
	}
	c := p.find(args[0], stderr)
	if c == nil {
		return Usage
	}
	switch err := c.parse(args[1:]); {
	case errors.Is(err, pflag.ErrHelp):
		c.help(p.Name, stdout)
		return OK
	case err != nil:
		fmt.Fprintf(stderr, "%s %s: %v; \"%s help %s\" tells what it takes\n", p.Name, c.Name, err, p.Name, c.Name)
		return Usage
	}
	status, err := c.Run(ctx, c.Options.Args())
	if err != nil {
		fmt.Fprintf(stderr, "%s %s: %v\n", p.Name, c.Name, err)
		if status == OK {
			status = p.Failed
		}
	}
	return status
}

// parse reads the options, and counts the arguments.
func (c *Command) parse(args []string) error {
	c.Options.SortFlags = false
	c.Options.SetOutput(io.Discard)
	c.Options.Usage = func() {}
	if err := c.Options.Parse(args); err != nil {
		return err
	}
	switch n := c.Options.NArg(); {
	case n > 0 && c.Most == 0:
		return fmt.Errorf("%q is not an option", c.Options.Arg(0))
	case n < c.Fewest, c.Most >= 0 && n > c.Most:
		return fmt.Errorf("%s in place of %s", count(n), c.Arguments)
	}
	return nil
}

func count(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// find finds a command; if there is none it says so and returns nil.
func (p *Program) find(name string, stderr io.Writer) *Command {
	i := slices.IndexFunc(p.Commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		fmt.Fprintf(stderr, "%s: there is no command %q; \"%s help\" lists them\n", p.Name, name, p.Name)
		return nil
	}
	return &p.Commands[i]
}

// help writes the help of the program, or of the command that is named.
func (p *Program) help(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		p.list(stdout)
		return OK
	}
	c := p.find(args[0], stderr)
	if c == nil {
		return Usage
	}
	c.help(p.Name, stdout)
	return OK
}

// list lists the commands.
func (p *Program) list(w io.Writer) {
	fmt.Fprintf(w, "usage: %s COMMAND [OPTION...]\n\n", p.Name)
	width := 0
	for i := range p.Commands {
		width = max(width, len(p.Commands[i].title()))
	}
	for i := range p.Commands {
		fmt.Fprintf(w, "  %-*s  %s\n", width, p.Commands[i].title(), p.Commands[i].Short)
	}
	fmt.Fprintln(w)
	if p.Note != "" {
		fmt.Fprintln(w, p.Note)
	}
	fmt.Fprintf(w, "\"%s help COMMAND\" lists the options of a command.\n", p.Name)
}

func (c *Command) title() string { return strings.TrimSpace(c.Name + " " + c.Arguments) }

func (c *Command) help(program string, w io.Writer) {
	c.Options.SortFlags = false
	fmt.Fprintf(w, "usage: %s\n\n%s\n\n%s", strings.TrimSpace(program+" "+c.Name+" [OPTION...] "+c.Arguments), c.Short, c.Options.FlagUsages())
}
