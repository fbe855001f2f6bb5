package pairs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/bench/suite"
)

// TestMain makes the test's own program a worker, if it is started as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-fake-worker" {
		fakeWorker(os.Args[2:])
		return
	}
	os.Exit(m.Run())
}

// fakeWorker answers with made-up costs. Its arguments are the names of its benchmarks, and what goes wrong: "die=NAME", "fail=NAME".
func fakeWorker(args []string) {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	var names []string
	trouble := map[string]string{}
	for _, a := range args {
		if what, name, found := strings.Cut(a, "="); found {
			trouble[name] = what
		} else if a != "-cpu" && a != "0" && a != "1" {
			names = append(names, a)
		}
	}
	out.Encode(suite.Answer{Names: names})
	for {
		var o suite.Order
		if in.Decode(&o) != nil {
			return
		}
		a := suite.Answer{Cost: suite.Cost{N: o.N, Wall: int64(o.N) * 1000, CPU: int64(o.N) * 900}}
		switch trouble[o.Name] {
		case "die":
			fmt.Fprintln(os.Stderr, "it died")
			os.Exit(3)
		case "fail":
			a.Error = "it failed"
		case "elsewhere":
			a.Error, a.NotHere = "not here", true
		}
		if o.Count {
			a.Cost.Exact = &suite.Tallies{Allocs: uint64(o.N)}
		}
		out.Encode(a)
	}
}

// options are those of a run of fake workers with the arguments of each side.
func options(t *testing.T, old, now []string) Options {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Binaries: [2][]string{{program}, {program, program}}, Args: [2][]string{old, now}, Wanted: func(string) bool { return true },
		Rounds: 6, Turns: 4, TurnTime: time.Millisecond, Seed: 1,
		Copy: func(context.Context) ([]string, func() error, error) {
			return []string{"-fake-worker"}, func() error { return nil }, nil
		},
	}
}

func TestRun(t *testing.T) {
	o := options(t, []string{"a", "b", "gone", "elsewhere=e", "e"}, []string{"b", "a", "new", "e"})
	copies, removed := 0, 0
	o.Copy = func(context.Context) ([]string, func() error, error) {
		copies++
		return []string{"-fake-worker"}, func() error { removed++; return nil }, nil
	}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Only[Old], []string{"gone"}) || !slices.Equal(r.Only[New], []string{"new"}) {
		t.Errorf("only %v", r.Only)
	}
	if len(r.Series) != 2 || copies != 14 || removed != copies {
		t.Fatalf("%d series, %d copies, %d removed", len(r.Series), copies, removed)
	}
	for _, s := range r.Series {
		leads := 0
		for _, round := range s.Rounds {
			if round.NewLeads {
				leads++
			}
			if len(round.Turns[Old]) != 4 || len(round.Turns[New]) != 4 || round.Counted[Old].Allocs != uint64(s.N) {
				t.Errorf("%+v", round)
			}
		}
		if len(s.Rounds) != 6 || leads != 3 {
			t.Errorf("%s: %d rounds, the new side leads %d", s.Name, len(s.Rounds), leads)
		}
		if s.N < 500 || s.N > 2000 { // 0.9 µs each, in turns of a millisecond
			t.Errorf("%s: %d repetitions", s.Name, s.N)
		}
	}
}

func TestRunDeadline(t *testing.T) {
	o := options(t, []string{"a"}, []string{"a"})
	o.Deadline = time.Now().Add(-time.Second)
	r, err := Run(t.Context(), o)
	if err != nil || len(r.Series) != 1 || len(r.Series[0].Rounds) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFitting(t *testing.T) {
	for _, tc := range []struct {
		turns           int
		took, available time.Duration
		want            int
	}{
		{30, 10 * time.Second, 12 * time.Second, 30},
		{30, 10 * time.Second, 5 * time.Second, 14},
		{14, 5 * time.Second, 10 * time.Second, 28},
		{30, 10 * time.Second, time.Second, 10},
		{30, 10 * time.Second, -time.Second, 10},
	} {
		if got := fitting(30, tc.turns, tc.took, tc.available); got != tc.want {
			t.Errorf("%+v: %d turns", tc, got)
		}
	}
	if got := fitting(4, 4, time.Second, 0); got != 4 {
		t.Errorf("%d turns of 4 wanted", got)
	}
}

func TestRunTrouble(t *testing.T) {
	for _, tc := range []struct {
		name     string
		old, now []string
		want     string
	}{
		{"a benchmark fails", []string{"a"}, []string{"a", "fail=a"}, "new, benchmark a: it failed"},
		{"a worker dies", []string{"a", "die=a"}, []string{"a"}, "it died"},
	} {
		if _, err := Run(t.Context(), options(t, tc.old, tc.now)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
	o := options(t, nil, nil)
	o.Binaries[New] = []string{"/nonexistent/worker"}
	if _, err := Run(t.Context(), o); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a worker that is not there: %v", err)
	}
}

func TestSingle(t *testing.T) {
	o := options(t, []string{"a", "b"}, nil)
	o.Rounds = 2
	list, err := Single(t.Context(), o)
	if err != nil || len(list) != 2 || len(list[0].Rounds) != 2 || len(list[0].Rounds[1].Turns[Old]) != 4 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestNothing: a run without a benchmark to measure is an error, and still says what only one side has.
func TestNothing(t *testing.T) {
	o := options(t, []string{"a", "b"}, []string{"c"})
	r, err := Run(t.Context(), o)
	if !errors.Is(err, ErrNothing) || len(r.Only[Old]) != 2 || len(r.Only[New]) != 1 {
		t.Errorf("no benchmark in common: %+v, %v", r, err)
	}
	o = options(t, []string{"a"}, []string{"a"})
	o.Wanted = func(string) bool { return false }
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrNothing) {
		t.Errorf("none wanted: %v", err)
	}
	if _, err := Single(t.Context(), o); !errors.Is(err, ErrNothing) {
		t.Errorf("none wanted of one build: %v", err)
	}
}
