package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/mycnf"
	"zarafa/tuning/rules"
)

func explainCommand() command {
	return command{
		name: "explain", args: "KEY", short: "give the rule, the facts and the sentence behind one value",
		machine: true, plan: true, run: explain,
	}
}

func explain(ctx context.Context, s *session) (int, error) {
	if len(s.args) != 1 {
		return exitFailed, errors.New("explain takes one setting, for example ztune explain cache_cell_size; ztune plan lists them")
	}
	p, err := s.makePlan(ctx)
	if err != nil {
		return exitFailed, err
	}
	key := mycnf.Key(s.args[0])
	if strings.EqualFold(key, "GOMEMLIMIT") {
		key = "GOMEMLIMIT"
	}
	set, ok := p.plan.Find(key)
	if !ok {
		return exitFailed, notPlanned(p.plan, key)
	}
	if s.json {
		return exitOK, writeJSON(s.out, set)
	}
	fmt.Fprintf(s.out, "%s = %s\n", set.Key, set.Value)
	fmt.Fprintf(s.out, "  in      %s\n  rule    %s\n", set.Target, set.Rule)
	for _, f := range set.Facts {
		fmt.Fprintf(s.out, "  fact    %s\n", f)
	}
	fmt.Fprintf(s.out, "  source  %s\n", set.Source)
	for _, f := range p.plan.Shortfalls {
		if concerns(f.What, key) {
			fmt.Fprintf(s.out, "  less    wanted %s, granted %s: %s\n", facts.Size(f.Wanted), facts.Size(f.Granted), f.Remedy)
		}
	}
	return exitOK, nil
}

// concerns tells which setting a shortfall lowered.
func concerns(what, key string) bool {
	switch key {
	case "cache_cell_size":
		return what == "cell cache"
	case "cache_sortkey_size":
		return what == "sort-key cache"
	case "innodb_buffer_pool_size":
		return what == "InnoDB buffer pool"
	case "innodb_log_file_size", "innodb_redo_log_capacity":
		return strings.HasPrefix(what, "redo log")
	}
	return false
}

// notPlanned says why a setting is not in the plan.
func notPlanned(p rules.Plan, key string) error {
	if p.Version != nil {
		if verdict, wrong := dbms.Judge(*p.Version, key); wrong {
			if _, known := dbms.Options(p.Version.Flavour).Lookup(key); known {
				return fmt.Errorf("%s is not planned: it %s; %s", key, verdict.Problem, verdict.Remedy)
			}
		} else {
			return fmt.Errorf("%s is not planned: the default of %s is right, and what you have set stays; ztune plan lists what is", key, p.Version)
		}
	}
	return fmt.Errorf("%s is no setting that is planned here; ztune plan lists those that are", key)
}
