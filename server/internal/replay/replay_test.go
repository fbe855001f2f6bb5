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

func TestRunReportsStaleExceptions(t *testing.T) {
	exceptions, err := readExceptions(strings.NewReader("06 | 1 | logonResponse/er | is not needed\n05 | 1 | * | belongs to another scenario"))
	if err != nil {
		t.Fatal(err)
	}
	f := newFake(t, loadAll(t, "09"))
	cfg := f.start()
	cfg.Exceptions = exceptions
	res, err := Run(t.Context(), cfg, traces, "09")
	if err != nil || !res.OK() || len(res.Reports) != 1 {
		t.Errorf("%v %+v", err, res)
	}
	cfg = newFake(t, loadAll(t, "06")).start()
	cfg.Exceptions = exceptions
	if res, err = Run(t.Context(), cfg, traces, "06"); err != nil || res.OK() || len(res.Stale) != 1 {
		t.Errorf("%v %+v", err, res)
	}
	var out strings.Builder
	res.Print(&out, 5)
	if !strings.Contains(out.String(), "exception never used: line 1") {
		t.Error(out.String())
	}
}

func TestServerThatFailsShowsAsDifferences(t *testing.T) {
	res, err := Run(t.Context(), withShortWait(Config{UnixPath: t.TempDir() + "/none", TCPAddr: "127.0.0.1:1"}), traces, "05")
	if err != nil {
		t.Fatal(err)
	}
	if r := res.Reports[0]; r.Matched != 0 || r.Exchanges != 102 {
		t.Error(describe(r))
	}
}
