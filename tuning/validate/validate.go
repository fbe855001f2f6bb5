// Package validate asks a database server's own program whether it accepts an option
// file. It starts the program only in the modes in which it reads its options and
// ends, never as a server, and writes to a folder of its own under the temporary
// folder alone.
package validate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"zarafa/tuning/dbms"
)

// timeout is how long the program may take to read its options.
const timeout = 30 * time.Second

// Refused is an option file that the server does not start with.
type Refused struct {
	Program string
	Line    string // what the program says
}

func (r *Refused) Error() string { return r.Program + " refuses it: " + r.Line }

// Options runs the program over an option file with the given content. The error is
// a *Refused if the program does not accept it. groupSuffix is what the groups end in that the server reads beside the usual ones, "" for
// none.
func Options(ctx context.Context, program string, v dbms.Version, groupSuffix, content string) (err error) {
	dir, err := os.MkdirTemp("", "ztune-validate-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "my.cnf")
	// Servers ignore option files that everybody may write to.
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := []string{"--defaults-file=" + file}
	if groupSuffix != "" {
		args = append(args, "--defaults-group-suffix="+groupSuffix)
	}
	if v.Flavour == dbms.MySQL && v.AtLeast(8, 0, 16) {
		args = append(args, "--validate-config")
		if os.Geteuid() == 0 {
			args = append(args, "--user=root") // otherwise it refuses to run as root at all
		}
	} else {
		args = append(args, "--help", "--verbose")
	}
	cmd := exec.CommandContext(ctx, program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Dir = dir
	err = cmd.Run()
	if line := complaint(&stderr); line != "" {
		return &Refused{filepath.Base(program), line}
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &Refused{filepath.Base(program), fmt.Sprintf("it ends with status %d", exit.ExitCode())}
	}
	return err
}

// complaint finds the first error in what the program says. An unknown option that
// it only warns of counts too: it would not have the effect that was planned.
func complaint(out *bytes.Buffer) string {
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		line := sc.Text()
		_, message, ok := strings.Cut(line, "[ERROR]")
		if !ok {
			if _, warning, found := strings.Cut(line, "[Warning]"); found && strings.Contains(warning, "unknown ") && !strings.Contains(warning, "'loose") {
				message, ok = warning, true
			}
		}
		// What follows is about running as a server, which is not asked here.
		if ok && !strings.Contains(message, "Aborting") {
			return strings.TrimSpace(message)
		}
	}
	return ""
}
