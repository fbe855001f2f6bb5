package logging

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// stuck is a destination that does not take anything until it is opened.
type stuck struct {
	open chan struct{}
	bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.open
	return s.Buffer.Write(p)
}

// TestRecordsNeverWait writes more than there is room for to a destination that hangs: nobody waits, and a line counts the lost.
func TestRecordsNeverWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := &stuck{open: make(chan struct{})}
		r := NewRecords("test", hanging)
		if err := r.Configure(RecordsConfig{Setting: "audit_log", Method: "file", File: "-"}); err != nil {
			t.Fatal(err)
		}
		r.Write(time.Now(), Field{"n", "first"})
		synctest.Wait() // it hangs with the first
		for range recordsWaiting + 7 {
			r.Write(time.Now(), Field{"n", "x"})
		}
		close(hanging.open)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		r.Write(time.Now(), Field{"n", "late"})
		lines := strings.Split(strings.TrimSpace(hanging.String()), "\n")
		if len(lines) != recordsWaiting+2 || lines[0] != "n=first" || !strings.HasPrefix(lines[1], "lost=7 ") {
			t.Errorf("%d lines, the first are %q", len(lines), lines[:2])
		}
	})
}

// TestRecordsReopen moves the file away, as rotation does.
func TestRecordsReopen(t *testing.T) {
	dir := t.TempDir()
	path, away := filepath.Join(dir, "log"), filepath.Join(dir, "log.1")
	r := NewRecords("test", io.Discard)
	c := RecordsConfig{Setting: "request_log", Method: "file", File: path, Timestamp: true}
	when := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := r.Configure(c); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, away); err != nil {
		t.Fatal(err)
	}
	if err := r.Configure(c); err != nil {
		t.Fatal(err)
	}
	r.Write(when, Field{"operation", "logon"}, Field{"user", ""}, Field{"peer", "a b\nc"})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if want := "2020-01-02T03:04:05.000000Z operation=logon peer=\"a b\\nc\"\n"; err != nil || string(got) != want {
		t.Errorf("the new file has %q, %v; want %q", got, err, want)
	}
}

func TestRecordsNameTheSetting(t *testing.T) {
	r := NewRecords("test", io.Discard)
	defer func() { _ = r.Close() }()
	for _, path := range []string{"", filepath.Join(t.TempDir(), "missing", "log")} {
		err := r.Configure(RecordsConfig{Setting: "audit_log", Method: "file", File: path})
		if err == nil || !strings.HasPrefix(err.Error(), "audit_log_file: ") || r.Enabled() {
			t.Errorf("%q: %v, enabled %v", path, err, r.Enabled())
		}
	}
}

// FuzzLine looks at lines with values that a stranger chose.
func FuzzLine(f *testing.F) {
	f.Add("SYSTEM", "x")
	f.Add("a\nuser=SYSTEM", strings.Repeat("\x00ä", 300))
	f.Fuzz(func(t *testing.T, a, b string) {
		got := line(time.Unix(0, 0), []Field{{"user", a}, {"peer", b}, {"x", a}})
		if len(got) > maxRecord+1 || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\n") {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	})
}
