package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"zarafa/bench/compare"
	"zarafa/bench/gate"
)

// Text writes a comparison for the terminal. Differences are listed, or everything with all.
func Text(w io.Writer, r *gate.Report, all bool) error {
	out := &printer{w: w}
	out.printf("%s (%s) against %s (%s), on %s\n", r.New.Name, short(r.New.Commit), r.Old.Name, short(r.Old.Commit), r.Database)
	out.printf("%s, %d cores, %s, %s, load %.1f\n", r.Machine.CPU, r.Machine.Cores, r.Machine.System, r.Machine.Go, r.Machine.Load)
	for _, n := range r.Notes {
		out.printf("note: %s\n", n)
	}
	out.only("only in the old revision", r.OnlyOld)
	out.only("only in the new revision", r.OnlyNew)
	out.table("First run", selected(r.First, all))
	if len(r.Second) > 0 {
		out.table("Second run, of what looked slower", r.Second)
	}
	out.verdict(r)
	return out.err
}

// printer keeps the first error of writing.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) only(where string, names []string) {
	if len(names) > 0 {
		p.printf("%s: %s\n", where, strings.Join(names, ", "))
	}
}

// short is a commit's beginning.
func short(commit string) string {
	if commit == "" {
		return "working tree"
	}
	return commit[:min(len(commit), 10)]
}

// selected are the findings that a reader wants to see.
func selected(list []compare.Finding, all bool) []compare.Finding {
	if all {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(f compare.Finding) bool { return !f.Suspect && !f.Faster })
}

func (p *printer) table(title string, list []compare.Finding) {
	if len(list) == 0 {
		p.printf("\n%s: no differences\n", title)
		return
	}
	p.printf("\n%s\n", title)
	if p.err != nil {
		return
	}
	t := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', tabwriter.AlignRight)
	in := &printer{w: t}
	in.printf("benchmark\tmeasure\told\tnew\tdifference\t95 %% between\tp\t\t\n")
	for _, f := range list {
		in.printf("%s\t%s\t%s\t%s\t%s\t%s … %s\t%s\t%s\t\n", f.Benchmark, f.Measure, Value(f.Measure, f.Old), Value(f.Measure, f.New),
			percent(f.Ratio.Middle), percent(f.Ratio.Low), percent(f.Ratio.High), probability(&f), word(&f))
	}
	if p.err = in.err; p.err == nil {
		p.err = t.Flush()
	}
}

func (p *printer) verdict(r *gate.Report) {
	took := r.Took.Round(time.Second)
	if len(r.Red) == 0 {
		p.printf("\nNothing is slower (%v, smallest slow-down that would have been noticed in half of the benchmarks: %.1f %%).\n", took, 100*Sensitivity(r))
		return
	}
	p.printf("\nSLOWER, confirmed by a second run (%v):\n", took)
	for _, f := range r.Red {
		p.printf("  %s: %s %s, at least %s\n", f.Benchmark, f.Measure, percent(f.Ratio.Middle), percent(f.Ratio.Low))
	}
}

// Sensitivity is what the first run could see: the median over benchmarks of how far the interval of the processor time reaches
// below its middle, plus the threshold.
func Sensitivity(r *gate.Report) float64 {
	var reach []float64
	for _, f := range r.First {
		if f.Measure == compare.CPU {
			reach = append(reach, f.Ratio.Middle/f.Ratio.Low-1)
		}
	}
	if len(reach) == 0 {
		return 0
	}
	slices.Sort(reach)
	return reach[len(reach)/2] + compare.Defaults().Threshold
}

// percent is a ratio as a difference.
func percent(ratio float64) string { return fmt.Sprintf("%+.1f %%", 100*(ratio-1)) }

func probability(f *compare.Finding) string {
	switch {
	case f.Measure != compare.CPU && f.Measure != compare.Wall:
		return "exact"
	case f.P < 0.0001:
		return "<0.0001"
	}
	return fmt.Sprintf("%.4f", f.P)
}

func word(f *compare.Finding) string {
	switch {
	case f.Slower:
		return "slower"
	case f.Suspect:
		return "suspect"
	case f.Faster:
		return "faster"
	}
	return ""
}

// Value is a value with its unit.
func Value(m compare.Measure, v float64) string {
	if m != compare.CPU && m != compare.Wall {
		if v == float64(int64(v)) {
			return fmt.Sprintf("%.0f", v)
		}
		return fmt.Sprintf("%.2f", v)
	}
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2f ms", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.2f µs", v/1e3)
	}
	return fmt.Sprintf("%.1f ns", v)
}
