package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
	"zarafa/agents/backup/snapshot"
	"zarafa/daemon/subcommand"
)

// selection are the options that choose a snapshot, and what of it.
type selection struct {
	user, snapshot, folder, subject, from string
	at                                    string
	sourceKeys                            []string
	begin, end                            string
}

func (s *selection) defineSnapshot(fs *pflag.FlagSet) {
	fs.StringVarP(&s.user, "user", "u", "", "the user whose store it is; \"public\" is the public store")
	fs.StringVar(&s.snapshot, "snapshot", "", "the snapshot's name, or how it begins; the newest if nothing is said")
	fs.StringVar(&s.at, "at", "", "the newest snapshot that is not younger than this: 2026-11-30 or 2026-11-30T12:00:00Z")
}

func (s *selection) define(fs *pflag.FlagSet) {
	s.defineSnapshot(fs)
	fs.StringVarP(&s.folder, "folder", "f", "", "the folder, with those below it: Inbox/Projects")
	fs.StringVar(&s.subject, "subject", "", "messages whose subject contains this")
	fs.StringVar(&s.from, "from", "", "messages whose sender's name contains this")
	fs.StringSliceVar(&s.sourceKeys, "sourcekey", nil, "messages with these source keys, as find shows them")
	fs.StringVarP(&s.begin, "period-begin", "b", "", "messages that were modified at this time or later")
	fs.StringVarP(&s.end, "period-end", "e", "", "messages that were modified before this time")
}

// choose finds the snapshot.
func (s *selection) choose(ctx context.Context, r *repository.Repository) (repository.Snapshot, error) {
	list, err := r.Snapshots(ctx)
	if err != nil {
		return repository.Snapshot{}, err
	}
	until, err := parseTime(s.at)
	if err != nil {
		return repository.Snapshot{}, fmt.Errorf("--at: %w", err)
	}
	if s.user == "" && s.snapshot == "" {
		return repository.Snapshot{}, errors.New("say whose store it is (--user), or which snapshot (--snapshot)")
	}
	var found *repository.Snapshot
	for i := range list {
		x := &list[i]
		if s.user != "" && !isOf(x, s.user) || !strings.HasPrefix(x.Name, s.snapshot) || !until.IsZero() && x.Time.After(until) {
			continue
		}
		if s.snapshot != "" && found != nil {
			return repository.Snapshot{}, fmt.Errorf("several snapshots begin with %s", s.snapshot)
		}
		found = x
	}
	if found == nil {
		return repository.Snapshot{}, errors.New("there is no such snapshot; \"zarafa-backup snapshots\" lists them")
	}
	return *found, nil
}

// isOf reports whether a snapshot is of a user's store.
func isOf(s *repository.Snapshot, user string) bool {
	if s.Kind == snapshot.Public {
		return strings.EqualFold(user, "public")
	}
	return strings.EqualFold(s.User, user) || s.User == "" && strings.EqualFold(s.Store, user)
}

// match makes the condition for messages; nil is all of them.
func (s *selection) match() (func(item.Entry, snapshot.Summary) bool, error) {
	if s.subject == "" && s.from == "" && len(s.sourceKeys) == 0 && s.begin == "" && s.end == "" {
		return nil, nil
	}
	keys := make(map[string]bool)
	for _, text := range s.sourceKeys {
		key, err := hex.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("--sourcekey: %w", err)
		}
		keys[string(key)] = true
	}
	begin, err := parseTime(s.begin)
	if err != nil {
		return nil, fmt.Errorf("--period-begin: %w", err)
	}
	end, err := parseTime(s.end)
	if err != nil {
		return nil, fmt.Errorf("--period-end: %w", err)
	}
	contains := func(text, part string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(part)) }
	return func(e item.Entry, m snapshot.Summary) bool {
		at := e.Modified.Time()
		return (len(keys) == 0 || keys[string(e.SourceKey)]) && contains(m.Subject, s.subject) && contains(m.From, s.from) &&
			(begin.IsZero() || !at.Before(begin)) && (end.IsZero() || at.Before(end))
	}, nil
}

// parseTime reads a day, in the local zone, or a moment.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%q is no time; write 2026-11-30 or 2026-11-30T12:00:00Z", text)
	}
	return t, nil
}

func (e *environment) snapshotsCommand() subcommand.Command {
	fs := e.options("snapshots")
	user := fs.StringP("user", "u", "", "only those of this user's store")
	return subcommand.Command{
		Name: "snapshots", Short: "list the snapshots", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			_, r, err := e.open(ctx)
			if err != nil {
				return 0, err
			}
			list, err := r.Snapshots(ctx)
			if err != nil {
				return 0, err
			}
			for i := range list {
				s := &list[i]
				if *user != "" && !isOf(s, *user) {
					continue
				}
				name := s.User
				if s.Kind == snapshot.Public {
					name = "public"
				} else if name == "" {
					name = s.Store
				}
				fmt.Fprintf(e.out, "%.12s  %s  %-20s %8d items  %s\n", s.Name, s.Time.Local().Format(time.DateTime), name, s.Items, state(s))
			}
			return e.damage(r)
		},
	}
}

func state(s *repository.Snapshot) string {
	switch {
	case len(s.Faults) > 0:
		return "not complete"
	case s.Exact:
		return "exact"
	}
	return "changed meanwhile"
}

// damage tells what was found wrong with the repository on the way.
func (e *environment) damage(r *repository.Repository) (int, error) {
	d := r.Damaged()
	if len(d) == 0 {
		return 0, nil
	}
	return exitDamage, fmt.Errorf("the repository is damaged in %d places, the first is %v; see \"zarafa-backup check\"", len(d), d[0])
}

func (e *environment) foldersCommand() subcommand.Command {
	fs := e.options("folders")
	var s selection
	s.defineSnapshot(fs)
	return subcommand.Command{
		Name: "folders", Short: "list the folders of a snapshot", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			_, r, err := e.open(ctx)
			if err != nil {
				return 0, err
			}
			chosen, err := s.choose(ctx, r)
			if err != nil {
				return 0, err
			}
			tree, err := snapshot.ReadTree(ctx, r, chosen)
			if err != nil {
				return 0, err
			}
			for _, n := range tree.Nodes {
				fmt.Fprintf(e.out, "%8d  %12d  %s\n", n.Items, n.Bytes, n.Path)
			}
			return 0, nil
		},
	}
}

func (e *environment) findCommand() subcommand.Command {
	fs := e.options("find")
	var s selection
	s.define(fs)
	return subcommand.Command{
		Name: "find", Short: "look for messages in a snapshot", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			_, r, err := e.open(ctx)
			if err != nil {
				return 0, err
			}
			return 0, e.find(ctx, r, &s, func(f snapshot.Found) error {
				_, err := fmt.Fprintf(e.out, "%x  %s  %s  %q  %q\n", f.SourceKey, f.Modified.Time().Local().Format(time.DateTime), f.Folder.Path, f.From, f.Subject)
				return err
			})
		},
	}
}

// find shows the messages that were chosen.
func (e *environment) find(ctx context.Context, r *repository.Repository, s *selection, visit func(snapshot.Found) error) error {
	chosen, err := s.choose(ctx, r)
	if err != nil {
		return err
	}
	match, err := s.match()
	if err != nil {
		return err
	}
	if match == nil {
		match = func(item.Entry, snapshot.Summary) bool { return true }
	}
	tree, err := snapshot.ReadTree(ctx, r, chosen)
	if err != nil {
		return err
	}
	return needsIdentity(tree.Find(ctx, r, s.folder, match, visit))
}

// needsIdentity says what to do about a message that cannot be read for want of the identity.
func needsIdentity(err error) error {
	if errors.Is(err, repository.ErrNoIdentity) {
		return fmt.Errorf("%w: name its file with --identity", err)
	}
	return err
}
