package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"zarafa/bench/compare"
	"zarafa/loadgen"
	"zarafa/loadgen/latency"
)

// Sizes of charts, in units of the picture.
const (
	chartWidth = 760.0
	labelWidth = 250.0
	numberSize = 70.0
	rowHeight  = 18.0
	axisHeight = 22.0
	plotWidth  = chartWidth - labelWidth - numberSize
)

// rows begins a picture with n rows; the caller ends it.
func beginChart(title string, n int) *strings.Builder {
	b := new(strings.Builder)
	fmt.Fprintf(b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth, rowHeight*float64(n)+axisHeight, html.EscapeString(title))
	return b
}

func label(b *strings.Builder, n int, text string) {
	fmt.Fprintf(b, `<text class="label" x="%g" y="%g">%s</text>`, labelWidth-8, rowHeight*float64(n)+13, html.EscapeString(text))
}

// Forest draws the intervals of times around the line of "the same".
func Forest(title string, list []compare.Finding, m compare.Measure) template.HTML {
	var rows []compare.Finding
	reach := math.Log(1.05)
	for _, f := range list {
		if f.Measure == m {
			rows = append(rows, f)
			reach = max(reach, math.Abs(math.Log(f.Ratio.Low)), math.Abs(math.Log(f.Ratio.High)))
		}
	}
	reach = min(reach, math.Log(1.5)) // what lies outside is drawn at the edge
	at := func(ratio float64) float64 {
		return labelWidth + plotWidth/2*(1+max(-1, min(1, math.Log(ratio)/reach)))
	}
	b, height := beginChart(title, len(rows)), rowHeight*float64(len(rows))
	for i := range 5 {
		ratio := math.Exp(reach * (float64(i)/2 - 1))
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="0" y2="%g"/><text class="mark" x="%.1f" y="%g">%s</text>`,
			at(ratio), at(ratio), height, at(ratio), height+15, percent(ratio))
	}
	for i, f := range rows {
		label(b, i, f.Benchmark)
		class, y := "same", rowHeight*float64(i)+9
		switch {
		case f.Slower, f.Suspect:
			class = "slower"
		case f.Faster:
			class = "faster"
		}
		fmt.Fprintf(b, `<g class="%s"><line x1="%.1f" x2="%.1f" y1="%g" y2="%g"/><circle cx="%.1f" cy="%g" r="4"><title>%s: %s … %s</title></circle></g>`,
			class, at(f.Ratio.Low), at(f.Ratio.High), y, y, at(f.Ratio.Middle), y, percent(f.Ratio.Middle), percent(f.Ratio.Low), percent(f.Ratio.High))
		fmt.Fprintf(b, `<text class="number" x="%g" y="%g">%s</text>`, chartWidth-2, y+4, percent(f.Ratio.Middle))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// Bars draws a bar for each benchmark of a table.
func Bars(t BenchTable) template.HTML {
	b := beginChart(t.Unit, len(t.Rows))
	for i, r := range t.Rows {
		label(b, i, r.Name)
		fmt.Fprintf(b, `<rect x="%g" y="%g" width="%.1f" height="12" rx="2"><title>%.4g … %.4g</title></rect>`,
			labelWidth, rowHeight*float64(i)+3, max(1, plotWidth*r.Share), r.Least, r.Most)
		fmt.Fprintf(b, `<text class="number" x="%g" y="%g">%.4g</text>`, chartWidth-2, rowHeight*float64(i)+13, r.Mid)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// Latencies draws the percentiles of a load's operations, on a logarithmic scale.
func Latencies(r *loadgen.Result) template.HTML {
	list := append([]latency.Summary{r.All}, r.Operations...)
	least, most := math.Inf(1), 0.0
	for _, s := range list {
		least, most = min(least, max(1e3, float64(s.P50))), max(most, float64(s.P999), 1e4)
	}
	low, high := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
	at := func(d float64) float64 {
		return labelWidth + plotWidth*(math.Log10(max(d, math.Pow(10, low)))-low)/max(1, high-low)
	}
	b, height := beginChart("latencies", len(list)), rowHeight*float64(len(list))
	for e := low; e <= high; e++ {
		x := at(math.Pow(10, e))
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="0" y2="%g"/><text class="mark" x="%.1f" y="%g">%g ms</text>`, x, x, height, x, height+15, math.Pow(10, e-6))
	}
	for i, s := range list {
		name, y := s.Operation, rowHeight*float64(i)+9
		if i == 0 {
			name = "all"
		}
		label(b, i, name)
		fmt.Fprintf(b, `<g class="same"><line x1="%.1f" x2="%.1f" y1="%g" y2="%g"/>`, at(float64(s.P50)), at(float64(s.P99)), y, y)
		for _, p := range []struct {
			name string
			d    float64
		}{{"p50", float64(s.P50)}, {"p99", float64(s.P99)}} {
			fmt.Fprintf(b, `<circle class="%s" cx="%.1f" cy="%g" r="4"><title>%s %.3g ms</title></circle>`, p.name, at(p.d), y, p.name, p.d/1e6)
		}
		fmt.Fprintf(b, `</g><text class="number" x="%g" y="%g">%.3g ms</text>`, chartWidth-2, y+4, float64(s.P99)/1e6)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
