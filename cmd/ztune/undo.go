package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/pflag"
)

func undoCommand() command {
	return command{
		name: "undo", args: "[NUMBER]", short: "put the files back that the last apply, or that of a number, changed",
		machine: true, run: undo,
		flags: func(fs *pflag.FlagSet, o *options) {
			fs.StringVar(&o.state, "state-folder", "/var/lib/ztune", "where the backups are")
			fs.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
			fs.BoolVar(&o.force, "force", false, "put files back even if they were changed since")
			fs.BoolVarP(&o.list, "list", "l", false, "only list the backups")
		},
	}
}

func undo(ctx context.Context, s *session) (int, error) {
	number := 0
	if len(s.args) > 0 {
		n, err := strconv.Atoi(s.args[0])
		if err != nil || n < 1 || len(s.args) > 1 {
			return exitFailed, fmt.Errorf("undo takes the number of one backup, not %q; ztune undo --list shows them", s.args)
		}
		number = n
	}
	tree, err := s.open()
	if err != nil {
		return exitFailed, err
	}
	journal := s.journal(tree)
	if s.list {
		return s.listBackups(journal)
	}
	if !s.yes {
		b, err := journal.Next(number)
		if err != nil {
			return exitFailed, hint(err)
		}
		for _, f := range b.Files {
			what := "put back"
			if !f.Existed {
				what = "remove"
			}
			fmt.Fprintf(s.out, "%s %s\n", what, f.Path)
		}
		if !s.ask(ctx, fmt.Sprintf("Undo backup %d of %s?", b.Number, b.Time.Format("2006-01-02 15:04"))) {
			s.say("Nothing was changed.")
			return exitOK, nil
		}
		number = b.Number
	}
	b, err := journal.Undo(number, s.force)
	if err != nil {
		return exitFailed, hint(err)
	}
	if s.json {
		return exitOK, writeJSON(s.out, b)
	}
	s.say("Backup %d was put back. Restart the database, then zarafa-server.", b.Number)
	return exitOK, nil
}
