package replay

import (
	"context"
	"fmt"
	"io"
)

// Result is what a run over several scenarios found.
type Result struct {
	Reports []*Report
	Stale   []*Exception // exceptions that never applied
}

// Run plays the scenarios of folder dir that start with the given prefixes, in order, against an empty server.
func Run(ctx context.Context, cfg Config, dir string, prefixes ...string) (Result, error) {
	scenarios, err := Load(dir, prefixes...)
	if err != nil {
		return Result{}, err
	}
	player := NewPlayer(cfg)
	defer player.Close()
	var res Result
	for _, sc := range scenarios {
		report, err := player.Play(ctx, sc)
		if err != nil {
			return res, err
		}
		res.Reports = append(res.Reports, report)
	}
	res.Stale = Stale(cfg.Exceptions, scenarios)
	return res, nil
}

// OK tells whether every exchange matched and every exception was needed.
func (r Result) OK() bool {
	for _, report := range r.Reports {
		if len(report.Mismatches) > 0 {
			return false
		}
	}
	return len(r.Stale) == 0
}

// Print writes every report, with the first differences of each, and the exceptions that were not needed.
func (r Result) Print(w io.Writer, exchanges int) {
	for _, report := range r.Reports {
		report.Print(w, exchanges)
	}
	for _, e := range r.Stale {
		fmt.Fprintln(w, "exception never used:", e)
	}
}
