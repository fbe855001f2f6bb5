package install

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var when = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return "(none)"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func put(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A failure half-way leaves everything as it was.
func TestApplyPutsBackAfterFailure(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "new")
	put(t, a, "old")
	j := NewJournal(filepath.Join(dir, "journal"))
	_, err := j.Apply([]Change{
		{Path: a, Before: "old", Existed: true, After: "new"},
		{Path: b, After: "new", Mode: 0o644},
		{Path: filepath.Join(dir, "no", "such", "folder"), After: "new", Mode: 0o644},
	}, when, "test")
	if err == nil {
		t.Fatal("no error")
	}
	if text(t, a) != "old" || text(t, b) != "(none)" {
		t.Errorf("after the error: %q and %q", text(t, a), text(t, b))
	}
	if _, err := j.Undo(0, false); err == nil {
		t.Error("what was put back can be put back again")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".ztune-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestApplySeesLateChanges(t *testing.T) {
	dir := t.TempDir()
	a := filepath.Join(dir, "a")
	put(t, a, "changed by somebody")
	_, err := NewJournal(filepath.Join(dir, "journal")).Apply([]Change{{Path: a, Before: "old", Existed: true, After: "new"}}, when, "test")
	if err == nil || text(t, a) != "changed by somebody" {
		t.Errorf("error %v, content %q", err, text(t, a))
	}
}

func TestBackupsAreNumberedAndUndoneInOrder(t *testing.T) {
	dir := t.TempDir()
	a := filepath.Join(dir, "a")
	put(t, a, "0")
	j := NewJournal(filepath.Join(dir, "journal"))
	for i, after := range []string{"1", "2", "3"} {
		n, err := j.Apply([]Change{{Path: a, Before: text(t, a), Existed: true, After: after}}, when, "test")
		if err != nil || n != i+1 {
			t.Fatalf("backup %d: %v", n, err)
		}
	}
	if _, err := j.Undo(1, false); err == nil || !strings.Contains(err.Error(), "ztune undo 3") {
		t.Errorf("undo out of order: %v", err)
	}
	for _, want := range []string{"2", "1", "0"} {
		if _, err := j.Undo(0, false); err != nil || text(t, a) != want {
			t.Errorf("got %q, want %q: %v", text(t, a), want, err)
		}
	}
	all, err := j.List()
	if err != nil || len(all) != 3 || !all[0].Undone {
		t.Errorf("list %+v, %v", all, err)
	}
}

func TestOneAtATime(t *testing.T) {
	j := NewJournal(t.TempDir())
	unlock, err := j.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Undo(0, false); err == nil || !strings.Contains(err.Error(), "another ztune") {
		t.Errorf("a second one: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestDiff(t *testing.T) {
	for _, tt := range []struct{ before, after, want string }{
		{"a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nX\ne\nf\ng\n", "--- f\n+++ f\n  ...\n  b\n  c\n- d\n+ X\n  e\n  f\n"},
		{"", "x\n", "--- f\n+++ f\n+ x\n"},
		{"mysql_password = a\nx = 1\n", "mysql_password = a\nx = 2\n", "--- f\n+++ f\n  mysql_password = ********\n- x = 1\n+ x = 2\n"},
	} {
		if got := Diff(Change{Path: "f", Before: tt.before, Existed: true, After: tt.after}); got != tt.want {
			t.Errorf("got\n%s\nwant\n%s", got, tt.want)
		}
	}
}

// A difference, applied to the old text, gives the new one.
func FuzzCompare(f *testing.F) {
	f.Add("a\nb\nc", "a\nc\nd")
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 400 {
			return
		}
		var from, to []string
		for _, e := range compare(strings.Split(before, "\n"), strings.Split(after, "\n")) {
			if e.kind != '+' {
				from = append(from, e.line)
			}
			if e.kind != '-' {
				to = append(to, e.line)
			}
		}
		if strings.Join(from, "\n") != before || strings.Join(to, "\n") != after {
			t.Fatalf("%q and %q", from, to)
		}
	})
}
