// Package machine describes where measurements were made: figures without it cannot be compared with others.
//
// It reads what the system says and refuses nothing: what cannot be found out is empty.
package machine

import (
	"context"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/load"
	"github.com/shirou/gopsutil/v3/mem"
)

// Machine is a machine with what runs on it.
type Machine struct {
	CPU    string  `json:"cpu"`
	Cores  int     `json:"cores"`
	Memory uint64  `json:"memoryBytes"`
	System string  `json:"system"` // kernel
	Go     string  `json:"go"`     // of the go command, which builds the workers
	Load   float64 `json:"load"`   // of the last minute, when it was described
}

// Here describes this machine.
func Here(ctx context.Context) Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version()}
	if list, err := cpu.InfoWithContext(ctx); err == nil && len(list) > 0 {
		m.CPU = list[0].ModelName
	}
	if v, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		m.Memory = v.Total
	}
	if i, err := host.InfoWithContext(ctx); err == nil {
		m.System = strings.TrimSpace(i.OS + " " + i.KernelVersion + " " + i.KernelArch)
	}
	if l, err := load.AvgWithContext(ctx); err == nil {
		m.Load = l.Load1
	}
	if out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output(); err == nil {
		m.Go = strings.TrimSpace(string(out))
	}
	return m
}

// Lines are the machine's lines of configuration in Go's benchmark format, as key and value.
func (m Machine) Lines() [][2]string {
	return [][2]string{
		{"goos", runtime.GOOS}, {"goarch", runtime.GOARCH}, {"cpu", m.CPU}, {"cores", strconv.Itoa(m.Cores)}, {"system", m.System},
		{"memory-bytes", strconv.FormatUint(m.Memory, 10)}, {"go", m.Go}, {"load", strconv.FormatFloat(m.Load, 'f', 2, 64)},
	}
}
