package replay

import (
	"strings"
	"testing"
)

// play plays scenarios against a fake and returns the reports.
func play(t *testing.T, f *fake, scenarios []*Scenario) []*Report {
	t.Helper()
	p := NewPlayer(f.start())
	defer p.Close()
	var out []*Report
	for _, sc := range scenarios {
		r, err := p.Play(t.Context(), sc)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func describe(r *Report) string {
	var b strings.Builder
	r.Print(&b, 10)
	return b.String()
}

func TestAnswersOfAnotherServerMatch(t *testing.T) {
	scenarios := loadAll(t)
	f := newFake(t, scenarios)
	for i, r := range play(t, f, scenarios) {
		if r.Exchanges != len(scenarios[i].Exchanges) || r.Matched != r.Exchanges {
			t.Error(describe(r))
		}
	}
	for i, p := range f.problems {
		if i == 5 {
			t.Errorf("and %d more", len(f.problems)-i)
			break
		}
		t.Error(p)
	}
}
