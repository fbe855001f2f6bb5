package loadgen_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/profiles/users"
)

// measuredUsers names the environment variable that says how many users TestMeasureGenerator plays.
const measuredUsers = "ZARAFA_MEASURE_USERS"

// TestMeasureGenerator measures the load generator alone, on a server that costs hardly anything: how late its schedule is, and what
// a user and a call cost. It says nothing about right or wrong; results/zload.md has its figures.
func TestMeasureGenerator(t *testing.T) {
	number, err := strconv.Atoi(os.Getenv(measuredUsers))
	if err != nil {
		t.Skip(measuredUsers + " is not set: how many users to play")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(loadgen.GCPercent))
	url := startFake(t, itemsPerUser)
	for _, profile := range []string{"heavy", "cached-heavy"} {
		p, err := users.Load(profile)
		if err != nil {
			t.Fatal(err)
		}
		// The server's mailboxes never change, so all actions become those that only look.
		total := 0.0
		for _, n := range p.PerDay {
			total += n
		}
		p.PerDay = map[users.Action]float64{users.CheckInbox: total / 3, users.Page: total / 3, users.Folders: total / 3}
		if p.Cached != nil {
			p.PerDay = map[users.Action]float64{users.Sync: total}
		}
		var begin, end syscall.Rusage
		var calls int64
		var rss uint64
		var memory string // where the memory was when it was most
		result, err := loadgen.Run(t.Context(), loadgen.Options{
			URL: url, AdminURL: url, Users: number, Prefix: "z", Password: password, Profile: p, Duration: 30 * time.Second, Compress: 10,
			NotifyGrace: time.Second, Interval: time.Second, OnInterval: func(i loadgen.Interval) {
				calls += i.Latency.Count
				if now := residentBytes(t); now > rss {
					rss, memory = now, memoryByKind()
				}
				if i.At < 2*time.Second { // logging on is over
					_, calls = syscall.Getrusage(syscall.RUSAGE_SELF, &begin), 0
				}
				_ = syscall.Getrusage(syscall.RUSAGE_SELF, &end)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		cpu := time.Duration(end.Utime.Nano() + end.Stime.Nano() - begin.Utime.Nano() - begin.Stime.Nano())
		t.Logf("%s: %d users on %d processors: schedule late by %v at p99; %d actions, %v of processor time each; %d KiB resident for each user; %d errors, wrong: %v",
			profile, number, runtime.GOMAXPROCS(0), result.Schedule.P99, calls, cpu/time.Duration(max(calls, 1)), rss>>10/uint64(number), result.All.Failed(), result.Violation)
		t.Log("KiB when most was resident: ", memory)
	}
}

// residentBytes is the memory of this process (Linux).
func residentBytes(t *testing.T) uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	pages, _ := strconv.ParseUint(strings.Fields(string(text))[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}

// memoryByKind is what the runtime has of the system, in KiB, by what it is for. The rest of what is resident is the program itself.
func memoryByKind() string {
	const class, unit = "/memory/classes/", ":bytes"
	kinds := []string{
		"heap/objects", "heap/unused", "heap/free", "heap/stacks", "metadata/mspan/inuse", "metadata/other", "profiling/buckets", "other",
	}
	samples := make([]metrics.Sample, len(kinds), len(kinds)+1)
	for i, kind := range kinds {
		samples[i].Name = class + kind + unit
	}
	samples = append(samples, metrics.Sample{Name: "/gc/heap/live:bytes"})
	metrics.Read(samples)
	var b strings.Builder
	for _, s := range samples {
		fmt.Fprintf(&b, "%s %d  ", strings.TrimSuffix(strings.TrimPrefix(s.Name, class), unit), s.Value.Uint64()>>10)
	}
	return b.String()
}
