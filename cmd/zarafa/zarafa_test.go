package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/daemon"
)

// call runs a command line as a process would.
func call(t *testing.T, argv ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), argv, caller{stdin: strings.NewReader(""), out: &o, err: &e, process: func() daemon.Process {
		return daemon.Process{Out: &o, Err: &e, Signals: make(chan os.Signal)}
	}})
	return status, o.String(), e.String()
}

// Each program is chosen by the file's name and by the first argument, with its own options and exit statuses.
func TestNames(t *testing.T) {
	for name := range programs() {
		for _, argv := range [][]string{
			{"/usr/sbin/zarafa-" + name, "--version"}, {"zarafa", name, "--version"}, {"/opt/zarafa", "zarafa-" + name, "--version"},
			{"/usr/sbin/kopano-" + name, "--version"},
		} {
			status, out, errs := call(t, argv...)
			if status != 0 || !strings.HasPrefix(out, "zarafa-"+name) || !strings.Contains(out, version) {
				t.Errorf("%q: status %d, %q, %q", argv, status, out, errs)
			}
		}
	}
	for _, tt := range []struct {
		argv      string
		status    int
		out, errs string
	}{
		{"zarafa-dagent", 64, "", "there is no recipient"},
		{"zarafa dagent", 64, "", "there is no recipient"},
		{"zarafa spooler one two", 1, "", `unexpected argument "two"`},
		{"zarafa-admin --nonsense", 1, "", "unknown flag"},
		{"zarafa", 2, "", "quickstart"},
		{"zarafa help", 0, "dagent", ""},
		{"zarafa --version", 0, "zarafa " + version, ""},
		{"zarafa-other --version", 0, "zarafa " + version, ""},
		{"zarafa nonsense", 2, "", `there is no command "nonsense"`},
		{"zarafa serve one two", 2, "", "2 arguments"},
		{"zarafa serve /nonexistent", 1, "", "zarafa quickstart DOMAIN /nonexistent"},
		{"zarafa quickstart not/a/domain", 1, "", "is no domain"},
	} {
		status, out, errs := call(t, strings.Fields(tt.argv)...)
		if status != tt.status || !strings.Contains(out, tt.out) || !strings.Contains(errs, tt.errs) {
			t.Errorf("%s: status %d\n%s\n%s", tt.argv, status, out, errs)
		}
	}
}

// Each folder cmd/zarafa-NAME whose program can be in this file is, so that no package leaves a name without a program.
func TestComplete(t *testing.T) {
	folders, err := filepath.Glob("../zarafa-*")
	if err != nil || len(folders) < 5 {
		t.Fatal(folders, err)
	}
	for _, folder := range folders {
		name := strings.TrimPrefix(filepath.Base(folder), prefix)
		if _, ok := programs()[name]; !ok && name != "pam" { // which needs the system's C library
			t.Errorf("%s is not in programs()", filepath.Base(folder))
		}
	}
}
