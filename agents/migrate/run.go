package migrate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/pflag"

	"zarafa/agents/migrate/adopt"
	"zarafa/daemon/subcommand"
	"zarafa/storage"
)

// Exit statuses.
const (
	exitFailed = 1 // nothing, or not everything, was done; run it again
	exitLost   = 3 // it was done, and something was not taken or differs
)

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	p := subcommand.Program{
		Name: "zarafa-migrate", Version: version, Failed: exitFailed, Note: "docs/migrate.md describes a move from beginning to end.",
		Commands: []subcommand.Command{adoptCommand(stdout, stderr), verifyCommand(stdout, stderr)},
	}
	for _, c := range [][2]string{
		{"merge", "add an old database to a server that has data"},
		{"import", "take content of IMAP servers, mailbox files, PST and backups"},
		{"config", "translate the settings of an old server"},
	} {
		p.Commands = append(p.Commands, notYet(c[0], c[1]))
	}
	return p.Run(ctx, args, stdout, stderr)
}

// notYet is a command that will come.
func notYet(name, short string) subcommand.Command {
	return subcommand.Command{
		Name: name, Short: short + " (not yet)", Most: -1, Options: pflag.NewFlagSet(name, pflag.ContinueOnError),
		Run: func(context.Context, []string) (int, error) {
			return subcommand.Usage, errors.New("this version cannot do that yet; docs/migrate.md says what it can")
		},
	}
}

// place are the options that say where the data is.
type place struct {
	from, to, attachments, losses string
	stdout, stderr                io.Writer
}

func (o *place) define(fs *pflag.FlagSet) {
	fs.StringVar(&o.from, "from", "", "the old server's server.cfg, e.g. /etc/kopano/server.cfg")
	fs.StringVar(&o.to, "to", "/etc/zarafa/server.cfg", "the new server's server.cfg")
	fs.StringVar(&o.attachments, "attachments", "", "the folder of the old server's attachments, if it is not at attachment_path")
	fs.StringVar(&o.losses, "losses", "", "add to this file a line for each thing that is not taken or differs")
}

// migration opens both sides, or the source alone, and has fn work with them.
func (o *place) migration(ctx context.Context, withTarget bool, fn func(*adopt.Migration) error) (status int, err error) {
	if o.from == "" {
		return subcommand.Usage, errors.New("name the old server's settings: --from /etc/kopano/server.cfg")
	}
	log := slog.New(slog.NewTextHandler(o.stderr, nil))
	var before oldServer
	if err := read(o.from, before.sections()); err != nil {
		return 0, err
	}
	if o.attachments != "" {
		before.attachmentPath = o.attachments
	}
	source, blobs, err := before.source(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	var target storage.Store
	if withTarget {
		var after newServer
		if err := read(o.to, after.sections()); err != nil {
			return 0, err
		}
		if after.plugin != before.plugin {
			return 0, fmt.Errorf("user_plugin is %s in %s, and %s in %s; it must be the same, with the same settings, so that users are who they were", before.plugin, o.from, after.plugin, o.to)
		}
		if target, err = after.target(ctx, log); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, target.Close()) }()
	}
	options := adopt.Options{Log: log, Plugin: before.plugin}
	if o.losses != "" {
		f, err := os.OpenFile(o.losses, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		options.Losses = f
	}
	m := adopt.New(source, blobs, target, options)
	err = fn(m)
	if status = o.report(m.Report()); err != nil {
		status = exitFailed
	}
	return status, err
}

// shownLosses is how many losses are printed; --losses has all.
const shownLosses = 50

func (o *place) report(r *adopt.Report) int {
	for i, l := range r.Losses() {
		if i == shownLosses {
			fmt.Fprintf(o.stdout, "and %d more (see --losses)\n", r.Lost()-shownLosses)
			break
		}
		fmt.Fprintln(o.stdout, l)
	}
	r.WriteTo(o.stdout)
	if r.Lost() > 0 {
		return exitLost
	}
	return subcommand.OK
}

func adoptCommand(stdout, stderr io.Writer) subcommand.Command {
	fs := pflag.NewFlagSet("adopt", pflag.ContinueOnError)
	o := &place{stdout: stdout, stderr: stderr}
	o.define(fs)
	serving := fs.Bool("while-serving", false, "the old server goes on meanwhile: take what there is, and expect another run")
	dry := fs.Bool("dry-run", false, "read everything and say what would be lost; write nothing")
	every := fs.Int("verify-every", 100, "then compare folders by sums, and one of so many messages in everything; 0: do not verify")
	return subcommand.Command{
		Name: "adopt", Short: "make the database of a Zarafa or Kopano this server's, with every number kept", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			if *dry {
				return o.migration(ctx, false, func(m *adopt.Migration) error { return m.Examine(ctx) })
			}
			return o.migration(ctx, true, func(m *adopt.Migration) error {
				if err := m.Run(ctx, !*serving); err != nil || *serving || *every <= 0 {
					return err
				}
				return m.Verify(ctx, *every)
			})
		},
	}
}

func verifyCommand(stdout, stderr io.Writer) subcommand.Command {
	fs := pflag.NewFlagSet("verify", pflag.ContinueOnError)
	o := &place{stdout: stdout, stderr: stderr}
	o.define(fs)
	every := fs.Int("every", 1, "compare one of so many messages in everything; 1: all of them")
	return subcommand.Command{
		Name: "verify", Short: "compare what was adopted with its source, before the new server is started", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			return o.migration(ctx, true, func(m *adopt.Migration) error { return m.Verify(ctx, *every) })
		},
	}
}
