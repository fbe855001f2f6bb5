package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zarafa/tuning/facts"
	"zarafa/tuning/install"
)

func applyCommand() command {
	return command{
		name: "apply", short: "show the difference, ask, keep a backup and write the settings",
		machine: true, plan: true, run: apply,
		flags: func(fs *pflag.FlagSet, o *options) {
			fs.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
		},
	}
}

// applyReport is what apply writes with --json.
type applyReport struct {
	Changes []fileReport `json:"changes"`
	Notes   []string     `json:"notes"`
	Written bool         `json:"written"`
	Backup  int          `json:"backup,omitempty"`
}

type fileReport struct {
	Path string `json:"path"`
	Diff string `json:"diff"`
}

func apply(ctx context.Context, s *session) (int, error) {
	p, err := s.makePlan(ctx)
	if err != nil {
		return exitFailed, err
	}
	changes, notes, err := s.targets(p)
	if err != nil {
		return exitFailed, err
	}
	more, err := s.accept(ctx, p)
	if err != nil {
		return exitFailed, err
	}
	report := applyReport{Changes: []fileReport{}, Notes: append(append([]string{}, notes...), more...)}
	for _, c := range changes {
		report.Changes = append(report.Changes, fileReport{c.Path, install.Diff(c)})
	}
	s.show(p, report)
	if len(changes) == 0 {
		s.say("Nothing has to be changed.")
		s.warnOverridden(p)
		return exitOK, s.finishReport(report)
	}
	if !s.yes {
		if s.json {
			return exitOK, s.finishReport(report)
		}
		if !s.ask(ctx, "Write these changes?") {
			s.say("Nothing was changed.")
			return exitOK, nil
		}
	}
	if report.Backup, err = s.write(p.tree, changes); err != nil {
		return exitFailed, hint(err)
	}
	report.Written = true
	s.say("Written; the former files are in backup %d, and ztune undo puts them back.", report.Backup)
	s.say("Restart the database, then zarafa-server. Until then the old settings are in effect.")
	if err := s.overridden(ctx); err != nil {
		return exitFailed, err
	}
	return exitOK, s.finishReport(report)
}

// show writes what would be changed, for people.
func (s *session) show(p planned, report applyReport) {
	if s.json {
		return
	}
	for _, c := range report.Changes {
		io.WriteString(s.out, paint(c.Diff, colored(s.out)))
		fmt.Fprintln(s.out)
	}
	for _, f := range p.plan.Shortfalls {
		s.say("This rule cannot hold: %s: %s of %s; %s", f.What, facts.Size(f.Granted), facts.Size(f.Wanted), f.Remedy)
	}
	for _, n := range report.Notes {
		s.say("Note: %s.", n)
	}
	for _, a := range p.plan.Advice {
		s.say("Advice: %s", a.Text)
	}
}

// paint colours a difference.
func paint(diff string, color bool) string {
	if !color {
		return diff
	}
	lines := strings.SplitAfter(diff, "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "+"):
			lines[i] = "\x1b[32m" + strings.TrimSuffix(line, "\n") + "\x1b[0m\n"
		case strings.HasPrefix(line, "-"):
			lines[i] = "\x1b[31m" + strings.TrimSuffix(line, "\n") + "\x1b[0m\n"
		}
	}
	return strings.Join(lines, "")
}

// say writes a sentence beside the result, unless it is unwanted.
func (s *session) say(format string, args ...any) {
	if !s.quiet {
		fmt.Fprintf(s.err, format+"\n", args...)
	}
}

// ask puts a question; no answer is no, and so is an interrupt.
func (s *session) ask(ctx context.Context, question string) bool {
	fmt.Fprint(s.err, question+" [y/N] ")
	answers := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(s.in).ReadString('\n') // at the end of the input it is what was read
		answers <- answer
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err)
		return false
	case answer := <-answers:
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return true
		}
		return false
	}
}

func (s *session) finishReport(r applyReport) error {
	if !s.json {
		return nil
	}
	return writeJSON(s.out, r)
}

// journal is where the backups are.
func (s *session) journal(tree *facts.Tree) install.Journal {
	return install.NewJournal(filepath.Join(tree.Path(s.state), backupFolder))
}

// write changes the files, and keeps what the plan was made from beside them.
func (s *session) write(tree *facts.Tree, changes []install.Change) (int, error) {
	a := applied{Time: time.Now().UTC().Truncate(time.Second), Users: s.wished.Users, Role: s.wished.Role, Medium: s.wished.Medium, Connections: s.wished.Connections}
	if s.wished.Version != nil {
		a.Database = s.wished.Version.String()
	}
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return 0, err
	}
	journal := s.journal(tree)
	if err := journal.Prepare(); err != nil {
		return 0, err
	}
	changes, err = s.add(tree, changes, path.Join(s.state, appliedFile), string(text)+"\n", 0o600)
	if err != nil {
		return 0, err
	}
	return journal.Apply(changes, time.Now(), "ztune apply")
}

// overridden warns of settings that something else in the option files overrides, and
// of a fragment that the database does not read at all.
func (s *session) overridden(ctx context.Context) error {
	p, err := s.makePlan(ctx)
	if err != nil {
		return err
	}
	s.warnOverridden(p)
	return nil
}

// warnOverridden compares a plan whose files are written with what is in effect.
func (s *session) warnOverridden(p planned) {
	if file, ok := s.unread(p); ok {
		s.say("Warning: the database does not read %s; add the line '!include %s' at the end of its my.cnf.", file, file)
		return
	}
	found, _ := differences(s, p)
	for _, d := range found {
		s.say("Warning: %s is %s although %s was written; what is read later overrides it: %s.", d.Key, orNothing(d.Is), d.Planned, orNothing(d.File))
	}
}

// unread reports whether the fragment is there but is not among the files that the
// database reads.
func (s *session) unread(p planned) (string, bool) {
	if p.plan.Version == nil {
		return "", false
	}
	file, err := s.fragment(p)
	if err != nil || !p.tree.Exists(file) {
		return "", false
	}
	for _, o := range p.machine.Database.Options {
		if o.File == file {
			return "", false
		}
	}
	return file, true
}

func orNothing(value string) string {
	if value == "" {
		return "not set"
	}
	return value
}

// hint adds the next step to an error of the file system.
func hint(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w; run ztune as root", err)
	}
	return err
}
