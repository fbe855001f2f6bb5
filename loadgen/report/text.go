// Package report shows the outcome of a load run: as lines and a table of text, as JSON, and as a page of HTML with
// charts that needs nothing from outside.
//
// It keeps no state but what a [Live] view holds, which belongs to one goroutine. It refuses to judge: what is void or
// wrong says the result.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
)

// ms writes a duration in milliseconds.
func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}

// Line writes an interval as one line.
func Line(w io.Writer, i loadgen.Interval) error {
	var usage strings.Builder
	for _, p := range i.Usage {
		fmt.Fprintf(&usage, "  %s %.2f CPU %d MiB", p.Name, p.CPU, p.Memory>>20)
	}
	_, err := fmt.Fprintf(w, "%7.1f s  %5d users  %8.1f op/s  p50 %s  p95 %s  p99 %s  max %s ms  %d errors%s\n",
		i.At.Seconds(), i.Users, i.PerSecond, ms(i.Latency.P50), ms(i.Latency.P95), ms(i.Latency.P99), ms(i.Latency.Max), i.Errors, usage.String())
	return err
}

// rows are the lines of the table of operations: each, then all, then the notifications.
func rows(r *loadgen.Result) []latency.Summary {
	list := append(slices.Clone(r.Operations), r.All)
	if r.Notify.Count > 0 {
		n := r.Notify
		n.Operation = "notification"
		list = append(list, n)
	}
	return list
}

// Table writes the outcome.
func Table(w io.Writer, r *loadgen.Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "operation\tcount\terrors\tmean\tp50\tp90\tp95\tp99\tp99.9\tmax\t ms")
	for _, s := range rows(r) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n",
			s.Operation, s.Count, s.Failed(), ms(s.Mean), ms(s.P50), ms(s.P90), ms(s.P95), ms(s.P99), ms(s.P999), ms(s.Max))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, line := range Facts(r) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// Facts are the sentences below the table.
func Facts(r *loadgen.Result) []string {
	list := []string{fmt.Sprintf("%d users of profile %s, compressed ×%g, for %.1f s: %.1f operations/s; server %s at %s",
		r.Users, r.Profile, r.Compress, r.Duration.Seconds(), float64(r.All.Count)/max(r.Duration.Seconds(), 1e-9), r.Server, r.URL)}
	list = append(list, fmt.Sprintf("the generator's own schedule was late by %s ms at p99, %s ms at most; %d actions were due but not done in time",
		ms(r.Schedule.P99), ms(r.Schedule.Max), r.Missed))
	for _, m := range r.Merged {
		list = append(list, fmt.Sprintf("part %d on %s: users %d to %d, %d operations, schedule late by %s ms at p99", m.Part, m.Host, m.First+1, m.First+m.Users, m.Count, ms(m.Late)))
	}
	for _, kind := range sortedKeys(r.All.Errors) {
		list = append(list, fmt.Sprintf("error %s: %d times", kind, r.All.Errors[kind]))
	}
	if r.Void != "" {
		list = append(list, "VOID: "+r.Void)
	}
	if r.Violation != nil {
		list = append(list, "WRONG ANSWER: "+r.Violation.Error())
	}
	return list
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
