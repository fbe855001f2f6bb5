package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// build is a server with a delivery agent, with their data in a folder.
type build struct {
	programs, dir string
	port          int // and the two behind it
	running       []*exec.Cmd
	server, agent int // processes
	sent          int // mails: none is sent twice, since the agent would know it again
}

const serverSettings = `database_engine = sqlite
sqlite_path = %[1]s/zarafa.db
index_path = %[1]s/search
server_listen = *%%lo:%[2]d
server_pipe_name = %[1]s/server.sock
status_listen = 127.0.0.1:%[3]d
local_admin_users = root %[4]d
log_file = %[1]s/server.log
log_level = 3
`

const agentSettings = `server_socket = file://%[1]s/server.sock
lmtp_listen = *%%lo:%[2]d
log_method = file
log_file = %[1]s/dagent.log
`

// lmtp is where the delivery agent takes mail.
func (b *build) lmtp() string { return fmt.Sprintf("127.0.0.1:%d", b.port+2) }

// start starts both programs and makes a user with a mailbox.
func (b *build) start(ctx context.Context) error {
	programs, err := filepath.Abs(b.programs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	if b.server, err = b.run(ctx, programs, "zarafa-server", fmt.Sprintf(serverSettings, b.dir, b.port, b.port+1, os.Getuid())); err != nil {
		return err
	}
	if err := answers(ctx, fmt.Sprintf("127.0.0.1:%d", b.port+1), fmt.Sprintf("127.0.0.1:%d", b.port)); err != nil {
		return err
	}
	for _, args := range [][]string{{"-c", user, "-p", user, "-f", "Alice", "-e", user + "@" + domain}, {"--create-store", user}} {
		admin := exec.CommandContext(ctx, filepath.Join(programs, "zarafa-admin"), append([]string{"-h", "file://" + b.dir + "/server.sock"}, args...)...)
		if out, err := admin.CombinedOutput(); err != nil {
			return fmt.Errorf("zarafa-admin %s: %w: %s", args[0], err, out)
		}
	}
	if b.agent, err = b.run(ctx, programs, "zarafa-dagent", fmt.Sprintf(agentSettings, b.dir, b.port+2), "-l"); err != nil {
		return err
	}
	return answers(ctx, b.lmtp())
}

// run starts a program with settings.
func (b *build) run(ctx context.Context, programs, name, settings string, args ...string) (pid int, err error) {
	file := filepath.Join(b.dir, name+".cfg")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(programs, name), append(args, "-c", file)...)
	cmd.Cancel = func() error { return nil } // stop ends it
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	b.running = append(b.running, cmd)
	return cmd.Process.Pid, nil
}

// stop ends the programs, the agent first.
func (b *build) stop() (err error) {
	for i := len(b.running) - 1; i >= 0; i-- {
		cmd := b.running[i]
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM))
		_ = cmd.Wait() // by a signal
	}
	return err
}

// answers waits until somebody listens at each address.
func answers(ctx context.Context, addresses ...string) error {
	for _, address := range addresses {
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err == nil {
				_ = c.Close()
				break
			}
			if ctx.Err() != nil || time.Now().After(deadline) {
				return err
			}
		}
	}
	return nil
}

// usage is processor time, of the kernel for them included.
type usage struct{ agent, server, sender time.Duration }

func (b *build) used() (u usage, err error) {
	if u.agent, err = processTime(b.agent); err != nil {
		return u, err
	}
	if u.server, err = processTime(b.server); err != nil {
		return u, err
	}
	u.sender, err = processTime(os.Getpid())
	return u, err
}

// processTime is what all threads of a process have used, in steps of 10 ms (proc(5), /proc/pid/stat).
func processTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the name
	f := strings.Fields(rest)
	const user, system, tick = 11, 12, 10 * time.Millisecond
	if len(f) <= system {
		return 0, fmt.Errorf("/proc/%d/stat: %q", pid, text)
	}
	var sum time.Duration
	for _, field := range f[user : system+1] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}
