package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"zarafa/bench/report"
	"zarafa/daemon/subcommand"
)

// errNoResults is the error of a report on nothing.
var errNoResults = errors.New("there are no results")

func reportCommand(stdout io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zbench report", pflag.ContinueOnError)
	results := flags.String("results", "results", "folder with the results")
	output := flags.String("output", "", "file to write the page to (default: standard output)")
	title := flags.String("title", "Measurements", "title of the page")
	return subcommand.Command{Name: "report", Short: "renders results/ as a page with tables and charts", Options: flags, Run: func(context.Context, []string) (int, error) {
		sections, err := report.Read(os.DirFS(*results))
		if err != nil {
			return exitFailed, err
		}
		if len(sections) == 0 {
			err := fmt.Errorf("%w in %s; name the folder with --results", errNoResults, *results)
			return status(err), err
		}
		write := func(w io.Writer) error { return report.HTML(w, *title, sections) }
		if *output == "" {
			err = write(stdout)
		} else {
			err = writeFile(*output, write)
		}
		return status(err), err
	}}
}
