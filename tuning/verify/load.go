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

// The load generator's exit status for a wrong answer of the server.
const statusWrong = 4

// search is what "zload capacity --json" writes, as far as it is needed.
type search struct {
	Passed    int  `json:"passed"`
	Failed    int  `json:"failed"`
	OutOfTime bool `json:"outOfTime"`
	Trials    []struct {
		Users     int     `json:"users"`
		Passed    bool    `json:"passed"`
		Void      bool    `json:"void"`
		PerSecond float64 `json:"operationsPerSecond"`
	} `json:"trials"`
}

// turn makes a turn of a search.
func (s search) turn() Turn {
	t := Turn{Passed: s.Passed, Failed: s.Failed, OutOfTime: s.OutOfTime, Trials: len(s.Trials)}
	for _, trial := range s.Trials {
		t.Most = max(t.Most, trial.Users)
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

// trialLimit is for how long a number of users may stay undecided.
const trialLimit = 10 * time.Second

// capacity searches how many users the instance serves well.
func (v *verification) capacity(ctx context.Context, i *instance, first int, seed uint64, budget time.Duration) (s search, err error) {
	file := filepath.Join(v.scratch, "capacity.json")
	url := "file://" + i.socket
	err = v.load(ctx, "capacity", "--url", url, "--admin-url", url, "--slo", v.SLO, "--profile", v.Profile,
		"--compress", strconv.FormatFloat(v.Compress, 'g', -1, 64), "--start", strconv.Itoa(first), "--max-users", strconv.Itoa(v.Mailboxes),
		"--duration", trialLimit.String(), "--budget", budget.String(), "--seed", strconv.FormatUint(seed, 10),
		"--max-slip", v.MaxLate.String(), "--late-is-missed", "--json", file)
	if err != nil {
		return s, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("the load generator's result: %w; use a zload of the same version as ztune", err)
	}
	return s, nil
}
