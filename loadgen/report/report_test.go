package report_test

import (
	"encoding/json"
	"encoding/xml"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/report"
)

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := report.JSON(&b, result()); err != nil {
		t.Fatal(err)
	}
	var back loadgen.Result
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&back, result()) {
		t.Errorf("%+v comes back as %+v", result(), back)
	}
}

func TestHTML(t *testing.T) {
	r := result()
	r.Intervals[1].Usage = append(r.Intervals[1].Usage, loadgen.ProcessUsage{PID: 10, Name: "later"})
	r.Server = `<script>alert("x")</script>`
	var b strings.Builder
	if err := report.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"5 users, profile heavy, compressed ×10", "too late", "item 17", "zarafa-server (9)", "<td>12.3</td>", "loadObject: NO_ACCESS &lt;x&gt;"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(text, "<polyline"); n != 3+2+1+1 {
		t.Errorf("%d lines in the charts", n)
	}
	if strings.Contains(text, "<script") {
		t.Error("a text of the server is part of the page")
	}
	for _, svg := range regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(text, -1) {
		if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%v in %s", err, svg)
		}
	}
	// Nothing may be loaded from outside.
	if found := regexp.MustCompile(`(?i)<(link|img|iframe|script)|url\(|@import| src=| href=`).FindString(text); found != "" {
		t.Errorf("the page has %q", found)
	}
}

func TestHTMLOfAnEmptyRun(t *testing.T) {
	var b strings.Builder
	if err := report.HTML(&b, &loadgen.Result{}); err != nil || strings.Contains(b.String(), "NaN") {
		t.Errorf("%v in\n%s", err, b.String())
	}
}

func TestLive(t *testing.T) {
	var b strings.Builder
	l := report.NewLive(&b, 2*time.Second)
	for _, i := range result().Intervals {
		if err := l.Draw(i); err != nil {
			t.Fatal(err)
		}
	}
	first, second, _ := strings.Cut(b.String(), "\x1b[7A\x1b[J")
	if !strings.Contains(first, "1 of 2 s") || !strings.Contains(first, "4.0 /s   █") || strings.Count(first, "\n") != 7 {
		t.Errorf("first\n%s", first)
	}
	if !strings.Contains(second, "2 of 2 s") || !strings.Contains(second, "3.0 /s   █▆") || !strings.Contains(second, "1.50 CPU") {
		t.Errorf("second\n%s", second)
	}
}
