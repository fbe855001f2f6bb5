package config

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// Memory returns how many bytes this process may use: the machine's memory, or the
// smallest limit of the control groups that the process is in.
func Memory() (int64, error) { return memoryOf(os.DirFS("/")) }

// memoryOf reads the files of /proc and /sys below root.
func memoryOf(root fs.FS) (int64, error) {
	total, err := physicalMemory(root)
	if err != nil {
		return 0, err
	}
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return total, nil // a kernel without control groups
	}
	for line := range strings.Lines(string(groups)) {
		// hierarchy:controllers:path; version 2 has an empty controller list.
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		switch {
		case fields[1] == "":
			total = min(total, groupLimit(root, "sys/fs/cgroup", fields[2], "memory.max"))
		case strings.Contains(","+fields[1]+",", ",memory,"):
			total = min(total, groupLimit(root, "sys/fs/cgroup/memory", fields[2], "memory.limit_in_bytes"))
		}
	}
	return total, nil
}

func physicalMemory(root fs.FS) (int64, error) {
	f, err := root.Open("proc/meminfo")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if fields := strings.Fields(sc.Text()); len(fields) == 3 && fields[0] == "MemTotal:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 53)
			return kilobytes << 10, err
		}
	}
	return 0, errors.Join(errors.New("/proc/meminfo has no MemTotal"), sc.Err())
}

// groupLimit returns the smallest limit of a control group and of all groups round
// it. In a container the group's path may not exist below the mount; what counts
// then is the mount's own limit, which the walk reaches as well.
func groupLimit(root fs.FS, mount, group, file string) int64 {
	limit := int64(1<<63 - 1)
	for dir := path.Clean("/" + group); ; dir = path.Dir(dir) {
		text, err := fs.ReadFile(root, path.Join(mount, dir, file))
		if err == nil {
			// "max" is no number and no limit.
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
				limit = min(limit, n)
			}
		}
		if dir == "/" {
			return limit
		}
	}
}
