package capacity_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"zarafa/loadgen/capacity"
)

func TestSearch(t *testing.T) {
	for _, test := range []struct{ truth, start, limit, most int }{
		{137, 10, 1000, 12}, {1, 10, 1000, 8}, {0, 10, 1000, 8}, {1000, 10, 1000, 10}, {5000, 10, 1000, 10}, {10, 10, 1000, 8}, {999, 1, 1000, 20}, {3, 50, 20, 10},
	} {
		s, tries := capacity.NewSearch(test.start, test.limit), 0
		for n, ok := s.Next(); ok; n, ok = s.Next() {
			if n < 1 || n > test.limit || tries > test.most {
				t.Fatalf("%+v: try %d with %d", test, tries, n)
			}
			tries++
			s.Tried(n <= test.truth)
		}
		passed, failed := s.Found()
		want := min(test.truth, test.limit)
		if passed > want || passed < want-max(1, want/20) || failed != 0 && failed <= want {
			t.Errorf("%+v: %d passed, %d failed", test, passed, failed)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		n, k int64
		p    float64
		want capacity.Verdict
	}{
		{0, 0, 0.01, capacity.Undecided},
		{458, 0, 0.01, capacity.Undecided}, // 459 are the least for p99
		{459, 0, 0.01, capacity.Met},
		{459, 1, 0.01, capacity.Undecided},
		{662, 1, 0.01, capacity.Met},
		{3, 3, 0.01, capacity.Missed},
		{1, 1, 0.01, capacity.Undecided},
		{10_000, 100, 0.01, capacity.Undecided},
		{10_000, 130, 0.01, capacity.Missed},
		{1_000_000, 9_000, 0.01, capacity.Met},
		{1_000_000, 11_000, 0.01, capacity.Missed},
		{10, 1, 0.5, capacity.Undecided},
	} {
		if got := capacity.Judge(test.n, test.k, test.p); got != test.want {
			t.Errorf("%d slow of %d at %v: %v, want %v", test.k, test.n, test.p, got, test.want)
		}
	}
}

// TestJudgeErrsSeldom draws servers that are just as slow as allowed: neither verdict may be frequent.
func TestJudgeErrsSeldom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const trials, n = 2000, 3000
	verdicts := map[capacity.Verdict]int{}
	for range trials {
		k := int64(0)
		for range n {
			if r.Float64() < 0.01 {
				k++
			}
		}
		verdicts[capacity.Judge(n, k, 0.01)]++
	}
	if verdicts[capacity.Met] > trials/50 || verdicts[capacity.Missed] > trials/50 {
		t.Errorf("verdicts %v", verdicts)
	}
}

func TestParseSLO(t *testing.T) {
	for text, want := range map[string]capacity.SLO{
		"p99<250ms": {99, 250 * time.Millisecond}, "p99.9 < 1s": {99.9, time.Second},
	} {
		got, err := capacity.ParseSLO(text)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if again, err := capacity.ParseSLO(got.String()); err != nil || again != want {
			t.Errorf("%v: %v, %v", got, again, err)
		}
	}
	for _, text := range []string{"", "p99", "p98<1s", "p99<", "p99<-1s", "p99>1s", "p99<fast"} {
		if got, err := capacity.ParseSLO(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func FuzzParseSLO(f *testing.F) {
	f.Add("p99<250ms")
	f.Fuzz(func(t *testing.T, s string) {
		if o, err := capacity.ParseSLO(s); err == nil && (o.Limit <= 0 || o.Percentile == 0) {
			t.Errorf("%q is read as %+v", s, o)
		}
	})
}
