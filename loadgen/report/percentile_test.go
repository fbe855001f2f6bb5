package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
)

// measured makes operations of which number n took n ms, so that what each share took is known.
func measured(name string, count int) latency.Summary {
	r := latency.NewRecorder(time.Hour)
	for n := range count {
		r.Record(name, time.Duration(n+1)*time.Millisecond, "")
	}
	return r.Total()[0]
}

func TestByPercentile(t *testing.T) {
	all, read := measured("all", 10_000), measured("read", 500)
	old := measured("page", 100)
	old.Histogram = ""
	c := byPercentile(&loadgen.Result{All: all, Operations: []latency.Summary{read, old, measured("move", 30)}})
	names := ""
	for _, s := range c.Series {
		names += s.Name + " "
	}
	if names != "all read " {
		t.Fatalf("lines of %s", names)
	}
	value := func(line int, tail float64) float64 {
		for i, at := range c.At {
			if math.Abs(at/tail-1) < 1e-9 && i < len(c.Series[line].Values) {
				return c.Series[line].Values[i]
			}
		}
		return -1
	}
	for _, tt := range []struct {
		line       int
		tail, want float64
	}{
		{0, 1, -1}, {0, 2, 5000}, {0, 10, 9000}, {0, 100, 9900}, {0, 1000, 9990}, {0, 10_000, 9999},
		{1, 2, 250}, {1, 10, 450}, {1, 100, 495}, {1, 1000, -1}, // 500 operations do not tell what one of 1000 took
	} {
		if got := value(tt.line, tt.tail); math.Abs(got-tt.want) > 0.001*math.Abs(tt.want) {
			t.Errorf("%s: %g ms at %s, want %g", c.Series[tt.line].Name, got, percentage(tt.tail), tt.want)
		}
	}
	if none := byPercentile(&loadgen.Result{Operations: []latency.Summary{old}}); len(none.Series) > 0 {
		t.Errorf("%d lines of a result without histograms", len(none.Series))
	}
	svg := string(c.SVG())
	for _, want := range []string{">99.99 %</text>", ">10000</text>", "<title>read: 495 ms or less for 99 %</title>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in the chart", want)
		}
	}
}

func TestPercentileAxis(t *testing.T) {
	for _, tt := range []struct {
		last float64
		want string
	}{
		{0, "50 % at 0, 90 % at 1"}, {1, "50 % at 0, 90 % at 1"}, {math.NaN(), "50 % at 0, 90 % at 1"},
		{1000, "50 % at 0, 90 % at 0.259, 99 % at 0.629, 99.9 % at 1"},
		{1e6, "50 % at 0, 90 % at 0.123, 99 % at 0.298, 99.9 % at 0.474, 99.99 % at 0.649, 99.999 % at 0.825, 99.9999 % at 1"},
	} {
		a := overPercentiles(tt.last)
		var marks []string
		for _, tail := range a.marks {
			marks = append(marks, fmt.Sprintf("%s at %.3g", a.text(tail), a.place(tail)))
		}
		if got := strings.Join(marks, ", "); got != tt.want {
			t.Errorf("%g: %s, want %s", tt.last, got, tt.want)
		}
	}
	for tail, want := range map[float64]string{1: "0 %", 4: "75 %", 50: "98 %", 158.48931924611142: "99.36 %", 2000: "99.95 %"} {
		if got := percentage(tail); got != want {
			t.Errorf("%g: %s, want %s", tail, got, want)
		}
	}
}

func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{0: "0.00", 0.01234: "0.0123", 1.5: "1.50", 12.34: "12.3", 495.1: "495", 10_002.4: "10002", 1e-9: "0.000000"} {
		if got := figure(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}
