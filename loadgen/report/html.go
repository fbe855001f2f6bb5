package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
)

//go:embed page.html
var page string

// tile is a figure at the top of the page.
type tile struct {
	Name, Value string
	Warn        bool // it should not be so
}

// HTML writes the outcome as a page that needs nothing from outside.
func HTML(w io.Writer, r *loadgen.Result) error {
	functions := template.FuncMap{"ms": ms, "color": func(n int) int { return n % numColors }, "isAll": func(name string) bool { return name == "all" }}
	t, err := template.New("report").Funcs(functions).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Result *loadgen.Result
		Tiles  []tile
		Charts []chart
		Rows   []latency.Summary
		Facts  []string
	}{r, tiles(r), charts(r), rows(r), Facts(r)})
}

func tiles(r *loadgen.Result) []tile {
	return []tile{
		{"operations/s", fmt.Sprintf("%.1f", float64(r.All.Count)/max(r.Duration.Seconds(), 1e-9)), false},
		{"p50, ms", ms(r.All.P50), false},
		{"p99, ms", ms(r.All.P99), false},
		{"notification p99, ms", ms(r.Notify.P99), false},
		{"errors", fmt.Sprint(r.All.Failed()), r.All.Failed() > 0},
		{"missed", fmt.Sprint(r.Missed), r.Missed > 0},
		{"generator late p99, ms", ms(r.Schedule.P99), r.Void != ""},
	}
}

// charts are latency and throughput, and what processes use if that was measured.
func charts(r *loadgen.Result) []chart {
	times := make([]float64, len(r.Intervals))
	for i, interval := range r.Intervals {
		times[i] = interval.At.Seconds()
	}
	over := func(name string, color int, value func(loadgen.Interval) float64) series {
		s := series{Name: name, Values: make([]float64, len(r.Intervals)), Color: color}
		for i, interval := range r.Intervals {
			s.Values[i] = value(interval)
		}
		return s
	}
	list := []chart{
		{Title: "Latency over time", Unit: "ms", At: times, Logarithmic: true, Series: []series{
			over("p50", 0, func(i loadgen.Interval) float64 { return inMS(i.Latency.P50) }),
			over("p95", 1, func(i loadgen.Interval) float64 { return inMS(i.Latency.P95) }),
			over("p99", errorColor, func(i loadgen.Interval) float64 { return inMS(i.Latency.P99) }),
		}},
		{Title: "Throughput", Unit: "operations/s", At: times, Series: []series{
			over("operations", 0, func(i loadgen.Interval) float64 { return i.PerSecond }),
		}},
	}
	list[0].Series[1].Peaks, list[0].Series[2].Peaks = true, true
	if r.All.Failed() > 0 {
		list[1].Series = append(list[1].Series, errorsOver(r.Intervals))
	}
	if c := byPercentile(r); len(c.Series) > 0 {
		list = slices.Insert(list, 1, c)
	}
	if len(r.Intervals) == 0 || len(r.Intervals[0].Usage) == 0 {
		return list
	}
	cpu, memory := chart{Title: "Processors", Unit: "busy", At: times}, chart{Title: "Memory", Unit: "MiB", At: times}
	for n, p := range r.Intervals[0].Usage {
		name := fmt.Sprintf("%s (%d)", p.Name, p.PID)
		if p.Host != "" {
			name += " on " + p.Host
		}
		cpu.Series = append(cpu.Series, over(name, n, func(i loadgen.Interval) float64 { return usageOf(i, p).CPU }))
		memory.Series = append(memory.Series, over(name, n, func(i loadgen.Interval) float64 { return float64(usageOf(i, p).Memory) / (1 << 20) }))
	}
	return append(list, cpu, memory)
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// errorsOver are the failed operations a second.
func errorsOver(intervals []loadgen.Interval) series {
	s := series{Name: "failed operations", Color: errorColor, Values: make([]float64, len(intervals))}
	var before time.Duration
	for i, interval := range intervals {
		if length := (interval.At - before).Seconds(); length > 0 {
			s.Values[i] = float64(interval.Errors) / length
		}
		before = interval.At
	}
	return s
}

// usageOf finds a process in an interval; one that has ended uses nothing.
func usageOf(i loadgen.Interval, of loadgen.ProcessUsage) (u loadgen.ProcessUsage) {
	for _, p := range i.Usage {
		if p.PID == of.PID && p.Host == of.Host {
			return p
		}
	}
	return u
}
