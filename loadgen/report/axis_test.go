package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestAxes(t *testing.T) {
	for _, tt := range []struct {
		name string
		axis axis
		want string
	}{
		{"nothing", linear(0, 5), "[0 0.2 0.4 0.6 0.8 1]"}, // 0.2 five times
		{"a little over a round number", linear(210, 5), "[0 50 100 150 200 250]"},
		{"just a round number", linear(250, 5), "[0 50 100 150 200 250]"},
		{"less than one", linear(0.34, 5), "[0 0.1 0.2 0.3 0.4]"},
		{"infinite", linear(math.Inf(1), 5), "[0 0.2 0.4 0.6 0.8 1]"},
		{"three decades", logarithmic(1.4, 700), "[1 10 100 1000]"},
		{"two decades", logarithmic(3, 60), "[2 5 10 20 50 100]"},
		{"one value", logarithmic(5, 5), "[0.5 1 2 5]"},
		{"no value", logarithmic(math.Inf(1), 0), "[0.1 0.2 0.5 1]"},
	} {
		var marks []string
		for _, m := range tt.axis.marks {
			marks = append(marks, number(m))
		}
		if got := fmt.Sprint(marks); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	for last, want := range map[float64]string{
		35: "0 s, 5 s, 10 s, 15 s, 20 s, 25 s, 30 s, 35 s", 2: "0 s, 0.5 s, 1 s, 1.5 s, 2 s", 90: "0 s, 15 s, 30 s, 45 s, 1 min, 1:15 min, 1:30 min",
		3600: "0 s, 10 min, 20 min, 30 min, 40 min, 50 min, 1 h", 5 * 3600: "0 s, 1 h, 2 h, 3 h, 4 h, 5 h", 3 * 3600: "0 s, 30 min, 1 h, 1:30 h, 2 h, 2:30 h, 3 h",
		100 * 24 * 3600: "0 s, 384 h, 768 h, 1152 h, 1536 h, 1920 h, 2304 h",
	} {
		var marks []string
		for _, m := range overTime(last, 8).marks {
			marks = append(marks, clock(m))
		}
		if got := strings.Join(marks, ", "); got != want {
			t.Errorf("%g s: %s, want %s", last, got, want)
		}
	}
}

// Whatever the values, all of them lie within the picture, and the marks are few and different.
func TestAxesHoldValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		low := math.Exp(r.Float64()*30 - 15)
		high := low * math.Exp(r.Float64()*15)
		for name, a := range map[string]axis{"linear": linear(high, 5), "logarithmic": logarithmic(low, high), "time": overTime(high, 8)} {
			for _, v := range []float64{low, high} {
				if p := a.place(v); p < -1e-6 || p > 1+1e-6 {
					t.Fatalf("%s from %g to %g: %g is at %g", name, low, high, v, p)
				}
			}
			if n := len(a.marks); n > 16 || n < 1 {
				t.Fatalf("%s from %g to %g has %d marks", name, low, high, n)
			}
		}
	}
}

func TestThin(t *testing.T) {
	c := chart{Series: []series{{Name: "mean"}, {Name: "peaks", Peaks: true}}}
	for i := range 3*maxPoints - 1 {
		c.At = append(c.At, float64(i+1))
		for k := range c.Series {
			c.Series[k].Values = append(c.Series[k].Values, float64(i%3))
		}
	}
	thin := c.thin()
	if len(thin.At) != maxPoints || len(thin.Series[0].Values) != maxPoints || thin.At[0] != 3 || thin.At[maxPoints-1] != 3*maxPoints-1 {
		t.Errorf("%d times from %g to %g", len(thin.At), thin.At[0], thin.At[len(thin.At)-1])
	}
	if mean, peak := thin.Series[0].Values[0], thin.Series[1].Values[0]; mean != 1 || peak != 2 {
		t.Errorf("mean %g, peak %g", mean, peak)
	}
	if len(c.Series[0].Values) != 3*maxPoints-1 {
		t.Error("the chart itself was changed")
	}
}
