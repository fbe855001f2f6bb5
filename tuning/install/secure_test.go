package install

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFilesAreTheOwnersAlone: a settings file with a password keeps its mode, and so do its backup and the folder that this is in, even
// where a process may write files for everybody.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	mask := unix.Umask(0)
	defer unix.Umask(mask)
	dir := t.TempDir()
	secret := filepath.Join(dir, "server.cfg")
	put(t, secret, "mysql_password = x")
	journal := filepath.Join(dir, "journal")
	if _, err := NewJournal(journal).Apply([]Change{{Path: secret, Before: "mysql_password = x", Existed: true, After: "mysql_password = y", Mode: 0o666}}, when, ""); err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, top := range []string{secret, journal} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			files++
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 4 {
		t.Errorf("%d files were looked at", files)
	}
}

// TestLinksAreNotFollowed: in the place of a file that is written there is a link to one that must not be touched.
func TestLinksAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	victim, link, journal := filepath.Join(dir, "victim"), filepath.Join(dir, "link"), filepath.Join(dir, "journal")
	put(t, victim, "old")
	if err := os.Symlink(victim, link); err != nil {
		t.Fatal(err)
	}
	if _, err := NewJournal(journal).Apply([]Change{{Path: link, Before: "old", Existed: true, After: "new"}}, when, ""); err == nil {
		t.Error("a link was written through")
	}
	if err := WriteFile(link, "new", 0o644); err == nil {
		t.Error("a link was written through")
	}
	if text(t, victim) != "old" {
		t.Errorf("the file behind the link is %q", text(t, victim))
	}
	other := filepath.Join(dir, "other")
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "made"), filepath.Join(other, "lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := NewJournal(other).Apply(nil, when, ""); err == nil {
		t.Error("the lock is a link, and was followed")
	}
	if text(t, filepath.Join(dir, "made")) != "(none)" {
		t.Error("a file was made behind the link")
	}
}
