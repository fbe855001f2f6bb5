package facts

import (
	"context"
	"path"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v3/common"
	"github.com/shirou/gopsutil/v3/process"
)

// program is a running process that is of interest.
type program struct {
	pid  int
	name string
	args []string
	unit string // of systemd, if it is known; only for databases
}

// dir is the process's folder in /proc.
func (p program) dir() string { return "/proc/" + strconv.Itoa(p.pid) }

// programs lists the running processes of the tree that have a command line, which
// kernel threads have not.
func (t *Tree) programs(ctx context.Context) []program {
	ctx = context.WithValue(ctx, common.EnvKey, common.EnvMap{common.HostProcEnvKey: t.Path("/proc")})
	var all []program
	for _, name := range t.List("/proc") {
		pid, err := strconv.ParseInt(name, 10, 32)
		if err != nil {
			continue
		}
		p := process.Process{Pid: int32(pid)}
		args, err := p.CmdlineSliceWithContext(ctx)
		if err != nil || len(args) == 0 {
			continue // gone in the meantime, or a kernel thread
		}
		comm, err := t.Read("/proc/" + name + "/comm")
		if err != nil {
			comm = path.Base(args[0])
		}
		all = append(all, program{pid: int(pid), name: comm, args: args})
	}
	return all
}

// status reads the fields of /proc/PID/status.
func (t *Tree) status(p string) map[string]string {
	text, err := t.Read(path.Join("/proc", p, "status"))
	if err != nil {
		return nil
	}
	fields := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields[name] = strings.TrimSpace(value)
		}
	}
	return fields
}

// kilobytes reads a value such as "1234 kB".
func kilobytes(text string) (int64, bool) {
	number, ok := strings.CutSuffix(text, " kB")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 53)
	return n << 10, err == nil && n >= 0
}
