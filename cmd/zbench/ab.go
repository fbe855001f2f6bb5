package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"zarafa/bench/gate"
	"zarafa/bench/pairs"
	"zarafa/bench/report"
	"zarafa/daemon/subcommand"
)

// abOptions are what the command line of "zbench ab" says.
type abOptions struct {
	measuring
	all       bool
	json, out string
	seed      uint64
}

func abCommand(stdout, stderr io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zbench ab", pflag.ContinueOnError)
	var o abOptions
	o.defineComparison(flags)
	flags.BoolVar(&o.all, "all", false, "list all benchmarks and not only those that differ")
	flags.StringVar(&o.json, "json", "", "file to write the result to, for programs and \"zbench report\"")
	flags.StringVar(&o.out, "out", "", "folder for the measurements in Go's benchmark format: old.txt and new.txt, for benchstat")
	flags.Uint64Var(&o.seed, "seed", 0, "of the orders that are drawn by lot (default: the time)")
	return subcommand.Command{Name: "ab", Arguments: "OLD NEW", Fewest: 2, Most: 2, Short: "finds out whether NEW is slower than OLD", Options: flags, Run: func(ctx context.Context, args []string) (int, error) {
		o.Old, o.New = args[0], args[1]
		if o.seed == 0 {
			o.seed = uint64(time.Now().UnixNano())
		}
		r, err := compareRevisions(ctx, &o, stderr)
		if err != nil {
			return status(err), err
		}
		if err := errors.Join(report.Text(stdout, r, o.all), o.write(r)); err != nil {
			return exitFailed, err
		}
		if len(r.Red) > 0 {
			return exitSlower, nil
		}
		return exitOK, nil
	}}
}

func compareRevisions(ctx context.Context, o *abOptions, stderr io.Writer) (r *gate.Report, err error) {
	if err := o.finishComparison(ctx, stderr); err != nil {
		return nil, err
	}
	c, err := gate.Open(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.Run(ctx, o.started, o.seed)
}

// write writes the files that were asked for.
func (o *abOptions) write(r *gate.Report) error {
	if o.json != "" {
		if err := writeFile(o.json, func(w io.Writer) error { return report.JSON(w, r) }); err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	for side, name := range map[pairs.Side]string{pairs.Old: r.Old.Name, pairs.New: r.New.Name} {
		path := filepath.Join(o.out, side.String()+".txt")
		err := writeFile(path, func(w io.Writer) error { return report.Bench(w, r.Machine, name, r.Series[0], side) })
		if err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
