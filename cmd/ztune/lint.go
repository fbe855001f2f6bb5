package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/mycnf"
)

func lintCommand() command {
	return command{
		name: "lint", args: "FILE", short: "find removed, ignored and misspelt options in a my.cnf",
		machine: true, run: lint,
		flags: func(fs *pflag.FlagSet, o *options) {
			fs.StringVar(&o.database, "database", "", "the database's version, for example mariadb-10.11.6, in place of the installed one")
		},
	}
}

// finding is one line of an option file that is wrong.
type finding struct {
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Group    string        `json:"group"`
	Option   string        `json:"option"`
	Severity dbms.Severity `json:"severity"`
	Problem  string        `json:"problem"`
	Remedy   string        `json:"remedy"`
}

func lint(ctx context.Context, s *session) (int, error) {
	if len(s.args) > 1 {
		return exitFailed, errors.New("lint takes one file, for example ztune lint /etc/mysql/my.cnf; what it includes is read as well")
	}
	m, err := s.inspect(ctx)
	if err != nil {
		return exitFailed, err
	}
	d := m.Database
	if d.Undecided != "" && len(s.args) == 0 {
		return exitFailed, errors.New(d.Undecided + ", or the file: ztune lint FILE")
	}
	if s.version != nil {
		d.Version = facts.Fact[dbms.Version]{Value: *s.version, Source: "--database", Confidence: facts.Certain}
	}
	if !d.Version.Known() {
		return exitFailed, errors.New("the database's version is not known; name it with --database, for example mariadb-10.11.6")
	}
	file := d.OptionFile.Value
	if len(s.args) == 1 {
		file = s.args[0]
		if err := s.absolute("FILE", &file); err != nil {
			return exitFailed, err
		}
	}
	if file == "" {
		return exitFailed, errors.New("no my.cnf was found at the usual places; name it: ztune lint FILE")
	}
	tree, err := s.open()
	if err != nil {
		return exitFailed, err
	}
	options, err := mycnf.Read(tree, file)
	if err != nil {
		return exitFailed, err
	}
	if !slices.ContainsFunc(options, func(o mycnf.Option) bool { return slices.Contains(d.Groups(), o.Group) }) {
		return exitEmpty, fmt.Errorf("nothing was looked at: %s has no option in a group that %s reads (%s)", file, d.Version.Value, strings.Join(d.Groups(), ", "))
	}
	findings := judge(d.Version.Value, options, d.Groups())
	return s.report(findings, d.Version.Value)
}

// judge looks at every option in a group that the server reads.
func judge(v dbms.Version, options []mycnf.Option, groups []string) []finding {
	findings := []finding{}
	plugins := loaded(options, groups)
	for _, o := range options {
		if !slices.Contains(groups, o.Group) || ofPlugin(o.Key(), plugins) {
			continue
		}
		verdict, wrong := dbms.Judge(v, o.Key())
		if !wrong {
			continue
		}
		if o.Loose() && verdict.Severity == dbms.Refused {
			verdict.Severity = dbms.Useless
			verdict.Problem = strings.NewReplacer(", which refuses to start", "", "; unless a plugin brings it, the server refuses to start", "").Replace(verdict.Problem) + "; as the name is loose, it is only ignored"
		}
		findings = append(findings, finding{o.File, o.Line, o.Group, o.Name, verdict.Severity, verdict.Problem, verdict.Remedy})
	}
	return findings
}

// loaded lists the plugins that the options load. What their options are, the tables
// cannot know.
func loaded(options []mycnf.Option, groups []string) []string {
	var plugins []string
	for _, o := range options {
		if key := o.Key(); !slices.Contains(groups, o.Group) || key != "plugin_load" && key != "plugin_load_add" {
			continue
		}
		for part := range strings.SplitSeq(o.Value, ";") {
			name, _, _ := strings.Cut(part, "=")
			name = strings.TrimSuffix(strings.TrimSpace(name), ".so")
			if name != "" {
				plugins = append(plugins, mycnf.Key(strings.TrimPrefix(name, "ha_")))
			}
		}
	}
	return plugins
}

// ofPlugin reports whether an option is one that switches or adjusts a plugin.
func ofPlugin(key string, plugins []string) bool {
	for _, p := range plugins {
		if key == p || strings.HasPrefix(key, p+"_") {
			return true
		}
	}
	return false
}

// report writes the findings. Only advice leaves the exit status at 0.
func (s *session) report(findings []finding, v dbms.Version) (int, error) {
	status := exitOK
	for _, f := range findings {
		if f.Severity != dbms.Advice {
			status = exitDiffer
		}
	}
	if s.json {
		return status, writeJSON(s.out, findings)
	}
	for _, f := range findings {
		fmt.Fprintf(s.out, "%s:%d: %s: %s %s; %s\n", f.File, f.Line, f.Severity, f.Option, f.Problem, f.Remedy)
	}
	if len(findings) == 0 && !s.quiet {
		fmt.Fprintf(s.err, "nothing is wrong for %s\n", v)
	}
	return status, nil
}
