package mysql_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"
	"time"

	"zarafa/storage/mysql"
	"zarafa/storage/storagetest"
)

// server is a database server of this test alone.
type server struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	exited chan struct{}
}

func findServer(t *testing.T) (install, daemon string) {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/usr/local/sbin")
	install, err := exec.LookPath("mariadb-install-db")
	if err == nil {
		daemon, err = exec.LookPath("mariadbd")
	}
	if err != nil || os.Getenv("ZARAFA_TEST_MYSQL_DSN") == "" {
		t.Skipf("needs MariaDB's programs (%v) and ZARAFA_TEST_MYSQL_DSN as a sign that they may be run", err)
	}
	return install, daemon
}

// userName is who runs the tests: the server refuses to run as root without being told so.
func userName(t *testing.T) string {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

func newServer(t *testing.T) *server {
	t.Helper()
	install, _ := findServer(t)
	dir, err := os.MkdirTemp("", "zarafa-crash") // short, for the socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	out, err := exec.Command(install, "--no-defaults", "--datadir="+filepath.Join(dir, "data"), "--auth-root-authentication-method=normal", "--skip-test-db", "--user="+userName(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", install, err, out)
	}
	s := &server{t: t, dir: dir}
	t.Cleanup(s.kill)
	s.start()
	return s
}

// start runs the server and waits until it says that it is ready.
func (s *server) start() {
	s.t.Helper()
	_, daemon := findServer(s.t)
	ready := make(chan struct{})
	s.cmd = exec.Command(daemon, "--no-defaults", "--user="+userName(s.t), "--datadir="+filepath.Join(s.dir, "data"),
		"--socket="+s.socket(), "--skip-networking", "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=32M")
	s.cmd.Stderr = &readyWriter{mark: []byte("ready for connections"), found: ready}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.exited = make(chan struct{})
	go func() {
		s.cmd.Wait()
		close(s.exited)
	}()
	select {
	case <-ready:
	case <-s.exited:
		s.t.Fatalf("the server ended:\n%s", s.cmd.Stderr.(*readyWriter).text.String())
	case <-time.After(time.Minute):
		s.t.Fatal("the server does not get ready")
	}
}

func (s *server) socket() string { return filepath.Join(s.dir, "s.sock") }

func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		<-s.exited
	}
}

// readyWriter collects a log and notices a line.
type readyWriter struct {
	text  bytes.Buffer
	mark  []byte
	found chan struct{}
	done  bool
}

// Write implements io.Writer.
func (w *readyWriter) Write(p []byte) (int, error) {
	w.text.Write(p)
	if !w.done && bytes.Contains(w.text.Bytes(), w.mark) {
		w.done = true
		close(w.found)
	}
	return len(p), nil
}

// TestServerCrash kills the database server under a load of deliveries.
func TestServerCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server of its own")
	}
	s := newServer(t)
	cfg := mysql.Config{Socket: s.socket(), User: "root", Database: "zarafa"}
	for round := range 2 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			storagetest.Crash(t, database(cfg), crashName(t, cfg), 100, func(child *exec.Cmd) {
				s.kill()
				child.Process.Kill()
				s.start()
			})
		})
	}
}
