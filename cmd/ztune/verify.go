package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/render"
	"zarafa/tuning/rules"
	"zarafa/tuning/verify"
)

// verifyOptions are the options of verify alone.
type verifyOptions struct {
	engine, server, zload, folder string
	data                          string
	fillOnly                      bool
	budget                        time.Duration
	limit                         time.Duration
	profile                       string
	compress                      float64
	mailboxes, messages           int
}

// Bounds of the options of verify.
const (
	minBudget    = 10 * time.Second
	maxBudget    = 24 * time.Hour
	maxMailboxes = 10_000
	maxMessages  = 100_000
	maxCompress  = 10_000
)

func verifyCommand() command {
	return command{
		name: "verify", short: "measure by load how many users the default and the planned settings serve; status 1 if the plan is worse",
		machine: true, plan: true, run: runVerify,
		flags: func(flags *pflag.FlagSet, o *options) {
			v := &o.verify
			flags.DurationVar(&v.budget, "budget", 5*time.Minute, "how long to measure; more time makes smaller differences visible")
			flags.StringVar(&v.engine, "engine", "", "sqlite or mysql: where the servers keep their data; without it, what server.cfg says, or the installed database")
			flags.StringVar(&v.server, "server", "", "the program zarafa-server; without it, the one beside ztune, or that of the PATH")
			flags.StringVar(&v.zload, "zload", "", "the program zload; without it, the one beside ztune, or that of the PATH")
			flags.StringVar(&v.folder, "folder", "", "where the data of the measurement is put for its time; without it, beside the data directory")
			flags.StringVar(&v.data, "data", "", "a folder where the full mailboxes are kept for the next time, or are from an earlier one; filling them is then no part of --budget")
			flags.BoolVar(&v.fillOnly, "fill-only", false, "only fill the mailboxes in the folder of --data, which needs no quiet machine")
			flags.DurationVar(&v.limit, "limit", 250*time.Millisecond, "what 99 % of all operations must be faster than")
			flags.StringVar(&v.profile, "profile", "heavy", "what the users do, see zload")
			flags.Float64Var(&v.compress, "compress", 2000, "how many times as fast as people the users work, so that few mailboxes are enough")
			flags.IntVar(&v.mailboxes, "mailboxes", 0, "mailboxes to fill, and the most users; without it, 50 for each processor, at least 100")
			flags.IntVar(&v.messages, "messages", 100, "items in each mailbox; the data should be larger than the caches that are compared")
		},
	}
}

// check looks at the options of verify.
func (v *verifyOptions) check() error {
	switch {
	case v.budget < minBudget || v.budget > maxBudget:
		return fmt.Errorf("--budget: %v is out of range; say %v to %v", v.budget, minBudget, maxBudget)
	case v.engine != "" && v.engine != "sqlite" && v.engine != "mysql":
		return fmt.Errorf("--engine: %q is no engine; say sqlite or mysql", v.engine)
	case v.limit < time.Millisecond || v.limit > time.Minute:
		return fmt.Errorf("--limit: %v is out of range; say 1ms to 1m", v.limit)
	case !(v.compress > 0 && v.compress <= maxCompress):
		return fmt.Errorf("--compress: %g is out of range; say more than 0 and at most %d", v.compress, maxCompress)
	case v.mailboxes < 0 || v.mailboxes > maxMailboxes:
		return fmt.Errorf("--mailboxes: %d is out of range; say 1 to %d, or leave it out", v.mailboxes, maxMailboxes)
	case v.fillOnly && v.data == "":
		return errors.New("--fill-only: without --data the mailboxes would be removed again; name a folder with --data")
	case v.messages < 1 || v.messages > maxMessages:
		return fmt.Errorf("--messages: %d is out of range; say 1 to %d", v.messages, maxMessages)
	}
	return nil
}

// lateShare is how much of the limit the load generator may be late by: its lateness counts as the server's.
const lateShare = 10

func runVerify(ctx context.Context, s *session) (int, error) {
	if err := s.verify.check(); err != nil {
		return exitFailed, err
	}
	p, err := s.planToVerify(ctx)
	if err != nil {
		return exitFailed, err
	}
	o, err := s.verifyOptions(p)
	if err != nil {
		return exitFailed, err
	}
	for _, r := range p.machine.Running {
		if r.Role == facts.RoleServer || r.Role == facts.RoleDatabase {
			s.say("Note: %s is running (process %d) and is left alone; what it uses is missing in the figures.", r.Name, r.PID)
		}
	}
	report, err := verify.Run(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return exitFailed, errors.New("interrupted; what was started is stopped, and nothing is left behind")
		}
		if errors.Is(err, fs.ErrPermission) {
			err = fmt.Errorf("%w; run ztune as root, or name a folder of your own with --folder", err)
		}
		return exitFailed, err
	}
	if s.verify.fillOnly {
		s.say("The mailboxes in %s are full and take %s.", s.verify.data, facts.Size(report.DataBytes))
		return exitOK, nil
	}
	result := newVerified(p, report)
	if s.json {
		err = writeJSON(s.out, result)
	} else {
		err = printVerified(s.out, result)
	}
	switch {
	case result.Worse():
		return exitDiffer, err
	case result.Comparison.Outcome == verify.Unknown:
		return exitEmpty, err // the report says why
	}
	return exitOK, err
}

// planToVerify makes the plan for the engine that is asked for.
func (s *session) planToVerify(ctx context.Context) (planned, error) {
	if s.root != "/" {
		return planned{}, errors.New("a captured machine cannot be put under load; run ztune verify on the machine itself")
	}
	s.engine = s.verify.engine
	p, err := s.makePlan(ctx)
	p.plan.GroupSuffix = "" // its databases have option files of their own
	switch {
	case err != nil:
		return p, err
	case p.plan.Role != rules.Both:
		return p, fmt.Errorf("verify runs server and database on this machine, and the plan is for the role %s; give --role both to measure it anyway", p.plan.Role)
	case s.engine == "mysql" && p.plan.Version == nil, p.plan.Version != nil && p.machine.Database.Program == "":
		return p, errors.New("no database server was found on this machine; install mariadb-server, or give --engine sqlite")
	case p.plan.Version != nil && *p.plan.Version != p.found.Value:
		return p, fmt.Errorf("the plan is for %v, but %v is installed; leave --database out", p.plan.Version, p.found.Value)
	}
	return p, nil
}

// verifyOptions says what is compared.
func (s *session) verifyOptions(p planned) (o verify.Options, err error) {
	v := s.verify
	o = verify.Options{
		Budget: v.budget, SLO: "p99<" + v.limit.String(), MaxLate: v.limit / lateShare, Profile: v.profile, Compress: v.compress,
		Mailboxes: v.mailboxes, Messages: v.messages, Say: s.say, FillOnly: v.fillOnly,
		Tuned: verify.Settings{Server: render.ServerFile("", p.plan), Database: render.OptionFile(p.plan)},
	}
	if v.data != "" {
		if o.Data, err = filepath.Abs(v.data); err != nil {
			return o, err
		}
	}
	if o.Mailboxes == 0 {
		o.Mailboxes = max(50*p.machine.Processors.Usable.Value, 100)
	}
	for _, set := range p.plan.Settings {
		if set.Target == rules.UnitFile {
			o.Tuned.Environment = append(o.Tuned.Environment, set.Key+"="+set.Value)
		}
		if set.Key == "innodb_log_file_size" || set.Key == "innodb_redo_log_capacity" {
			o.LogBytes = max(o.LogBytes, set.Bytes)
		}
	}
	if o.Programs.Server, err = findProgram("zarafa-server", "--server", v.server); err != nil {
		return o, err
	}
	if o.Programs.Load, err = findProgram("zload", "--zload", v.zload); err != nil {
		return o, err
	}
	if p.plan.Version != nil {
		o.Programs.Database = p.machine.Database.Program
		if p.plan.Version.Flavour == dbms.MariaDB {
			if o.Programs.Install = verify.FindInstall(); o.Programs.Install == "" {
				return o, errors.New("mariadb-install-db is not installed; install the whole package mariadb-server, or give --engine sqlite")
			}
		}
	}
	o.Folder, err = v.findFolder(p)
	return o, err
}

// findProgram finds one of our programs.
func findProgram(name, option, given string) (string, error) {
	if given != "" {
		path, err := exec.LookPath(given)
		if err == nil {
			return filepath.Abs(path)
		}
		return "", fmt.Errorf("%s: %w", option, err)
	}
	if self, err := os.Executable(); err == nil {
		if path, err := exec.LookPath(filepath.Join(filepath.Dir(self), name)); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return filepath.Abs(path)
	}
	return "", fmt.Errorf("%s is neither beside ztune nor in the PATH; name it with %s", name, option)
}

// findFolder finds a folder in the data directory's file system that is not the data directory: a database takes every
// folder in it for its own.
func (v *verifyOptions) findFolder(p planned) (string, error) {
	if v.folder != "" {
		if info, err := os.Stat(v.folder); err != nil || !info.IsDir() {
			return "", fmt.Errorf("--folder: %s is no folder", v.folder)
		}
		return filepath.Abs(v.folder)
	}
	data := p.machine.Storage.Resolved
	for folder := data; ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err == nil && info.IsDir() && folder != data {
			if !sameDevice(folder, data) {
				return "", fmt.Errorf("%s is a file system of its own, and a folder in it would be taken for a database; name another folder on the same disks with --folder", data)
			}
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("no folder was found beside %s; name one with --folder", data)
		}
	}
}

// sameDevice reports whether two folders are in one file system. What is not there will be in its parent's.
func sameDevice(a, b string) bool {
	var sa, sb syscall.Stat_t
	if syscall.Stat(a, &sa) != nil {
		return false
	}
	return syscall.Stat(b, &sb) != nil || sa.Dev == sb.Dev
}

// factor writes the compression for people.
func factor(compress float64) string { return strconv.FormatFloat(compress, 'g', -1, 64) }
