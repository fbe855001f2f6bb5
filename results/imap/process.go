package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// used is the processor time of a process and all below it, of those that have ended, too (proc(5)): of the living by the nanosecond, of the others
// in steps of 10 ms.
func used(pid int) (sum time.Duration) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, task := range tasks {
		if text, err := os.ReadFile(task); err == nil { // a thread may end meanwhile
			first, _, _ := strings.Cut(string(text), " ")
			n, _ := strconv.ParseInt(first, 10, 64)
			sum += time.Duration(n)
		}
	}
	const childrenUser, childrenSystem, tick = 13, 14, 10 * time.Millisecond
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		_, rest, _ := strings.Cut(string(text), ") ") // behind the name
		if f := strings.Fields(rest); len(f) > childrenSystem {
			for _, field := range f[childrenUser : childrenSystem+1] {
				n, _ := strconv.ParseInt(field, 10, 64)
				sum += time.Duration(n) * tick
			}
		}
	}
	for _, child := range children(pid) {
		sum += used(child)
	}
	return sum
}

func children(pid int) (list []int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for _, f := range strings.Fields(string(text)) {
			n, _ := strconv.Atoi(f)
			list = append(list, n)
		}
	}
	return list
}

// resident is the memory of a process in KiB.
func resident(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(value)[0])
			return n
		}
	}
	return 0
}

// settle waits until a process does next to nothing: indexes are complete then, and garbage is collected.
func settle(pids ...int) {
	quiet := 0
	for last := time.Duration(-1); quiet < 3; time.Sleep(300 * time.Millisecond) {
		var now time.Duration
		for _, pid := range pids {
			now += used(pid)
		}
		if quiet++; last < 0 || now-last > 15*time.Millisecond {
			quiet = 0
		}
		last = now
	}
}
