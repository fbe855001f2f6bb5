// Package pam has passwords checked by PAM, the system's own rules for log-ons (auth_method = pam; agents.md section 1.1).
//
// PAM is a C library whose modules may hang, crash or keep state of the process, so each log-on is checked by a short-lived helper
// process, zarafa-pam. The server itself stays free of C. A [Checker] may be used by many goroutines; it bounds how many helpers run
// at a time, and how long.
//
// The package refuses to guess: only the helper's word that the password is right and that the account may be used lets
// somebody in.
package pam

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"zarafa/mapi"
)

// Program is the name of the helper, which is installed beside the server.
const Program = "zarafa-pam"

// Limits of helpers.
const (
	maxHelpers = 32
	// timeout is longer than the delay that PAM adds to a wrong password.
	timeout = 30 * time.Second
)

// Checker checks passwords with the rules of one PAM service.
type Checker struct {
	service string
	confdir string
	command []string
	slots   chan struct{}
}

// New makes a checker for a PAM service (setting pam_service): a file in /etc/pam.d. It fails if the helper is not there.
func New(service string) (*Checker, error) {
	if service == "" || strings.ContainsAny(service, "/\x00") {
		return nil, fmt.Errorf("pam_service: %q is no name of a PAM service; write the name of a file in /etc/pam.d", service)
	}
	helper, err := findHelper()
	if err != nil {
		return nil, err
	}
	return newChecker(service, "", helper), nil
}

func newChecker(service, confdir string, command ...string) *Checker {
	return &Checker{service: service, confdir: confdir, command: command, slots: make(chan struct{}, maxHelpers)}
}

// findHelper looks for the helper beside the running program. Not in PATH: what is there need not be ours.
func findHelper() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("auth_method = pam: %w", err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", fmt.Errorf("auth_method = pam: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), Program)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return "", fmt.Errorf("auth_method = pam needs the program %s; install it beside the server, or set auth_method = plugin", path)
	}
	return path, nil
}

// Check checks a password. A refusal is LOGON_FAILED; any other error means that PAM could not find out.
func (c *Checker) Check(ctx context.Context, user, password string) error {
	q, err := question{c.service, c.confdir, user, password}.encode()
	if err != nil || user == "" || password == "" {
		return mapi.Errorf(mapi.LogonFailed, "pam", "no password that PAM could check for %q", user)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return c.run(ctx, user, q)
}

// run starts the helper. The password goes through its standard input: arguments and environment can be read by others.
func (c *Checker) run(ctx context.Context, user, q string) error {
	var said limitedBuffer
	cmd := exec.CommandContext(ctx, c.command[0], c.command[1:]...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(q), &said
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second // for what a module left behind
	err := cmd.Run()
	if err == nil {
		return nil
	}
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == exitRefused {
		return mapi.Errorf(mapi.LogonFailed, "pam", "PAM service %s refuses %q: %s", c.service, user, said.text())
	}
	return fmt.Errorf("PAM service %s could not check %q (%w): %s; see pam_service", c.service, user, err, said.text())
}

// limitedBuffer keeps the beginning of what the helper says.
type limitedBuffer struct{ buffer bytes.Buffer }

const maxSaid = 1024

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if room := maxSaid - b.buffer.Len(); room > 0 {
		b.buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (b *limitedBuffer) text() string { return strings.TrimSpace(b.buffer.String()) }
