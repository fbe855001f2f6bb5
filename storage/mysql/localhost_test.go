package mysql

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestLocalhost: the host "localhost" is the first unix socket that is there, and TCP where there is none or something else was asked for.
func TestLocalhost(t *testing.T) {
	folder := t.TempDir()
	file, socket, absent := filepath.Join(folder, "file"), filepath.Join(folder, "socket"), filepath.Join(folder, "absent")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	all := []string{absent, file, socket}
	for _, tc := range []struct {
		name  string
		cfg   Config
		paths []string
		net   string
		addr  string
	}{
		{"localhost", Config{Host: "localhost"}, all, "unix", socket},
		{"localhost with the usual port", Config{Host: "localhost", Port: 3306}, all, "unix", socket},
		{"localhost with another port", Config{Host: "localhost", Port: 3307}, all, "tcp", "localhost:3307"},
		{"no socket there", Config{Host: "localhost"}, []string{absent, file}, "tcp", "localhost:3306"},
		{"an address", Config{Host: "127.0.0.1"}, all, "tcp", "127.0.0.1:3306"},
		{"a socket of its own", Config{Host: "localhost", Socket: "/a/socket"}, all, "unix", "/a/socket"},
	} {
		tc.cfg.Database = "zarafa"
		dc, err := driverConfig(findLocal(tc.cfg, tc.paths, isSocket))
		if err != nil {
			t.Fatal(err)
		}
		if dc.Net != tc.net || dc.Addr != tc.addr {
			t.Errorf("%s: %s %s, want %s %s", tc.name, dc.Net, dc.Addr, tc.net, tc.addr)
		}
	}
}
