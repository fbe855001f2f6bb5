package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// The load generator's exit statuses for a run whose schedule was late, and for a wrong answer of the server.
const (
	statusVoid  = 3
	statusWrong = 4
)

// search is what "zload capacity --json" writes, as far as it is needed.
type search struct {
	Passed    int  `json:"passed"`
	Failed    int  `json:"failed"`
	OutOfTime bool `json:"outOfTime"`
	Trials    []struct {
		Users     int     `json:"users"`
		Passed    bool    `json:"passed"`
		Void      bool    `json:"void"`
		Count     int64   `json:"count"`
		PerSecond float64 `json:"operationsPerSecond"`
	} `json:"trials"`
}

// turn makes a turn of a search.
func (s search) turn() Turn {
	t := Turn{Passed: s.Passed, Failed: s.Failed, OutOfTime: s.OutOfTime, Trials: len(s.Trials)}
	for _, trial := range s.Trials {
		t.Most = max(t.Most, trial.Users)
		t.Pages.Operations += trial.Count
		if trial.Void {
			t.Late++
		}
		if trial.Passed && trial.Users == s.Passed {
			t.PerSecond = trial.PerSecond
		}
	}
	return t
}

// load runs the load generator.
func (v *verification) load(ctx context.Context, args ...string) error {
	p, err := start(v.scratch, "zload", v.Programs.Load, args, os.Environ())
	if err != nil {
		return err
	}
	err = p.wait(ctx)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit) && exit.ExitCode() == statusVoid && args[0] == "run":
		return nil // of a server's first seconds, lateness is a part
	case errors.As(err, &exit) && exit.ExitCode() == statusWrong:
		return fmt.Errorf("the server gave a wrong answer; report this:\n%s", p.tail())
	case ctx.Err() != nil:
		return err
	}
	return fmt.Errorf("%s %s failed (%w):\n%s", filepath.Base(v.Programs.Load), args[0], err, p.tail())
}

// fill creates the users with their mailboxes.
func (v *verification) fill(ctx context.Context, i *instance) error {
	return v.load(ctx, "fill", "--admin-url", "file://"+i.socket, "--users", strconv.Itoa(v.Mailboxes), "--messages", strconv.Itoa(v.Messages))
}

// startTime is how long the users of a start work.
const startTime = 5 * time.Second

// startRun is what "zload run --json" writes, as far as it is needed.
type startRun struct {
	Started time.Time `json:"started"`
	Start   time.Time `json:"start"`
	All     struct {
		Count int64         `json:"count"`
		P99   time.Duration `json:"p99Nanoseconds"`
	} `json:"all"`
}

// begin lets users come to an instance.
func (v *verification) begin(ctx context.Context, i *instance, users int) (Start, error) {
	url := "file://" + i.socket
	var r startRun
	before, err := i.used(ctx)
	if err != nil {
		return Start{}, err
	}
	err = v.result(ctx, &r, "run", "--url", url, "--admin-url", url, "--profile", v.Profile, "--compress", v.factor(),
		"--users", strconv.Itoa(users), "--duration", startTime.String(), "--seed", "1")
	if err != nil {
		return Start{}, err
	}
	after, err := i.used(ctx)
	return Start{
		Users: users, Ready: r.Start.Sub(r.Started).Seconds(), P99: float64(r.All.P99) / float64(time.Millisecond),
		Processors: (after.processors - before.processors).Seconds(), Read: after.pages.Read - before.pages.Read, operations: r.All.Count,
	}, err
}

// result runs the load generator and reads what it writes for programs.
func (v *verification) result(ctx context.Context, to any, args ...string) error {
	file := filepath.Join(v.scratch, args[0]+".json")
	if err := v.load(ctx, append(args, "--json", file)...); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("the load generator's result: %w; use a zload of the same version as ztune", err)
	}
	return nil
}

func (v *verification) factor() string { return strconv.FormatFloat(v.Compress, 'g', -1, 64) }

// trialLimit is for how long a number of users may stay undecided.
const trialLimit = 10 * time.Second

// capacity searches how many users the instance serves well.
func (v *verification) capacity(ctx context.Context, i *instance, first int, seed uint64, budget time.Duration) (s search, err error) {
	url := "file://" + i.socket
	err = v.result(ctx, &s, "capacity", "--url", url, "--admin-url", url, "--slo", v.SLO, "--profile", v.Profile,
		"--compress", v.factor(), "--start", strconv.Itoa(first), "--max-users", strconv.Itoa(v.Mailboxes),
		"--duration", trialLimit.String(), "--budget", budget.String(), "--seed", strconv.FormatUint(seed, 10),
		"--max-slip", v.MaxLate.String(), "--late-is-missed")
	return s, err
}
