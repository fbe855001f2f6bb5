package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/daemon"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func TestOnce(t *testing.T) {
	t.Setenv("ZARAFA_SOCKET", "")
	t.Setenv("KOPANO_SOCKET", "")
	i := servertest.Start(t, config.EngineSQLite, "")
	file := filepath.Join(t.TempDir(), "monitor.cfg")
	if err := os.WriteFile(file, []byte("server_socket = /nonexistent\nlog_file = -\nlog_level = 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		args      []string
		status    int
		out, errs string
	}{
		{"the server of the settings is away", []string{"-c", file, "--once"}, 1, "", "is zarafa-server running, and is the address right (-h, ZARAFA_SOCKET, server_socket in monitor.cfg)?"},
		{"-h goes before the settings", []string{"-c", file, "-h", i.Endpoint(), "--once"}, 0, "", "pass done"},
		{"--host, too", []string{"-c", file, "--host=" + i.UnixPath, "--once"}, 0, "", "pass done"},
		{"a server that refuses", []string{"-c", file, "-h", "http://" + i.TCPAddr + "/"}, 1, "", "refuses administration"},
		{"unknown language", []string{"-c", file, "--default-store-locale=xx", "--once"}, 1, "", "default_store_locale: "},
		{"intervals of 0", []string{"-c", file, "--quota-check-interval=0", "--mailquota-resend-interval=-1", "--dump-config"}, 0, "quota_check_interval = 15\n", ""},
		{"resend interval of 0", []string{"-c", file, "--mailquota-resend-interval=0", "--dump-config"}, 0, "mailquota_resend_interval = 1\n", ""},
		{"a setting of the original without effect", []string{"-c", file, "--smtp-server=localhost", "--dump-config"}, 0, "", "smtp_server has no effect any more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := program().Run(t.Context(), tt.args, daemon.Process{Out: &out, Err: &errs, Signals: make(chan os.Signal)})
			if status != tt.status || !strings.Contains(out.String(), tt.out) || !strings.Contains(errs.String(), tt.errs) {
				t.Errorf("status %d\n%s\n%s", status, out.String(), errs.String())
			}
		})
	}
}
