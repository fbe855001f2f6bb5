package verify

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// processorTime is how much of the processors' time was used until a moment, by all programs of the machine and by
// those of this verification.
type processorTime struct {
	at       time.Time
	all, own time.Duration
}

// tick is the unit of /proc/stat: USER_HZ, which is 100 for programs whatever the kernel's is.
const tick = 10 * time.Millisecond

// usedTime reads the processors' time. Programs of ours that still run are not counted as ours.
func usedTime() (p processorTime, err error) {
	p.at = time.Now()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if err := syscall.Getrusage(who, &r); err != nil {
			return p, err
		}
		p.own += time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return p, err
	}
	p.all, err = busy(text)
	return p, err
}

// busy adds up what the first line of /proc/stat has, without idle and waiting for disks. Time that a hypervisor took
// away counts, as it is missing in the same way.
func busy(stat []byte) (time.Duration, error) {
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	fields := bytes.Fields(line)
	const first, idle, waiting, guest = 1, 4, 5, 9
	if len(fields) < guest || string(fields[0]) != "cpu" {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	var ticks int64
	for i := first; i < guest; i++ { // guests are in the users' time already
		n, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat: %w", err)
		}
		if i != idle && i != waiting {
			ticks += n
		}
	}
	return time.Duration(ticks) * tick, nil
}

// others is how many processors other programs have kept busy since an earlier moment.
func (p processorTime) others(earlier processorTime) float64 {
	elapsed := p.at.Sub(earlier.at)
	if elapsed <= 0 {
		return 0
	}
	return max(0, float64((p.all-earlier.all)-(p.own-earlier.own))/float64(elapsed))
}
