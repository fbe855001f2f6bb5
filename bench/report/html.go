package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"zarafa/bench/compare"
)

//go:embed page.html
var page string

// HTML writes sections as a page that needs nothing from outside.
func HTML(w io.Writer, title string, sections []Section) error {
	t, err := template.New("results").Funcs(template.FuncMap{
		"forest": Forest, "bars": Bars, "latencies": Latencies, "short": short, "percent": percent, "value": Value, "word": wordOf,
		"seconds": func(d time.Duration) time.Duration { return d.Round(time.Second) },
		"ms":      func(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e6) },
		"exact":   exact, "times": func() []compare.Measure { return []compare.Measure{compare.CPU, compare.Wall} },
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Title    string
		Sections []Section
	}{title, sections})
}

// exact are the findings about counts that differ.
func exact(list []compare.Finding) (differing []compare.Finding) {
	for _, f := range list {
		if f.Measure != compare.CPU && f.Measure != compare.Wall && (f.Slower || f.Faster) {
			differing = append(differing, f)
		}
	}
	return differing
}

func wordOf(f compare.Finding) string { return word(&f) }
