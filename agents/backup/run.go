package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/spf13/pflag"

	"zarafa/agents/backup/repository"
	"zarafa/agents/backup/snapshot"
	"zarafa/agents/connection"
	"zarafa/client"
	"zarafa/daemon/subcommand"
)

// Exit statuses.
const (
	exitFailed = 1 // nothing, or not everything, was done
	exitDamage = 3 // the repository is damaged, or a drill found a difference
)

// Run carries out a command line, without the program's name, and returns the exit status.
func Run(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	e := &environment{version: version, out: stdout, log: slog.New(slog.NewTextHandler(stderr, nil)), now: time.Now}
	return e.run(ctx, args, stderr)
}

// environment is what commands work with.
type environment struct {
	version string
	out     io.Writer
	log     *slog.Logger
	now     func() time.Time
	onCall  func(operation string)

	config, host, identity string // options that all commands have
}

func (e *environment) run(ctx context.Context, args []string, stderr io.Writer) int {
	p := subcommand.Program{
		Name: "zarafa-backup", Version: e.version, Failed: exitFailed, Note: "docs/backup.md describes backups, restores and drills.",
		Commands: []subcommand.Command{
			e.initCommand(), e.backupCommand(), e.snapshotsCommand(), e.foldersCommand(), e.findCommand(), e.restoreCommand(), e.exportCommand(),
			e.checkCommand(), e.pruneCommand(),
			e.notYet("import", "put messages from EML and mbox files into a store"),
			e.notYet("database", "back up the server's whole database"),
			e.notYet("legacy", "restore from folders that the original's backup has written"),
		},
	}
	return p.Run(ctx, args, e.out, stderr)
}

// notYet is a command that will come.
func (e *environment) notYet(name, short string) subcommand.Command {
	fs := e.options(name)
	fs.ParseErrorsAllowlist.UnknownFlags = true
	return subcommand.Command{
		Name: name, Short: short + " (not yet)", Most: -1, Options: fs,
		Run: func(context.Context, []string) (int, error) {
			return subcommand.Usage, errors.New("this version cannot do that yet; docs/backup.md says what it can")
		},
	}
}

// options makes the options of a command, with those that all commands have.
func (e *environment) options(name string) *pflag.FlagSet {
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	fs.StringVarP(&e.config, "config", "c", "", "read the settings from this file, in place of "+File)
	connection.HostFlag(fs, &e.host)
	fs.StringVar(&e.identity, "identity", "", "the file with the age identity, in place of identity_file")
	return fs
}

func (e *environment) settings() (*Config, error) {
	c, err := readConfig(e.config, e.host)
	if err == nil && e.identity != "" {
		c.IdentityFile = e.identity
	}
	return c, err
}

// open reads the settings and opens the repository.
func (e *environment) open(ctx context.Context) (*Config, *repository.Repository, error) {
	c, err := e.settings()
	if err != nil {
		return nil, nil, err
	}
	r, err := c.open(ctx)
	return c, r, err
}

// logOn connects to the server.
func (e *environment) logOn(ctx context.Context, c *Config) (*client.Session, error) {
	return c.Connection.LogOn(ctx, client.Options{App: "zarafa-backup", AppVersion: e.version, OnCall: e.onCall, Names: client.NewNames(), Buffers: client.NewBuffers()})
}

// reach is how prune and check find what snapshots need.
func reach(r *repository.Repository) func(context.Context, repository.Snapshot, func(repository.ID) bool) error {
	return func(ctx context.Context, s repository.Snapshot, visit func(repository.ID) bool) error {
		return snapshot.Reach(ctx, r, s, visit)
	}
}

func (e *environment) initCommand() subcommand.Command {
	fs := e.options("init")
	recipient := fs.String("recipient", "", "seal messages for this age recipient, age1…")
	newIdentity := fs.String("new-identity", "", "make an age identity, write it to this file, and seal messages for it; then take the file off this machine")
	symmetric := fs.Bool("symmetric", false, "seal messages with the host key alone: who has that reads all mail")
	return subcommand.Command{
		Name: "init", Short: "make a repository and its key", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			c, err := e.settings()
			if err != nil {
				return 0, err
			}
			chosen := 0
			for _, given := range []bool{*recipient != "", *newIdentity != "", *symmetric} {
				if given {
					chosen++
				}
			}
			if chosen != 1 {
				return subcommand.Usage, errors.New("say who can read messages: one of --recipient, --new-identity and --symmetric")
			}
			if *newIdentity != "" {
				identity, err := age.GenerateX25519Identity()
				if err != nil {
					return 0, err
				}
				if err := writeNew(*newIdentity, fmt.Sprintf("# public key: %s\n%s\n", identity.Recipient(), identity)); err != nil {
					return 0, fmt.Errorf("--new-identity: %w", err)
				}
				*recipient = identity.Recipient().String()
			}
			return 0, e.init(ctx, c, *recipient)
		},
	}
}

// init makes the key, unless there is one, and the repository.
func (e *environment) init(ctx context.Context, c *Config, recipient string) error {
	if _, err := os.Lstat(c.KeyFile); err != nil {
		if err := writeNew(c.KeyFile, repository.NewHostKey().Text()); err != nil {
			return fmt.Errorf("key_file: %w", err)
		}
	}
	key, err := c.hostKey()
	if err != nil {
		return err
	}
	if err := repository.Init(ctx, repository.OpenFolder(c.Repository), key, recipient); err != nil {
		return fmt.Errorf("repository %s: %w", c.Repository, err)
	}
	fmt.Fprintf(e.out, "%s is a repository now. Keep copies of %s where this machine cannot reach them.\n", c.Repository, c.KeyFile)
	return nil
}

// writeNew writes a file that only its owner reads, and that must not be there yet.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}
