// Package snapshot keeps a filled mailbox and makes copies of it, so that every process of a comparison begins with the same data.
//
// The mailbox is made once by a worker (package bench/suite), which fills it with the same content each time. A SQLite database is copied as a
// file, a database of the MySQL protocol table by table inside the server.
//
// A Source is for one goroutine. It refuses to write into databases that it did not make: their names begin with "zbench_".
package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Source is a mailbox to copy.
type Source interface {
	// Copy makes a copy and gives the arguments with which a worker uses it, and what removes it.
	Copy(ctx context.Context) (args []string, remove func() error, err error)
	// Close removes the mailbox itself.
	Close() error
}

// fill has a worker fill a database.
func fill(ctx context.Context, worker string, args []string) error {
	cmd := exec.CommandContext(ctx, worker, append(args, "-fill")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("filling the mailbox: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// sqliteSource is a mailbox in a file.
type sqliteSource struct {
	dir    string
	copies int
}

// NewSQLite fills a mailbox in a file below dir.
func NewSQLite(ctx context.Context, worker, dir string) (Source, error) {
	s := &sqliteSource{dir: dir}
	return s, fill(ctx, worker, []string{"-sqlite", s.file()})
}

func (s *sqliteSource) file() string { return filepath.Join(s.dir, "mailbox.db") }

// Copy implements Source. All paths have one length, for they can be measured.
func (s *sqliteSource) Copy(context.Context) (args []string, remove func() error, err error) {
	s.copies++
	dir := filepath.Join(s.dir, fmt.Sprintf("%06d", s.copies))
	remove = func() error { return os.RemoveAll(dir) }
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "mailbox.db")
	if err := copyFile(path, s.file()); err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return []string{"-sqlite", path}, remove, nil
}

// Close implements Source.
func (s *sqliteSource) Close() error { return os.Remove(s.file()) }

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
