package logging

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"zarafa/daemon/settings"
)

// configure reads log settings from name=value pairs.
func configure(t testing.TB, pairs ...string) Config {
	t.Helper()
	var c Config
	set, err := settings.New([]settings.Section{{Options: c.Options()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range pairs {
		name, text, _ := strings.Cut(pair, "=")
		if err := set.SetArgument(name, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := set.Apply(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLevels(t *testing.T) {
	all := []slog.Level{
		Crit, slog.LevelError, slog.LevelWarn, Notice, slog.LevelInfo, slog.LevelDebug,
		DebugSQL, DebugUserBackend, DebugCache, DebugSOAP, DebugICS, DebugSearch,
	}
	tests := []struct{ level, want string }{
		{"0", ""},
		{"1", "crit"},
		{"2", "crit error"},
		{"3", "crit error warn"},
		{"4", "crit error warn notice"},
		{"5", "crit error warn notice info"},
		{"6", "crit error warn notice info debug"},
		{"0x10002", "crit error sql"},
		{"0x760000", "userbackend cache soap ics search"},
		{"65537", "crit sql"},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		l := New("test", &out)
		if err := l.Configure(configure(t, "log_file=-", "log_timestamp=no", "log_level="+tt.level)); err != nil {
			t.Fatal(err)
		}
		log := slog.New(l.Handler())
		for _, level := range all {
			log.Log(t.Context(), level, "m")
		}
		got := strings.NewReplacer("level=", "", " msg=m", "", "\n", " ").Replace(out.String())
		if strings.TrimSpace(got) != tt.want {
			t.Errorf("log_level %s: got %q, want %q", tt.level, got, tt.want)
		}
	}
}

func TestLevelMistakes(t *testing.T) {
	for _, text := range []string{"", "7", "-1", "x", "0x80000", "0x", "99999999999"} {
		if v, err := parseVerbosity(text); err == nil {
			t.Errorf("%q gives %d", text, v)
		}
	}
}

// TestFileIsNotForEverybody: the log names users and addresses; the group may read it, and nobody else.
func TestFileIsNotForEverybody(t *testing.T) {
	mask := syscall.Umask(0)
	defer syscall.Umask(mask)
	path := filepath.Join(t.TempDir(), "log")
	l := New("test", new(bytes.Buffer))
	if err := l.Configure(configure(t, "log_file="+path)); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestFileIsReopened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var stderr bytes.Buffer
	l := New("test", &stderr)
	c := configure(t, "log_file="+path)
	if err := l.Configure(c); err != nil {
		t.Fatal(err)
	}
	log := slog.New(l.Handler()).With("unit", 1)
	log.Warn("before rotation")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := l.Configure(c); err != nil {
		t.Fatal(err)
	}
	log.Warn("after rotation")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	log.Warn("after close")
	for name, want := range map[string]string{path + ".1": `level=warn msg="before rotation" unit=1`, path: `level=warn msg="after rotation" unit=1`} {
		text, err := os.ReadFile(name)
		if err != nil || strings.Count(string(text), "\n") != 1 || !strings.HasPrefix(string(text), "time=") || !strings.Contains(string(text), want) {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	if !strings.Contains(stderr.String(), "after close") {
		t.Errorf("standard error has %q", stderr.String())
	}
}

func TestFailedConfigureChangesNothing(t *testing.T) {
	var out bytes.Buffer
	l := New("test", &out)
	for _, pairs := range [][]string{{"log_method=file"}, {"log_file=/nonexistent/folder/log"}} {
		err := l.Configure(configure(t, pairs...))
		var mistake *settings.Error
		if !errors.As(err, &mistake) || mistake.Setting != "log_file" || mistake.Remedy == "" {
			t.Errorf("%q gives %v", pairs, err)
		}
	}
	slog.New(l.Handler()).Warn("still here")
	if !strings.Contains(out.String(), "still here") {
		t.Errorf("the log is %q", out.String())
	}
}

func TestOff(t *testing.T) {
	var out bytes.Buffer
	l := New("test", &out)
	if err := l.Configure(configure(t, "log_method=off", "log_level=6")); err != nil {
		t.Fatal(err)
	}
	log := slog.New(l.Handler())
	log.Log(t.Context(), Crit, "m")
	if out.Len() > 0 || log.Enabled(t.Context(), Crit) {
		t.Errorf("got %q", out.String())
	}
}

func TestSecretsAreConcealed(t *testing.T) {
	var out bytes.Buffer
	l := New("test", &out)
	secret := settings.NewSecret("hunter2")
	log := slog.New(l.Handler()).With("a", secret).WithGroup("g")
	log.Warn("m", "b", secret, "c", struct{ P settings.Secret }{secret}, slog.Group("d", "e", secret))
	if strings.Contains(out.String(), "hunter2") || !strings.Contains(out.String(), "g.b=********") {
		t.Errorf("got %q", out.String())
	}
}

// talker is a value that logs while it is formatted.
type talker struct{ log *slog.Logger }

func (v talker) LogValue() slog.Value { v.log.Warn("inner"); return slog.StringValue("v") }

func TestConcurrentUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := New("test", &bytes.Buffer{})
	c := configure(t, "log_file="+path)
	if err := l.Configure(c); err != nil {
		t.Fatal(err)
	}
	const writers, lines = 4, 50
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			log := slog.New(l.Handler())
			for range lines {
				log.WarnContext(context.Background(), "outer", "v", talker{log})
			}
		})
	}
	for range 5 {
		if err := l.Configure(c); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if got := strings.Count(string(text), "\n"); err != nil || got != 2*writers*lines {
		t.Errorf("%d lines, %v, want %d", got, err, 2*writers*lines)
	}
}
