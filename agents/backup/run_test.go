package backup

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/daemon/settings/settingstest"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// Every setting is read by the program.
func TestEverySettingIsRead(t *testing.T) {
	c := NewConfig("")
	settingstest.EverySettingIsRead(t, c, c.Sections(), "zarafa/agents/connection", "zarafa/agents/backup", "zarafa/agents/backup/repository")
}

// world is a server and the program's files.
type world struct {
	t      *testing.T
	dir    string
	admin  *client.Session
	now    time.Time
	calls  atomic.Int64
	status int
}

func newWorld(t *testing.T, lines string) *world {
	t.Helper()
	i := servertest.Start(t, config.EngineSQLite, "")
	w := &world{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)}
	var err error
	if w.admin, err = client.LogOn(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "SYSTEM", App: "test"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.admin.Close(t.Context()) })
	text := fmt.Sprintf("server_socket = %s\nrepository = %s/repository\nkey_file = %[2]s/key\nmetrics_file = %[2]s/metrics.prom\n", i.Endpoint(), w.dir) + lines
	if err := os.WriteFile(w.path("backup.cfg"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// run carries out a command and returns what it printed.
func (w *world) run(args ...string) string {
	w.t.Helper()
	var out bytes.Buffer
	e := &environment{version: "test", out: &out, log: logger(w.t), now: func() time.Time { return w.now }, onCall: func(string) { w.calls.Add(1) }}
	args = slices.Insert(args, 1, "-c", w.path("backup.cfg"))
	w.status = e.run(w.t.Context(), args, &out)
	return out.String()
}

// do is run for a command that must succeed.
func (w *world) do(args ...string) string {
	w.t.Helper()
	out := w.run(args...)
	if w.status != 0 {
		w.t.Fatalf("%v: status %d\n%s", args, w.status, out)
	}
	return out
}

func (w *world) user(name string) (client.Store, client.FolderIDs) {
	w.t.Helper()
	id, entry, err := w.admin.CreateUser(w.t.Context(), client.User{Name: name, FullName: name, Email: name + "@example.com", Password: "x", Class: mapi.ClassActiveUser})
	if err != nil {
		w.t.Fatal(err)
	}
	st, err := w.admin.CreateStore(w.t.Context(), client.User{ID: id, EntryID: entry, Name: name}, client.English)
	if err != nil {
		w.t.Fatal(err)
	}
	ids, err := w.admin.DefaultFolders(w.t.Context(), st)
	if err != nil {
		w.t.Fatal(err)
	}
	return st, ids
}

func (w *world) save(folder mapi.EntryID, subject string) mapi.EntryID {
	w.t.Helper()
	id, err := w.admin.CreateMessage(w.t.Context(), folder, &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, "From here\ntext of "+subject),
	}, Recipients: []client.Recipient{{Type: mapi.RecipientTo, Name: "Ben", Address: "ben@example.com"}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) subjects(folder mapi.EntryID) (list []string) {
	w.t.Helper()
	err := w.admin.EachRow(w.t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrSubject},
	}, func(r mapi.Props) error { list = append(list, r.Str(mapi.PrSubject)); return nil })
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// The drill of docs/backup.md, from an empty machine to a message that is back.
func TestDrill(t *testing.T) {
	w := newWorld(t, "")
	_, anna := w.user("anna")
	_, ben := w.user("ben")
	lost := w.save(anna[client.Inbox], "lost")
	w.save(anna[client.Inbox], "kept")
	if out := w.run("backup"); w.status != exitFailed || !strings.Contains(out, "zarafa-backup init") {
		t.Errorf("without a repository: %d %s", w.status, out)
	}
	if out := w.run("init"); w.status != 2 || !strings.Contains(out, "--recipient") {
		t.Errorf("without a choice: %d %s", w.status, out)
	}
	w.do("init", "--new-identity", w.path("identity"))
	if out := w.run("init", "--symmetric"); w.status == 0 {
		t.Errorf("a repository in the place of another: %s", out)
	}
	w.do("backup")
	if err := w.admin.DeleteMessages(t.Context(), true, lost); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	w.do("backup")
	if out := w.do("snapshots", "-u", "anna"); strings.Count(out, "exact") != 2 {
		t.Errorf("snapshots:\n%s", out)
	}
	if out := w.do("folders", "-u", "anna"); !strings.Contains(out, "Inbox\n") {
		t.Errorf("folders:\n%s", out)
	}
	if out := w.run("find", "-u", "anna", "--subject", "lost"); w.status != exitFailed || !strings.Contains(out, "--identity") {
		t.Errorf("without the identity: %d %s", w.status, out)
	}
	identity := []string{"--identity", w.path("identity"), "-u", "anna"}
	if out := w.do(slices.Concat([]string{"find"}, identity, []string{"--subject", "LOST"})...); out != "" {
		t.Errorf("found in the newest:\n%s", out)
	}
	first := slices.Concat(identity, []string{"--at", "2026-11-30T02:30:00Z", "--subject", "lost"})
	if out := w.do(slices.Concat([]string{"find"}, first)...); !strings.Contains(out, `"lost"`) {
		t.Errorf("found:\n%s", out)
	}
	w.do(slices.Concat([]string{"restore"}, first, []string{"--into", "anna"})...)
	if got := w.subjects(anna[client.Inbox]); !slices.Equal(got, []string{"kept", "lost"}) {
		t.Errorf("inbox of anna: %q", got)
	}
	w.do(slices.Concat([]string{"restore"}, identity, []string{"--at", "2026-11-30T02:30:00Z", "-f", "Inbox", "--into", "ben", "--restore-root", "From anna"})...)
	if got := w.subjects(ben[client.Inbox]); len(got) > 0 {
		t.Errorf("inbox of ben: %q", got)
	}
	w.do(slices.Concat([]string{"restore"}, identity, []string{"--at", "2026-11-30T02:30:00Z", "--into", "ben"})...)
	if got := w.subjects(ben[client.Inbox]); !slices.Equal(got, []string{"kept", "lost"}) {
		t.Errorf("inbox of ben: %q", got)
	}
	w.do("check", "--read-data", "--identity", w.path("identity"))
	w.do("prune")
	metrics, err := os.ReadFile(w.path("metrics.prom"))
	if err != nil || !strings.Contains(string(metrics), fmt.Sprintf("zarafa_backup_finished_seconds %d\n", w.now.Unix())) || !strings.Contains(string(metrics), "zarafa_backup_errors 0\n") {
		t.Errorf("%s, %v", metrics, err)
	}
}

// Messages are written as files that mail programs read.
func TestExport(t *testing.T) {
	w := newWorld(t, "")
	_, anna := w.user("anna")
	w.save(anna[client.Inbox], "one")
	w.save(anna[client.Inbox], "two")
	w.do("init", "--symmetric")
	w.do("backup", "-u", "anna")
	w.do("export", "-u", "anna", "-f", "Inbox", "-O", w.path("eml"))
	var files int
	err := filepath.WalkDir(w.path("eml"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".eml") {
			files++
		}
		return err
	})
	if err != nil || files != 2 {
		t.Errorf("%d files, %v", files, err)
	}
	w.do("export", "-u", "anna", "-f", "Inbox", "--format", "mbox", "-O", w.path("mbox"))
	text, err := os.ReadFile(w.path("mbox/Inbox.mbox"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`(?m)^From `).FindAll(text, -1)); n != 2 || !bytes.Contains(text, []byte("\n>From here\n")) {
		t.Errorf("%d messages:\n%s", n, text)
	}
	if out := w.run("export", "-u", "anna", "-O", w.path("mbox")); w.status != 2 {
		t.Errorf("into a folder that is not empty: %s", out)
	}
}

// What is missing in a damaged repository is read again from the server, and then check is content but for old snapshots that are lost.
func TestDamagedRepository(t *testing.T) {
	w := newWorld(t, "")
	_, anna := w.user("anna")
	w.save(anna[client.Inbox], "one")
	w.do("init", "--symmetric")
	w.do("backup")
	packs, err := filepath.Glob(w.path("repository/data/*"))
	if err != nil || len(packs) == 0 {
		t.Fatal(packs, err)
	}
	for _, p := range packs {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	if out := w.run("check"); w.status != exitDamage || !strings.Contains(out, "it is missing") {
		t.Errorf("check: %d %s", w.status, out)
	}
	if out := w.run("prune"); w.status != exitFailed || !strings.Contains(out, "damaged") {
		t.Errorf("prune: %d %s", w.status, out)
	}
	w.now = w.now.Add(time.Hour)
	w.do("backup")
	_, ben := w.user("ben")
	w.do("restore", "-u", "anna", "--into", "ben")
	if got := w.subjects(ben[client.Inbox]); !slices.Equal(got, []string{"one"}) {
		t.Errorf("inbox of ben: %q", got)
	}
}

// A backup of stores in which nothing has happened costs few calls each.
func TestIdleStores(t *testing.T) {
	w := newWorld(t, "")
	const stores = 10
	for i := range stores {
		w.user(fmt.Sprint("user", i))
	}
	w.do("init", "--symmetric")
	w.do("backup")
	w.now = w.now.Add(time.Hour)
	w.calls.Store(0)
	out := w.do("backup")
	if n := w.calls.Load(); n > stores*6+20 || !strings.Contains(out, " 0 bytes added") {
		t.Errorf("%d calls for %d stores: %s", n, stores, out)
	}
}

func TestNotYet(t *testing.T) {
	w := newWorld(t, "")
	for _, command := range []string{"import", "database", "legacy"} {
		if out := w.run(command); w.status != 2 || !strings.Contains(out, "cannot do that yet") {
			t.Errorf("%s: %d %s", command, w.status, out)
		}
	}
}

func logger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }
