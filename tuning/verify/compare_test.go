package verify

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// turnsOf makes turns that each passed with a number and failed with one twentieth more.
func turnsOf(passed ...int) []Turn {
	var list []Turn
	for _, n := range passed {
		list = append(list, Turn{Passed: n, Failed: n + max(1, n/20)})
	}
	return list
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		name            string
		defaults, tuned []Turn
		outcome         Outcome
		ratio           float64
		why             string
	}{
		{"twice as many", turnsOf(100, 104, 98, 101), turnsOf(200, 199, 203, 204), More, 2, ""},
		{"half as many", turnsOf(200, 199, 203, 204), turnsOf(100, 104, 98, 101), Fewer, 0.5, ""},
		{"scattered", turnsOf(100, 40, 160), turnsOf(120, 90, 80), Noise, 1.105, ""},
		// Equal numbers do not make a small difference certain: each stands for an interval.
		{"the same each time", turnsOf(100, 100, 100), turnsOf(102, 102, 102), Noise, 1.02, ""},
		{"two pairs, far apart", turnsOf(100, 100), turnsOf(300, 300), More, 3, ""},
		{"two pairs, not far", turnsOf(100, 100), turnsOf(110, 110), Noise, 1.1, ""},
		{"one pair", turnsOf(100), turnsOf(300), Unknown, 0, "chance"},
		{"nobody", turnsOf(100, 100), []Turn{{Failed: 1}, {Failed: 1}}, Unknown, 0, "--compress"},
		{"everybody", []Turn{{Passed: 50}, {Passed: 50}}, turnsOf(40, 40), Unknown, 0, "--mailboxes"},
		{"no time", turnsOf(40, 40), []Turn{{Passed: 50, OutOfTime: true}, {Passed: 50}}, Unknown, 0, "--budget"},
		{"no time at all", turnsOf(40, 40), []Turn{{Failed: 9, OutOfTime: true}, {Passed: 50}}, Unknown, 0, "--budget"},
	} {
		c := compare(tt.defaults, tt.tuned)
		if c.Outcome != tt.outcome || math.Abs(c.Ratio-tt.ratio) > 0.02 || !strings.Contains(c.Why, tt.why) || c.Low > c.Ratio || c.High < c.Ratio {
			t.Errorf("%s: %+v", tt.name, c)
		}
	}
}

// Settings that do nothing must seldom be called better or worse: with 95 % at most one time in twenty.
func TestCompareErrsSeldom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const repetitions = 2000
	for _, pairs := range []int{2, 3, 5, maxPairs} {
		wrong := 0
		for range repetitions {
			var side [2][]Turn
			for range pairs {
				for k := range side {
					side[k] = append(side[k], turnsOf(int(100*math.Exp(0.2*r.NormFloat64())))...)
				}
			}
			if c := compare(side[0], side[1]); c.Outcome != Noise {
				wrong++
			}
		}
		if wrong > repetitions*7/100 {
			t.Errorf("with %d pairs %d of %d were called different", pairs, wrong, repetitions)
		}
	}
}

func TestSummarize(t *testing.T) {
	a, b := turnsOf(50, 200)[0], turnsOf(50, 200)[1]
	a.PerSecond, b.PerSecond = 10, 30
	a.Memory, b.Memory = Memory{1, 5, 3, 4, 6}, Memory{2, 4, 3, 3, 6}
	a.Cold, b.Cold = Start{5, 1, 10, 4, 100, 0}, Start{5, 3, 30, 2, 300, 0}
	s := summarize([]Turn{a, b})
	if s.Cold != (Start{5, 2, 20, 3, 200, 0}) {
		t.Errorf("cold start %+v", s.Cold)
	}
	if s.Users != 100 || s.PerSecond != 20 || s.Memory != (Memory{2, 5, 3, 4, 6}) {
		t.Errorf("got %+v", s)
	}
	if s := summarize([]Turn{a, {Failed: 1}}); s.Users != 0 {
		t.Errorf("a turn in which nobody was served well is part of %d users", s.Users)
	}
}

func TestParsers(t *testing.T) {
	if d, err := statTime([]byte("12 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 7 8 9")); err != nil || d != 3*time.Second {
		t.Errorf("%v, %v", d, err)
	}
	for _, bad := range []string{"", "12 (a) S 1 2", "12 (a) S 1 2 3 4 5 6 7 8 9 10 x 50"} {
		if _, err := statTime([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
	if n, err := statusField([]byte("Name:\tx\nVmHWM:\t  1234 kB\n"), "VmHWM:"); err != nil || n != 1234<<10 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := statusField([]byte("VmHWM: x kB\n"), "VmHWM:"); err == nil {
		t.Error("x is taken for a number")
	}
	page := "# HELP a b\nzarafa_cell_cache_bytes_total 9\nzarafa_cell_cache_bytes 6.7e+07\n"
	if n, err := metric(page, "zarafa_cell_cache_bytes"); err != nil || n != 67_000_000 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := metric(page, "zarafa_view_cache_bytes"); err == nil {
		t.Error("what is not there has a value")
	}
	if d, err := busy([]byte("cpu  100 10 50 9000 800 1 2 3 7 0\ncpu0 1 1")); err != nil || d != 166*tick {
		t.Errorf("%v, %v", d, err)
	}
	for _, bad := range []string{"", "cpu", "intr 1 2 3 4 5 6 7 8 9", "cpu 1 2 x 4 5 6 7 8 9"} {
		if _, err := busy([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
