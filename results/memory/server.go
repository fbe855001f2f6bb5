package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is a private server with its data in a folder.
type server struct {
	cmd    *exec.Cmd
	pid    int
	url    string // where users log on
	socket string // where the administrator does
	status string // metrics
}

// serverFlags say which server is started.
type serverFlags struct {
	program, dir string
	port         int
	cells, views int // MiB
	extra        string
}

// caches is the configured size of all caches: those that are not set here have the sizes that the server computes.
func (f *serverFlags) caches() int64 {
	object, indexed := max(f.cells/16, 16), max(f.cells/8, 32)
	const quota, details, user, acl, store, servers = 1, 25, 1, 1, 1, 1
	return int64(f.cells+f.views+object+indexed+quota+details+user+acl+store+servers) * mib
}

const settings = `database_engine = sqlite
sqlite_path = %[1]s/zarafa.db
index_path = %[1]s/search
server_listen = *%%lo:%[2]d
server_pipe_name = %[1]s/server.sock
status_listen = 127.0.0.1:%[3]d
local_admin_users = root %[4]d
log_file = %[1]s/server.log
log_level = 3
max_connections = 60000
cache_cell_size = %[5]dm
cache_sortkey_size = %[6]dm
%[7]s
`

// start starts the server and waits until it is ready.
func (f *serverFlags) start(ctx context.Context) (*server, error) {
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	text := fmt.Sprintf(settings, dir, f.port, f.port+1, os.Getuid(), f.cells, f.views, f.extra)
	if err := os.WriteFile(filepath.Join(dir, "server.cfg"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	s := &server{
		cmd: exec.Command(f.program, "-c", filepath.Join(dir, "server.cfg")), url: fmt.Sprintf("http://127.0.0.1:%d/", f.port),
		socket: "file://" + dir + "/server.sock", status: fmt.Sprintf("http://127.0.0.1:%d/metrics", f.port+1),
	}
	s.cmd.Stderr = os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.pid = s.cmd.Process.Pid
	for range 300 {
		if resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/healthz", f.port+1)); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return s, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), s.stop())
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil, errors.Join(fmt.Errorf("the server is not ready; see %s/server.log", dir), s.stop())
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}
