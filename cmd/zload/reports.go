package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"zarafa/loadgen"
	"zarafa/loadgen/report"
)

// reports are the files that a result is written to. They are opened before the run, so that a wrong path is not
// found out at its end.
type reports []reportFile

type reportFile struct {
	file  *os.File
	write func(io.Writer, any) error
}

// defineReports defines where a result is written to.
func (o *playOptions) defineReports(flags *pflag.FlagSet) {
	flags.StringVar(&o.json, "json", "", "file to write the result to, for programs")
	flags.StringVar(&o.html, "html", "", "file to write the result to, as a page with charts")
}

func openReports(o *playOptions) (list reports, err error) {
	for _, wanted := range []struct {
		option, path string
		write        func(io.Writer, any) error
	}{
		{"--json", o.json, report.JSON}, {"--html", o.html, writeHTML},
	} {
		if wanted.path == "" {
			continue
		}
		f, err := os.Create(wanted.path)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", wanted.option, err), list.close())
		}
		list = append(list, reportFile{f, wanted.write})
	}
	return list, nil
}

// writeHTML writes a page of a run; only runs have one.
func writeHTML(w io.Writer, r any) error {
	result, ok := r.(*loadgen.Result)
	if !ok {
		return fmt.Errorf("there is no page of a %T", r)
	}
	return report.HTML(w, result)
}

// write writes and closes the files.
func (l reports) write(r any) (err error) {
	for _, f := range l {
		err = errors.Join(err, f.write(f.file, r))
	}
	return errors.Join(err, l.close())
}

func (l reports) close() (err error) {
	for _, f := range l {
		err = errors.Join(err, f.file.Close())
	}
	return err
}
