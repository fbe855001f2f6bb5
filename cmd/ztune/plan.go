package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/tuning/facts"
	"zarafa/tuning/render"
	"zarafa/tuning/rules"
)

func planCommand() command {
	return command{
		name: "plan", short: "show the settings for this machine; changes nothing",
		machine: true, plan: true, run: plan,
		flags: func(fs *pflag.FlagSet, o *options) {
			fs.StringVar(&o.print, "print", "", "write one file as it would be installed: server.cfg, my.cnf or unit")
		},
	}
}

func plan(ctx context.Context, s *session) (int, error) {
	p, err := s.makePlan(ctx)
	if err != nil {
		return exitFailed, err
	}
	switch s.print {
	case "":
	case "server.cfg":
		_, err := io.WriteString(s.out, render.ServerFile(p.server, p.plan))
		return exitOK, err
	case "my.cnf":
		if p.plan.Version == nil {
			return exitFailed, fmt.Errorf("no database is planned for; name its version with --database, for example mariadb-10.11")
		}
		_, err := io.WriteString(s.out, render.OptionFile(p.plan))
		return exitOK, err
	case "unit":
		_, err := io.WriteString(s.out, render.UnitFile(p.plan))
		return exitOK, err
	default:
		return exitFailed, fmt.Errorf("--print: there is no file %q; say server.cfg, my.cnf or unit", s.print)
	}
	if err := s.decided(p); err != nil {
		s.say("Note: apply would be refused: %v.", err)
	}
	if s.json {
		return exitOK, writeJSON(s.out, p.plan)
	}
	_, err = io.WriteString(s.out, planText(p, colored(s.out), s.quiet))
	return exitOK, err
}

// planText writes a plan for people.
func planText(p planned, color, quiet bool) string {
	var b strings.Builder
	dim := func(text string) string {
		if !color || text == "" {
			return text
		}
		return "\x1b[2m" + text + "\x1b[0m"
	}
	version := "no MariaDB or MySQL on this machine"
	if p.plan.Version != nil {
		version = p.plan.Version.String()
	}
	if p.plan.Role == rules.DB {
		fmt.Fprintf(&b, "Plan for a machine of the database alone, %s\n\n", version)
	} else {
		fmt.Fprintf(&b, "Plan for %d users, role %s, %s\n\n", p.plan.Users, p.plan.Role, version)
	}
	writeBudget(&b, p.plan.Budget, p.machine)
	for _, t := range []rules.Target{rules.ServerFile, rules.OptionFile, rules.UnitFile} {
		writeTarget(&b, p.plan, t, dim)
	}
	writeShortfalls(&b, p.plan.Shortfalls)
	if len(p.plan.Advice) > 0 {
		b.WriteString("\nAdvice\n")
		for _, a := range p.plan.Advice {
			fmt.Fprintf(&b, "  %s\n%s", a.Text, dim(fmt.Sprintf("      because: %s\n      %s\n", a.Because, a.Source)))
		}
	}
	if !quiet {
		b.WriteString("\nNothing was changed. ztune explain KEY gives the reasons, ztune apply writes the settings.\n")
	}
	return b.String()
}

func writeBudget(b *strings.Builder, budget rules.Budget, m facts.Machine) {
	fmt.Fprintf(b, "Memory: %s (%s), of which 80 %% = %s may be planned\n", facts.Size(budget.Memory), m.Memory.Usable.Source, facts.Size(budget.Limit))
	share := func(n int64) float64 { return float64(n) / float64(max(budget.Memory, 1)) * 100 }
	for _, part := range budget.Parts {
		fmt.Fprintf(b, "  %-38s %10s %5.1f %%\n", part.Name, facts.Size(part.Bytes), share(part.Bytes))
	}
	fmt.Fprintf(b, "  %-38s %10s %5.1f %%\n", "together", facts.Size(budget.Total), share(budget.Total))
}

// writeShortfalls says what cannot hold, and each remedy once.
func writeShortfalls(b *strings.Builder, all []rules.Shortfall) {
	if len(all) == 0 {
		return
	}
	b.WriteString("\nRules that cannot hold on this machine\n")
	for i, f := range all {
		fmt.Fprintf(b, "  %-38s wanted %s, granted %s, %s missing\n", f.What, facts.Size(f.Wanted), facts.Size(f.Granted), facts.Size(f.Missing))
		if i == len(all)-1 || all[i+1].Remedy != f.Remedy {
			fmt.Fprintf(b, "      %s\n", f.Remedy)
		}
	}
}

func writeTarget(b *strings.Builder, p rules.Plan, t rules.Target, dim func(string) string) {
	first := true
	for _, set := range p.Settings {
		if set.Target != t {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n%s\n", t)
			first = false
		}
		fmt.Fprintf(b, "  %-46s %s\n", set.Key+" = "+set.Value, dim(set.Rule))
	}
}
