//go:build !race

package adopt_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/migrate/legacy"
	"zarafa/agents/migrate/sampletest"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/storage"
)

// failing is a store of which one update fails, before it or after it is durable.
type failing struct {
	storage.Store
	at    int64 // the number of the update, from 1
	after bool
	count atomic.Int64
	die   bool // in the middle of the update, with the process
}

var errInterrupted = errors.New("interrupted")

// Update implements storage.Store.
func (f *failing) Update(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	n := f.count.Add(1)
	switch {
	case n != f.at:
		return f.Store.Update(ctx, lane, fn, committed)
	case f.die:
		return f.Store.Update(ctx, lane, func(ctx context.Context, tx storage.Tx) error {
			if err := fn(ctx, tx); err != nil {
				return err
			}
			os.Exit(9)
			return nil
		}, nil)
	case f.after:
		if err := f.Store.Update(ctx, lane, fn, committed); err != nil {
			return err
		}
	}
	return errInterrupted
}

// TestInterrupted: a migration that ends at any update, before or after it is durable, ends in the same state when it is run again.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for engine, points := range map[string]int{config.EngineSQLite: 5, config.EngineMySQL: 2} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			random := testseed.New(t)
			if testseed.Fresh() {
				points *= 10
			}
			undisturbed := newAdoption(t, sampletest.Database, engine)
			counter := &failing{}
			if _, err := undisturbed.run(t.Context(), counter.wrap); err != nil {
				t.Fatal(err)
			}
			want := undisturbed.state()
			updates := counter.count.Load()
			if updates < 20 {
				t.Errorf("only %d updates, so there is little to interrupt", updates)
			}
			for range points {
				f := &failing{at: 1 + random.Int64N(updates), after: random.IntN(2) == 0}
				a := undisturbed.again(engine)
				if _, err := a.run(t.Context(), f.wrap); !errors.Is(err, errInterrupted) {
					t.Fatalf("update %d: %v", f.at, err)
				}
				a.refusesServer()
				if _, err := a.run(t.Context(), nil); err != nil {
					t.Fatalf("after update %d (%v): %v", f.at, f.after, err)
				}
				a.sameState(fmt.Sprintf("update %d of %d, after it: %v", f.at, updates, f.after), want)
				if found := a.verify().Losses(); len(found) > 0 {
					t.Errorf("update %d: %v", f.at, found)
				}
			}
		})
	}
}

func (f *failing) wrap(s storage.Store) storage.Store {
	f.Store = s
	return f
}

// childVariable has what a process needs to know that is to be killed.
const childVariable = "ZARAFA_TEST_ADOPT"

type childTask struct {
	Source legacy.Config
	Lines  string
	At     int64
}

// TestChild is the migration that TestKilled kills; by itself it does nothing.
func TestChild(t *testing.T) {
	text := os.Getenv(childVariable)
	if text == "" {
		t.Skip("it is run by TestKilled, in a process of its own")
	}
	var task childTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		t.Fatal(err)
	}
	a := &adoption{T: t, sample: &sampletest.Sample{Config: task.Source}, cfg: servertest.Load(t, task.Lines)}
	_, err := a.run(t.Context(), (&failing{at: task.At, die: true}).wrap)
	t.Fatalf("it was to die: %v", err)
}

// TestKilled: a migration whose process dies in the middle of an update ends in the same state when it is run again.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			random := testseed.New(t)
			undisturbed := newAdoption(t, sampletest.Database, engine)
			undisturbed.mustRun()
			want := undisturbed.state()
			a := undisturbed.again(engine)
			for range 2 { // one after the other, on the same target
				task := childTask{Source: a.sample.Config, Lines: a.lines, At: 3 + random.Int64N(15)}
				text, err := json.Marshal(task)
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
				cmd.Env = append(os.Environ(), childVariable+"="+string(text))
				out, err := cmd.CombinedOutput()
				if cmd.ProcessState.ExitCode() != 9 {
					t.Fatalf("the child ended with %v, not by itself in update %d:\n%s", err, task.At, out)
				}
			}
			a.mustRun()
			a.sameState("killed", want)
		})
	}
}

// again is the same source with a new target.
func (a *adoption) again(engine string) *adoption {
	a.Helper()
	dir := servertest.Folder(a)
	b := &adoption{T: a.T, sample: a.sample, dir: dir, lines: servertest.Settings(a, engine, dir)}
	b.cfg = servertest.Load(a, b.lines)
	return b
}

// refusesServer: no server starts on what is half adopted.
func (a *adoption) refusesServer() {
	a.Helper()
	cfg := servertest.Load(a, "server_listen = 127.0.0.1:0\nserver_pipe_priority =\nserver_pipe_name = "+a.dir+"/s\nindex_path = "+a.dir+"/search\n"+a.lines)
	if err := cfg.Bind(a.Context()); err != nil {
		a.Fatal(err)
	}
	defer cfg.Sockets.Close()
	_, err := server.Open(a.Context(), cfg, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err == nil || !strings.Contains(err.Error(), "zarafa-migrate") {
		a.Errorf("a server starts on a database that is half adopted: %v", err)
	}
}

// sameState compares what the target holds.
func (a *adoption) sameState(what string, want []string) {
	a.Helper()
	got := a.state()
	if slices.Equal(got, want) {
		return
	}
	shown := 0
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] && shown < 5 {
			a.Errorf("%s: the state is\n%.300s\nwant\n%.300s", what, got[i], want[i])
			shown++
		}
	}
	a.Errorf("%s: %d lines of state, want %d", what, len(got), len(want))
}

// state is everything that a target holds, but for the numbers that large values have in it.
func (a *adoption) state() []string {
	a.Helper()
	ctx := a.Context()
	target, err := a.openTarget(ctx)
	if err != nil {
		a.Fatal(err)
	}
	defer target.Close()
	var lines []string
	line := func(what string, v any, err error) {
		a.Helper()
		if err != nil {
			a.Fatalf("%s: %v", what, err)
		}
		lines = append(lines, fmt.Sprintf("%s %+v", what, v))
	}
	line("server", target.ServerGUID(), nil)
	users, err := target.UserIDs(ctx)
	line("users", users, err)
	objects, err := target.DirectoryObjects(ctx)
	line("directory", objects, err)
	relations, err := target.Relations(ctx)
	line("relations", relations, err)
	names, err := target.Names(ctx, 0)
	line("names", names, err)
	boxes, err := target.Mailboxes(ctx, storage.MailboxQuery{})
	line("mailboxes", boxes, err)
	changes, err := target.Changes(ctx, nil, 0)
	line("changes", changes, err)
	addresses, err := target.ABChanges(ctx, 0)
	line("changes of the address book", addresses, err)
	queue, err := target.Queue(ctx, 0)
	line("queue", queue, err)
	setting, _, err := target.Setting(ctx, storage.SettingAdopting)
	line("how far", setting, err)
	for _, b := range boxes {
		folders, err := target.ReceiveFolders(ctx, b.ID)
		line("receive folders", folders, err)
		lines = append(lines, a.objects(ctx, target, b.ID)...)
	}
	return lines
}

// objects are the lines of an object and all that lies below it.
func (a *adoption) objects(ctx context.Context, target storage.Store, id uint32) []string {
	a.Helper()
	o, err := target.Object(ctx, id)
	if err != nil {
		a.Fatal(err)
	}
	acl, err := target.ACL(ctx, id)
	if err != nil {
		a.Fatal(err)
	}
	results, err := target.SearchResults(ctx, id)
	if err != nil {
		a.Fatal(err)
	}
	err = o.Walk(func(o *storage.Object) error {
		for i := range o.Lobs {
			o.Lobs[i].Instance = 0
		}
		return nil
	})
	if err != nil {
		a.Fatal(err)
	}
	text, err := json.Marshal(o)
	if err != nil {
		a.Fatal(err)
	}
	lines := []string{fmt.Sprintf("%d %s %v %v", id, text, acl, results)}
	for _, t := range []mapi.ObjectType{mapi.TypeFolder, mapi.TypeMessage} {
		refs, err := target.Refs(ctx, storage.RowQuery{Parent: id, Type: t})
		if err != nil {
			a.Fatal(err)
		}
		for _, r := range refs {
			lines = append(lines, a.objects(ctx, target, r.ID)...)
		}
	}
	return lines
}

// TestForeignTarget: a database with data of anything else is refused and left alone.
func TestForeignTarget(t *testing.T) {
	t.Parallel()
	a := newAdoption(t, sampletest.Database, config.EngineSQLite)
	i := servertest.StartIn(t, a.dir, a.lines)
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	before := a.state()
	if _, err := a.run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "empty database") {
		t.Errorf("a target that a server has used: %v", err)
	}
	a.sameState("refused", before)
	other := newAdoption(t, sampletest.Database, config.EngineSQLite)
	if _, err := other.run(t.Context(), (&failing{at: 4}).wrap); !errors.Is(err, errInterrupted) {
		t.Fatal(err)
	}
	other.sample = sampletest.Open(t, sampletest.Files)
	if _, err := other.run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("a target with the beginning of another server: %v", err)
	}
}
