package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"zarafa/server/config"
	"zarafa/server/servertest"
)

// zload runs a command line and returns its status and output.
func zload(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, complaints strings.Builder
	status = Run(t.Context(), args, &out, &complaints)
	return status, out.String(), complaints.String()
}

func TestCommandLines(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		says   string
	}{
		{"", exitUsage, "zload fill"},
		{"--help", exitOK, "zload fill"},
		{"--version", exitOK, "zload unknown"},
		{"dance", exitUsage, `no command "dance"`},
		{"fill --help", exitOK, "--messages"},
		{"fill --dance", exitUsage, "--dance"},
		{"fill x", exitUsage, `"x"`},
		{"fill --until never", exitUsage, "--until"},
		{"fill --users 0 --admin-url /nowhere", exitFailed, "--users"},
		{"run --profile dancer", exitUsage, "very-heavy"},
		{"run --pids 2147483647", exitUsage, "--pids"},
		{"run --json /no/such/folder/x", exitUsage, "--json"},
		{"run --users 0", exitFailed, "--users"},
		{"run --url /nowhere", exitFailed, "logging on"},
		{"fill --users 1 --admin-url /nowhere", exitFailed, "--admin-url"},
	} {
		status, stdout, stderr := zload(t, strings.Fields(test.args)...)
		if status != test.status || !strings.Contains(stdout+stderr, test.says) {
			t.Errorf("zload %s: status %d\n%s%s", test.args, status, stdout, stderr)
		}
	}
}

func TestFillAndRun(t *testing.T) {
	dir := t.TempDir()
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	status, stdout, stderr := zload(t, "fill", "--admin-url", i.Endpoint(), "--users", "2", "--messages", "20")
	if status != exitOK || !strings.Contains(stdout, "filled 2 mailboxes with 16 folders and 40 items") {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	status, stdout, stderr = zload(t, "run", "--admin-url", i.Endpoint(), "--url", "http://"+i.TCPAddr+"/", "--users", "2",
		"--duration", "1s", "--compress", "1000", "--interval", "500ms",
		"--json", dir+"/r.json", "--html", dir+"/r.html", "--pids", strconv.Itoa(os.Getpid()))
	if status != exitOK && status != exitVoid || !strings.Contains(stdout, "2 users of profile medium") || !strings.Contains(stdout, " op/s ") {
		t.Errorf("run: status %d\n%s%s", status, stdout, stderr)
	}
	for name, want := range map[string]string{"r.json": `"profile": "medium"`, "r.html": "Processors"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q, %v", name, want, err)
		}
	}
	status, _, stderr = zload(t, "fill", "--admin-url", i.Endpoint(), "--users", "2", "--messages", "20")
	if status != exitFailed || !strings.Contains(stderr, "--keep-existing") {
		t.Errorf("a second time: status %d\n%s", status, stderr)
	}
}
