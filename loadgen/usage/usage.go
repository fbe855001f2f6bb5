// Package usage measures what processes of this machine use: processors and memory.
//
// A Sampler belongs to one goroutine. It refuses processes that do not exist; one that ends later is left out from then on.
package usage

import (
	"fmt"

	"github.com/shirou/gopsutil/v3/process"

	"zarafa/loadgen"
)

// Sampler measures some processes.
type Sampler struct{ list []watched }

type watched struct {
	process *process.Process
	name    string
}

// New begins to measure.
func New(pids []int32) (*Sampler, error) {
	s := new(Sampler)
	for _, pid := range pids {
		p, err := process.NewProcess(pid)
		if err != nil {
			return nil, fmt.Errorf("process %d: %w", pid, err)
		}
		name, err := p.Name()
		if err != nil {
			return nil, fmt.Errorf("process %d: %w", pid, err)
		}
		if _, err := p.Percent(0); err != nil { // the beginning of the first interval
			return nil, fmt.Errorf("process %d: %w", pid, err)
		}
		s.list = append(s.list, watched{p, name})
	}
	return s, nil
}

// percent is what gopsutil's figures are in.
const percent = 100

// Sample measures the time since the call before.
func (s *Sampler) Sample() []loadgen.ProcessUsage {
	var list []loadgen.ProcessUsage
	for _, w := range s.list {
		cpu, err := w.process.Percent(0)
		if err != nil {
			continue
		}
		memory, err := w.process.MemoryInfo()
		if err != nil {
			continue
		}
		list = append(list, loadgen.ProcessUsage{PID: w.process.Pid, Name: w.name, CPU: cpu / percent, Memory: memory.RSS})
	}
	return list
}
