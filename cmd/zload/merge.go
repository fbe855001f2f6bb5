package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"zarafa/daemon/subcommand"
	"zarafa/loadgen"
	"zarafa/loadgen/merge"
	"zarafa/loadgen/report"
)

func mergeCommand(stdout io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zload merge", pflag.ContinueOnError)
	var o playOptions
	o.defineReports(flags)
	return subcommand.Command{Name: "merge", Arguments: "FILE FILE...", Short: "makes one result of those that \"zload run --part 1/2 --json FILE\" wrote on each machine", Options: flags, Fewest: 2, Most: -1, Run: func(_ context.Context, args []string) (int, error) {
		var parts []*loadgen.Result
		for _, name := range args {
			p, err := readPart(name)
			if err != nil {
				return exitFailed, fmt.Errorf("%s: %w", name, err)
			}
			parts = append(parts, p)
		}
		result, err := merge.Merge(parts)
		if err != nil {
			return exitFailed, err
		}
		files, err := openReports(&o)
		if err != nil {
			return exitUsage, err
		}
		return finish(stdout, result, files, nil)
	}}
}

func readPart(name string) (*loadgen.Result, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return merge.Read(f)
}

// finish writes a result, and judges it.
func finish(stdout io.Writer, result *loadgen.Result, files reports, err error) (int, error) {
	err = errors.Join(err, report.Table(stdout, result), files.write(result))
	switch {
	case result.Violation != nil:
		return exitWrong, err
	case err != nil:
		return exitFailed, err
	case result.Void != "":
		return exitVoid, nil
	}
	return exitOK, nil
}
