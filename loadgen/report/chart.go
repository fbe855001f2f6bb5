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
	chartWidth, chartHeight         = 720.0, 220.0
	left, right, top, bottom        = 56.0, 12.0, 8.0, 24.0
	plotWidth, plotHeight           = chartWidth - left - right, chartHeight - top - bottom
	gridLines, timeMarks, numColors = 4, 6, 6
)

// series is one line of a chart.
type series struct {
	Name   string
	Values []float64
}

// chart shows values over time.
type chart struct {
	Title  string
	Unit   string
	Times  []float64 // seconds
	Series []series
}

// ceiling is the least 1, 2 or 5 with zeros that is not below v.
func ceiling(v float64) float64 {
	if v <= 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 2, 5, 10} {
		if top := step * power; v <= top*(1+1e-9) {
			return top
		}
	}
	return 10 * power
}

// SVG draws the chart. All that is not a number is escaped.
func (c chart) SVG() template.HTML {
	highest := 0.0
	for _, s := range c.Series {
		for _, v := range s.Values {
			highest = max(highest, v)
		}
	}
	highest = ceiling(highest)
	last := 1.0
	if n := len(c.Times); n > 0 && c.Times[n-1] > 0 {
		last = c.Times[n-1]
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth, chartHeight, html.EscapeString(c.Title))
	c.grid(&b, highest, last)
	for n, s := range c.Series {
		c.line(&b, n, s, highest, last)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// grid draws the axes with their numbers.
func (c chart) grid(b *strings.Builder, highest, last float64) {
	for i := range gridLines + 1 {
		share := float64(i) / gridLines
		y := top + plotHeight*(1-share)
		fmt.Fprintf(b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`, left, chartWidth-right, y, y)
		fmt.Fprintf(b, `<text class="value" x="%g" y="%.1f">%g</text>`, left-6, y+4, highest*share)
	}
	for i := range timeMarks + 1 {
		share := float64(i) / timeMarks
		fmt.Fprintf(b, `<text class="time" x="%.1f" y="%g">%.3g s</text>`, left+plotWidth*share, chartHeight-6, last*share)
	}
}

// line draws a series: the line, and points that tell their values.
func (c chart) line(b *strings.Builder, n int, s series, highest, last float64) {
	var points, circles strings.Builder
	for i, v := range s.Values {
		x, y := left+plotWidth*c.Times[i]/last, top+plotHeight*(1-v/highest)
		fmt.Fprintf(&points, "%.1f,%.1f ", x, y)
		fmt.Fprintf(&circles, `<circle cx="%.1f" cy="%.1f" r="5"><title>%s: %.4g %s at %.1f s</title></circle>`,
			x, y, html.EscapeString(s.Name), v, html.EscapeString(c.Unit), c.Times[i])
	}
	fmt.Fprintf(b, `<g class="s%d"><polyline points="%s"/>%s</g>`, n%numColors, strings.TrimSpace(points.String()), circles.String())
}

// Legend lists the series with the numbers of their colours.
func (c chart) Legend() []string {
	names := make([]string, len(c.Series))
	for i, s := range c.Series {
		names[i] = s.Name
	}
	return names
}
