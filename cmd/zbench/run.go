package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/pflag"

	"zarafa/bench/gate"
	"zarafa/bench/machine"
	"zarafa/bench/pairs"
	"zarafa/bench/report"
	"zarafa/bench/revision"
	"zarafa/daemon/subcommand"
)

// runOptions are what the command line of "zbench run" says.
type runOptions struct {
	measuring
	packages bool
}

func runCommand(stdout, stderr io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zbench run", pflag.ContinueOnError)
	var o runOptions
	o.define(flags)
	flags.BoolVar(&o.packages, "packages", false, "run the benchmarks in the tests of all packages as well (\"go test -bench\")")
	return subcommand.Command{Name: "run", Arguments: "[REVISION]", Most: 1, Short: "measures a revision, the working tree if none is given", Options: flags, Run: func(ctx context.Context, args []string) (int, error) {
		o.New = revision.WorkTree
		if len(args) > 0 {
			o.New = args[0]
		}
		err := o.finish(ctx, stderr)
		if err == nil {
			err = runRevision(ctx, &o, stdout, stderr)
		}
		return status(err), err
	}}
}

// runRevision builds a revision, measures it and prints what was measured.
func runRevision(ctx context.Context, o *runOptions, stdout, stderr io.Writer) (err error) {
	var dirs [2]string
	if dirs[0], err = os.MkdirTemp("", "zbench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dirs[0])) }()
	if dirs[1], err = gate.WorkFolder(o.Dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dirs[1])) }()
	o.Log("building %s", o.New)
	c, err := revision.CheckOut(ctx, o.Repo, o.New, filepath.Join(dirs[0], "new"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Remove()) }()
	binary := filepath.Join(dirs[0], "worker")
	if !c.HasBenchmarks() {
		return fmt.Errorf("revision %s has no benchmarks (bench/suite)", o.New)
	}
	if err := c.Build(ctx, nil, binary, false); err != nil {
		return err
	}
	none := measureAlone(ctx, o, binary, dirs[1], c, stdout)
	if !o.packages || none != nil && !errors.Is(none, pairs.ErrNothing) {
		return none
	}
	o.Log("benchmarks of packages")
	lines := &benchmarkLines{w: stdout}
	test := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench="+o.bench, "-benchmem", "./...")
	test.Dir, test.Stdout, test.Stderr = c.Dir, lines, stderr
	if err := test.Run(); err != nil {
		return err
	}
	if lines.count > 0 {
		return nil
	}
	return none
}

// benchmarkLines passes the output of "go test -bench" on and counts the lines with results.
type benchmarkLines struct {
	w     io.Writer
	count int
	line  []byte // the beginning of a line whose end has not come yet
}

func (l *benchmarkLines) Write(p []byte) (int, error) {
	l.line = append(l.line, p...)
	for {
		line, rest, ok := bytes.Cut(l.line, []byte("\n"))
		if !ok {
			break
		}
		if bytes.HasPrefix(line, []byte("Benchmark")) {
			l.count++
		}
		l.line = rest
	}
	return l.w.Write(p)
}

// measureAlone measures a build and prints the lines.
func measureAlone(ctx context.Context, o *runOptions, binary, dir string, c *revision.Checkout, stdout io.Writer) (err error) {
	o.Log("filling a mailbox")
	mailbox, err := gate.Mailbox(ctx, binary, o.MySQL, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mailbox.Close()) }()
	p := pairs.Options{
		Copy: mailbox.Copy, Wanted: o.Bench.MatchString, Rounds: o.Rounds, Turns: o.Turns, TurnTime: o.Turn, Seed: 1,
		Progress: func(done, all int) { o.Log("round %d of %d", done, all) },
	}
	p.Binaries[pairs.Old] = []string{binary}
	if o.Pin {
		p.CPUs = gate.Processors()
	}
	list, err := pairs.Single(ctx, p)
	if errors.Is(err, pairs.ErrNothing) {
		return fmt.Errorf("%w: --bench %q matches none that %s has on this database", err, o.bench, o.New)
	}
	if err != nil {
		return err
	}
	name := o.New
	if c.Commit != "" {
		name = c.Commit
	}
	return report.Bench(stdout, machine.Here(ctx), name, list, pairs.Old)
}
