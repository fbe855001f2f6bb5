package main

import (
	"fmt"

	"zarafa/tuning/install"
)

// listBackups writes the backups, the oldest first.
func (s *session) listBackups(journal install.Journal) (int, error) {
	all, err := journal.List()
	if err != nil {
		return exitFailed, hint(err)
	}
	if s.json {
		if all == nil {
			all = []install.Backup{}
		}
		return exitOK, writeJSON(s.out, all)
	}
	for _, b := range all {
		state := ""
		if b.Undone {
			state = ", put back"
		}
		fmt.Fprintf(s.out, "%d  %s%s\n", b.Number, b.Time.Format("2006-01-02 15:04:05"), state)
		for _, f := range b.Files {
			fmt.Fprintf(s.out, "     %s\n", f.Path)
		}
	}
	return exitOK, nil
}
