package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"zarafa/loadgen"
)

// Live is the view of a running load on a terminal; it is drawn anew with every interval.
type Live struct {
	w         io.Writer
	total     time.Duration
	drawn     int // lines of the last picture
	errors    int
	rates     []float64
	latencies []float64 // p99, ms
}

// historyMarks is how many intervals the small charts show, barWidth how wide the bar of progress is.
const (
	historyMarks = 40
	barWidth     = 40
)

// NewLive makes a view of a run that takes total.
func NewLive(w io.Writer, total time.Duration) *Live { return &Live{w: w, total: total} }

// Draw shows an interval in place of the one before.
func (l *Live) Draw(i loadgen.Interval) error {
	l.errors += i.Errors
	l.rates = appendMark(l.rates, i.PerSecond)
	l.latencies = appendMark(l.latencies, float64(i.Latency.P99)/float64(time.Millisecond))
	done := min(int(barWidth*i.At.Seconds()/max(l.total.Seconds(), 1e-9)), barWidth)
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\x1b[J", l.drawn) // up, and clear what is below
	}
	lines := []string{
		fmt.Sprintf("  %s%s  %.0f of %.0f s", strings.Repeat("█", done), strings.Repeat("░", barWidth-done), i.At.Seconds(), l.total.Seconds()),
		fmt.Sprintf("  users      %10d", i.Users),
		fmt.Sprintf("  operations %10.1f /s   %s", i.PerSecond, sparkline(l.rates)),
		fmt.Sprintf("  p99        %10s ms   %s", ms(i.Latency.P99), sparkline(l.latencies)),
		fmt.Sprintf("  p50 %s   p95 %s   max %s ms", ms(i.Latency.P50), ms(i.Latency.P95), ms(i.Latency.Max)),
		fmt.Sprintf("  errors     %10d", l.errors),
	}
	for _, p := range i.Usage {
		lines = append(lines, fmt.Sprintf("  %-16.16s %5.2f CPU  %6d MiB", p.Name, p.CPU, p.Memory>>20))
	}
	b.WriteString(strings.Join(lines, "\n") + "\n")
	l.drawn = len(lines)
	_, err := io.WriteString(l.w, b.String())
	return err
}

func appendMark(list []float64, v float64) []float64 {
	list = append(list, v)
	if len(list) > historyMarks {
		list = list[1:]
	}
	return list
}

// sparkline draws values as a row of bars.
func sparkline(values []float64) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	highest := 0.0
	for _, v := range values {
		highest = max(highest, v)
	}
	line := make([]rune, len(values))
	for i, v := range values {
		n := 0
		if highest > 0 {
			n = int(v / highest * float64(len(bars)-1))
		}
		line[i] = bars[n]
	}
	return string(line)
}
