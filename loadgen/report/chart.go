package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Size of a chart, in units of the picture.
const (
	chartWidth, chartHeight  = 720.0, 250.0
	left, right, top, bottom = 64.0, 24.0, 10.0, 34.0
	plotWidth, plotHeight    = chartWidth - left - right, chartHeight - top - bottom
	gridLines, timeMarks     = 5, 8
	numColors                = 6
	maxPoints                = 400 // of a line; more are drawn as fewer
)

// errorColor is the color of what should not be there, the same as that of warnings.
const errorColor = 2

// series is one line of a chart.
type series struct {
	Name   string
	Values []float64 // there may be fewer than places: the line ends before
	Color  int
	// Peaks says that of several values the greatest is shown, if there are too many; otherwise their mean is.
	Peaks bool
}

// chart shows values over time, or over percentiles.
type chart struct {
	Title       string
	Unit        string
	Note        string    // how to read it
	At          []float64 // where the values are: seconds; with Percentiles see tail
	Series      []series
	Logarithmic bool
	Percentiles bool
}

// SVG draws the chart. All that is not a number is escaped.
func (c chart) SVG() template.HTML {
	c = c.thin()
	x, y := c.axes()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth, chartHeight, html.EscapeString(c.Title))
	grid(&b, x, y)
	for _, s := range c.Series {
		c.line(&b, s, x, y)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// axes are those of the time and of the values.
func (c chart) axes() (x, y axis) {
	low, high := math.Inf(1), 0.0
	for _, s := range c.Series {
		for _, v := range s.Values {
			high = max(high, v)
			if v > 0 {
				low = min(low, v)
			}
		}
	}
	last := 0.0
	if n := len(c.At); n > 0 {
		last = c.At[n-1]
	}
	x, y = overTime(last, timeMarks), linear(high, gridLines)
	if c.Percentiles {
		x = overPercentiles(last)
	}
	if c.Logarithmic {
		y = logarithmic(low, high)
	}
	return x, y
}

// thin draws several values as one if there are more than can be seen.
func (c chart) thin() chart {
	n := (len(c.At) + maxPoints - 1) / maxPoints
	if n < 2 {
		return c
	}
	var times []float64
	for i := 0; i < len(c.At); i += n {
		times = append(times, c.At[min(i+n, len(c.At))-1])
	}
	list := make([]series, len(c.Series))
	for k, s := range c.Series {
		list[k] = s
		list[k].Values = nil
		for i := 0; i < len(s.Values); i += n {
			list[k].Values = append(list[k].Values, s.one(s.Values[i:min(i+n, len(s.Values))]))
		}
	}
	c.At, c.Series = times, list
	return c
}

// one value stands for several.
func (s series) one(values []float64) float64 {
	sum, greatest := 0.0, 0.0
	for _, v := range values {
		sum += v
		greatest = max(greatest, v)
	}
	if s.Peaks {
		return greatest
	}
	return sum / float64(len(values))
}

// grid draws the axes with their numbers.
func grid(b *strings.Builder, x, y axis) {
	for i, v := range y.marks {
		at := top + plotHeight*(1-y.place(v))
		fmt.Fprintf(b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`, left, chartWidth-right, at, at)
		fmt.Fprintf(b, `<text class="%s" x="%g" y="%.1f">%s</text>`, y.class("value", i), left-8, at+4, y.text(v))
	}
	for i, v := range x.marks {
		at := left + plotWidth*x.place(v)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/>`, at, at, top+plotHeight, top+plotHeight+4)
		fmt.Fprintf(b, `<text class="%s" x="%.1f" y="%g">%s</text>`, x.class("time", i), at, chartHeight-8, x.text(v))
	}
}

// line draws a series: the line, and points that tell their values.
func (c chart) line(b *strings.Builder, s series, x, y axis) {
	var points, circles strings.Builder
	for i, v := range s.Values {
		px, py := left+plotWidth*x.place(c.At[i]), top+plotHeight*(1-y.place(v))
		fmt.Fprintf(&points, "%.1f,%.1f ", px, py)
		fmt.Fprintf(&circles, `<circle cx="%.1f" cy="%.1f" r="5"><title>%s: %s %s %s</title></circle>`,
			px, py, html.EscapeString(s.Name), figure(v), html.EscapeString(c.Unit), c.where(c.At[i]))
	}
	fmt.Fprintf(b, `<g class="s%d"><polyline points="%s"/>%s</g>`, s.Color%numColors, strings.TrimSpace(points.String()), circles.String())
}

// where names a place of the chart.
func (c chart) where(at float64) string {
	if c.Percentiles {
		return "or less for " + percentage(at)
	}
	return fmt.Sprintf("at %.1f s", at)
}
