package gate

import (
	"fmt"
	"regexp"
	"strings"

	"zarafa/bench/pairs"
)

// whyNothing says why a run had no benchmark, and what to do.
func whyNothing(o *Options, r *pairs.Result) string {
	for side, revision := range [...]string{pairs.Old: o.Old, pairs.New: o.New} {
		if only := r.Only[side]; len(only) > 0 {
			return fmt.Sprintf("of those that match --bench %q both revisions have none; only %s has %s", o.Bench, revision, strings.Join(only, ", "))
		}
	}
	return fmt.Sprintf("--bench %q matches none that both revisions have on this database; \"zbench ab OLD NEW --all\" lists them", o.Bench)
}

// slowed finds out whether a slow-down that is wanted is in what was measured. Without it a test of the comparison would test nothing.
func slowed(o *Options, r *pairs.Result) error {
	if o.Slow == 0 {
		return nil
	}
	pattern, err := regexp.Compile(o.SlowBench)
	if err != nil {
		return err
	}
	for _, s := range r.Series {
		if pattern.MatchString(s.Name) {
			return nil
		}
	}
	return fmt.Errorf("%w that is slowed down: --slow-bench %q matches none of those that --bench %q chooses", pairs.ErrNothing, o.SlowBench, o.Bench)
}
