package faults_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// TestFilesAreTheOwnersAlone: what the server writes can be read by nobody else, even where the process may write files for everybody.
// Only its socket is open to all, since log-on guards it.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	mask := unix.Umask(0)
	defer unix.Umask(mask)
	dir := servertest.Folder(t)
	i := servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir))
	e2e.AddMailbox(t, i, "alice")
	files := 0
	look := func() {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || path == dir || d.Type() == fs.ModeSocket {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			files++
			if others := info.Mode().Perm() & 0o077; others != 0 {
				t.Errorf("%s has mode %v", d.Name(), info.Mode())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look() // with the files that are there while the server runs
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	look()
	if files < 2 {
		t.Errorf("%d files were looked at", files)
	}
}

// TestTemporaryFolderOfOthers imports a large message while the temporary folder is full of links to a file that must not be touched, under
// every name that an attacker can think of. The server's own files there have names that nobody can know, and are gone when it has them.
func TestTemporaryFolderOfOthers(t *testing.T) {
	shared := t.TempDir()
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"zarafa", "zarafa-import-", "zarafa-import-1", "zarafa.db", "zarafa-upgrade-lock", "autorespond", "server.sock", "zt", "zt1"} {
		if err := os.Symlink(victim, filepath.Join(shared, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", shared)
	i := servertest.Start(t, config.EngineSQLite, "")
	m := e2e.AddMailbox(t, i, "alice")
	deliver := func() error {
		where := client.Import{Folder: m.Folder, ID: mapi.NewEntryID(m.Store.GUID, mapi.TypeMessage), New: true}
		return m.Session.ImportMessage(t.Context(), where, &mapi.Message{
			Props: mapi.Props{mapi.String(mapi.PrSubject, "large")}, Attachments: []*mapi.Attachment{{Content: make(mapi.Bytes, 3<<20)}},
		})
	}
	if err := deliver(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "untouched" {
		t.Errorf("the file behind the links is %q, %v", text, err)
	}
	entries, err := os.ReadDir(shared)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type() != fs.ModeSymlink && strings.HasPrefix(e.Name(), "zarafa") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
	if err := os.RemoveAll(shared); err != nil {
		t.Fatal(err)
	}
	if deliver() == nil {
		t.Error("the temporary folder is not used, so nothing was tested")
	}
}
