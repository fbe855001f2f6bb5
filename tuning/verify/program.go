package verify

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopLimit is how long a program may take to end, askAgain how long until it is told again.
const (
	stopLimit = 60 * time.Second
	askAgain  = 5 * time.Second
)

// program is a program that runs.
type program struct {
	name  string
	cmd   *exec.Cmd
	log   string // file with what it says
	ended chan struct{}
	err   error // how it ended, to be read after ended is closed
}

// start starts a program whose output goes to a file in folder. In a process group of its own, it does not get the
// terminal's Ctrl-C: it is stopped in its turn. If this process is killed, the kernel stops it.
func start(folder, name, path string, args, environment []string) (*program, error) {
	log, err := os.Create(filepath.Join(folder, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() // the program has its own
	p := &program{name: name, cmd: exec.Command(path, args...), log: log.Name(), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = folder, log, log, environment
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// niceness is by how much server and database stand back behind the load generator, with both settings alike: users
// have processors of their own, and a late generator measures itself.
const niceness = 5

// startService starts a program that stands back.
func startService(folder, path string, args, environment []string) (*program, error) {
	name := filepath.Base(path)
	if nice, err := exec.LookPath("nice"); err == nil { // it becomes the program
		path, args = nice, append([]string{"-n", strconv.Itoa(niceness), path}, args...)
	}
	return start(folder, name, path, args, environment)
}

// stop ends the program, and waits until it has. MariaDB forgets what it is told while it starts, so it is told again.
func (p *program) stop() {
	if p == nil {
		return
	}
	timer, again := time.NewTimer(stopLimit), time.NewTicker(askAgain)
	defer timer.Stop()
	defer again.Stop()
	for {
		// A program that has ended cannot be signalled; then there is nothing to do.
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			return
		case <-again.C:
		case <-timer.C:
			_ = p.cmd.Process.Kill()
			<-p.ended
			return
		}
	}
}

// wait waits for the end of the program, and stops it if the context ends before.
func (p *program) wait(ctx context.Context) error {
	select {
	case <-p.ended:
		return p.err
	case <-ctx.Done():
		p.stop()
		return context.Cause(ctx)
	}
}

// poll asks again and again whether the program is ready.
func (p *program) poll(ctx context.Context, limit time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("%s did not start (%v):\n%s", p.name, p.err, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready after %v (%w):\n%s", p.name, limit, err, p.tail())
		}
	}
}

// tailBytes is how much of the end of a log an error shows.
const tailBytes = 2000

// tail is the end of what the program has said.
func (p *program) tail() string {
	f, err := os.Open(p.log)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > tailBytes {
		if _, err := f.Seek(-tailBytes, io.SeekEnd); err != nil {
			return err.Error()
		}
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

// peak is the most physical memory that the program has had, in bytes.
func (p *program) peak() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("%s has ended: %w\n%s", p.name, err, p.tail())
	}
	return statusField(text, "VmHWM:")
}

// statusField finds a size in /proc/PID/status, which has kilobytes.
func statusField(text []byte, name string) (int64, error) {
	sc := bufio.NewScanner(bytes.NewReader(text))
	for sc.Scan() {
		fields := strings.Fields(sc.Text())
		if len(fields) == 3 && fields[0] == name {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("there is no %s", name)
}

// processorTime is the processor time that the program has used.
func (p *program) processorTime() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("%s has ended: %w\n%s", p.name, err, p.tail())
	}
	return statTime(text)
}

// statTime adds up user and system time in /proc/PID/stat. The program's name, in brackets, may have anything in it.
func statTime(stat []byte) (time.Duration, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const user, system = 11, 12 // after the name
	if len(fields) <= system {
		return 0, fmt.Errorf("/proc/PID/stat has %q", stat)
	}
	var ticks int64
	for _, field := range fields[user : system+1] {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/PID/stat: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}
