package report

import (
	"math"
	"slices"
	"strconv"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
	"zarafa/profiles/users"
)

// Percentiles are drawn by their tail, as HdrHistogram does: at 1/(1-p), on a logarithmic scale. 90, 99 and 99.9 % then are equally far from
// each other, at 10, 100 and 1000 operations for each slower one.
//
// They begin at the median: what is below it varies much on a logarithmic scale, and concerns nobody.
const (
	median      = 2.0
	perDecade   = 20   // points of a line
	longestTail = 1e12 // more operations than any run has
)

// percentOf is the percentile of a tail.
func percentOf(tail float64) float64 { return 100 - 100/tail }

// percentage writes the percentile of a tail, as exactly as its decade needs.
func percentage(tail float64) string {
	digits := max(0, math.Ceil(math.Log10(tail)-1e-9)-2)
	power := math.Pow(10, digits+1) // a digit more for what lies between the marks
	return strconv.FormatFloat(math.Floor(percentOf(tail)*power+1e-6)/power, 'f', -1, 64) + " %"
}

// overPercentiles is an axis from 50 % to a tail: its marks are 50, 90, 99, 99.9 % and so on.
func overPercentiles(last float64) axis {
	a := axis{low: median, high: 10, logarithmic: true, marks: []float64{median}, text: percentage}
	if usable(last) {
		a.high = min(max(last, a.high), longestTail)
	}
	for tail := 10.0; tail <= a.high*(1+1e-9); tail *= 10 {
		a.marks = append(a.marks, tail)
	}
	return a
}

// tails are the places of the lines' points, as far as the number of operations tells: one of a hundred is not known of fifty.
func tails(count int64) []float64 {
	var list []float64
	n := int(perDecade * math.Log10(median)) // the first point is a little before
	for tail := median; tail <= float64(count)*(1+1e-9); tail = math.Pow(10, float64(n)/perDecade) {
		list = append(list, tail)
		n++
	}
	return list
}

// shownOperations are those that a user waits for most, in the order of interest. As many are drawn as there are colors for.
var shownOperations = [...]users.Action{users.Read, users.Page, users.Send, users.Sync, users.CheckInbox, users.Search, users.LogOn}

// operationColors are those of the operations; 0 is all of them, and the notifications have the last.
var operationColors = [...]int{1, 3, 4}

const notificationColor = 5

// byPercentile draws how long which share of the operations took.
func byPercentile(r *loadgen.Result) chart {
	c := chart{
		Title: "Latency by percentile", Unit: "ms", Logarithmic: true, Percentiles: true, At: tails(max(r.All.Count, r.Notify.Count)),
		Note: "Of 100 operations 99 took no longer than the line shows at 99 %, and 999 of 1000 no longer than at 99.9 %. A line ends where there were too few operations to tell.",
	}
	add := func(s latency.Summary, name string, color int) {
		at := tails(s.Count)
		percents := make([]float64, len(at))
		for i, tail := range at {
			percents[i] = percentOf(tail)
		}
		if list, err := s.Percentiles(percents); err == nil && len(at) > 0 { // results of old versions have no histograms
			one := series{Name: name, Color: color}
			for _, d := range list {
				one.Values = append(one.Values, inMS(d))
			}
			c.Series = append(c.Series, one)
		}
	}
	add(r.All, "all", 0)
	colors := operationColors[:]
	for _, action := range shownOperations {
		i := slices.IndexFunc(r.Operations, func(s latency.Summary) bool { return s.Operation == string(action) })
		if i >= 0 && len(colors) > 0 {
			add(r.Operations[i], string(action), colors[0])
			colors = colors[1:]
		}
	}
	add(r.Notify, "notification", notificationColor)
	return c
}
