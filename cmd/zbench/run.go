package main

import (
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
	if err := measureAlone(ctx, o, binary, dirs[1], c, stdout); err != nil {
		return err
	}
	if !o.packages {
		return nil
	}
	o.Log("benchmarks of packages")
	test := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench="+o.bench, "-benchmem", "./...")
	test.Dir, test.Stdout, test.Stderr = c.Dir, stdout, stderr
	return test.Run()
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
	if err != nil {
		return err
	}
	name := o.New
	if c.Commit != "" {
		name = c.Commit
	}
	return report.Bench(stdout, machine.Here(ctx), name, list, pairs.Old)
}
