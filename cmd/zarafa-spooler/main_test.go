package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"zarafa/daemon"
)

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		status   int
		out, err string
	}{
		{[]string{"-V"}, 0, "zarafa-spooler unknown", ""},
		{[]string{"--help"}, 0, "--port", ""},
		{[]string{"--dump-config", "--smtp-server=relay", "--max_threads=7"}, 0, "max_threads = 7", ""},
		{[]string{"-h", "file:///nowhere", "--port", "26", "relay.example.com", "--dump-config"}, 0, "smtp_port = 25", ""},
		{[]string{"one", "two"}, 1, "", `unexpected argument "two"`},
		{[]string{"--plugin_enabled=yes"}, 1, "", "plugins in Python cannot be run"},
		{[]string{"--port", "x"}, 1, "", "port"},
		{[]string{"-c", "/nonexistent"}, 1, "", "/nonexistent"},
	} {
		var out, errs bytes.Buffer
		status := program().Run(t.Context(), tt.args, daemon.Process{Out: &out, Err: &errs, Signals: make(chan os.Signal)})
		if status != tt.status || !strings.Contains(out.String(), tt.out) || !strings.Contains(errs.String(), tt.err) {
			t.Errorf("%q: status %d\n%s%s", tt.args, status, out.String(), errs.String())
		}
	}
}
