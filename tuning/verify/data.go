package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// filledFile says in a folder of data that is kept that its mailboxes are full, and which they are.
const filledFile = "filled.json"

// filled is what it says.
type filled struct {
	Database  string `json:"database"` // its program, "" for SQLite
	Mailboxes int    `json:"mailboxes"`
	Messages  int    `json:"messages_in_each"`
}

// wanted are the mailboxes of these options.
func (o *Options) wanted() filled {
	f := filled{Mailboxes: o.Mailboxes, Messages: o.Messages}
	if o.Programs.Database != "" {
		f.Database = filepath.Base(o.Programs.Database)
	}
	return f
}

// prepare fills the mailboxes, if they are not there from another time.
func (v *verification) prepare(ctx context.Context) (err error) {
	v.full = filepath.Join(v.scratch, "full")
	if v.Data != "" {
		v.full = v.Data
	}
	found := false
	if v.Data != "" {
		if found, err = v.findData(); err != nil {
			return err
		}
	}
	if !found {
		if err := v.makeFull(ctx); err != nil {
			return fmt.Errorf("filling %d mailboxes: %w", v.Mailboxes, err)
		}
	}
	v.bytes, err = dataBytes(v.full)
	return err
}

// findData reports whether the folder for the data has what is wanted. If it has anything else it is left alone.
func (v *verification) findData() (bool, error) {
	list, err := os.ReadDir(v.Data)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(list) == 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	text, err := os.ReadFile(filepath.Join(v.Data, filledFile))
	if err != nil {
		return false, fmt.Errorf("%s is not empty and has no %s, so it is no data of an earlier verification; name another folder with --data", v.Data, filledFile)
	}
	var f filled
	if err := json.Unmarshal(text, &f); err != nil {
		return false, fmt.Errorf("%s: %w", filepath.Join(v.Data, filledFile), err)
	}
	if f != v.wanted() {
		return false, fmt.Errorf("%s has %d mailboxes with %d items, for %s; give the same --mailboxes, --messages and --engine, or name another folder with --data",
			v.Data, f.Mailboxes, f.Messages, nameOf(f.Database))
	}
	return true, nil
}

func nameOf(database string) string {
	if database == "" {
		return "SQLite"
	}
	return database
}

// makeFull makes the data. What is to be kept is removed again if that fails.
func (v *verification) makeFull(ctx context.Context) (err error) {
	if v.Data != "" {
		defer func() {
			if err != nil {
				err = errors.Join(err, os.RemoveAll(v.Data))
			}
		}()
	} else {
		limit := time.Duration(float64(v.Budget) * fillShare)
		var cancel func()
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("this was not done in half of the budget, %v; give a longer --budget, fewer --mailboxes or --messages, or a folder for --data", limit))
		defer cancel()
	}
	v.Say("filling %d mailboxes with %d items each", v.Mailboxes, v.Messages)
	if err := v.makeData(ctx, v.full); err != nil {
		return err
	}
	if err := v.fillWithDefaults(ctx); err != nil || v.Data == "" {
		return err
	}
	text, err := json.Marshal(v.wanted())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(v.full, filledFile), append(text, '\n'), 0o644)
}

// fillWithDefaults fills the mailboxes by a server with its defaults, so that a copy needs little space, and stops it.
func (v *verification) fillWithDefaults(ctx context.Context) error {
	i, err := v.startInstance(ctx, v.full, v.Defaults)
	if err != nil {
		return err
	}
	defer i.stop()
	return v.fill(ctx, i)
}

// makeData makes a folder for the data, with an empty database.
func (v *verification) makeData(ctx context.Context, folder string) error {
	data := filepath.Join(folder, dataFolder)
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	if v.Programs.Database == "" {
		return nil
	}
	if err := giveToDatabase(data); err != nil {
		return err
	}
	return v.install(ctx, folder)
}

// size is how many bytes the files in a folder have.
func size(folder string) (int64, error) {
	return sizeOf(folder, func(string) bool { return true })
}

// dataBytes is how many bytes the tables of all mailboxes have: SQLite's file, or those of the server's database.
func dataBytes(folder string) (int64, error) {
	data := filepath.Join(folder, dataFolder)
	return sizeOf(data, func(path string) bool {
		return strings.HasSuffix(path, ".ibd") && filepath.Base(filepath.Dir(path)) == databaseName || strings.HasSuffix(path, ".db") && filepath.Dir(path) == data
	})
}

// sizeOf adds up the files in a folder that count.
func sizeOf(folder string, counts func(path string) bool) (n int64, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !counts(path) {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
