package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zarafa/tuning/facts"
	"zarafa/tuning/install"
	"zarafa/tuning/probe"
	"zarafa/tuning/rules"
)

func probeCommand() command {
	return command{
		name: "probe", short: "measure the storage of the data directory, for at most 45 seconds",
		machine: true, run: runProbe,
		flags: func(fs *pflag.FlagSet, o *options) {
			fs.IntVar(&o.seconds, "seconds", 40, "how long to measure, from 4 to 45 seconds")
			fs.StringVar(&o.state, "state-folder", "/var/lib/ztune", "where the result is kept for plan; empty keeps it nowhere")
			fs.BoolVar(&o.force, "force", false, "measure although an array is at work")
		},
	}
}

// probeReport is what probe writes with --json.
type probeReport struct {
	probe.Result
	Suspicion string `json:"suspicion"`
}

func runProbe(ctx context.Context, s *session) (int, error) {
	m, err := s.inspect(ctx)
	if err != nil {
		return exitFailed, err
	}
	if s.dataDir == "" && m.Database.Undecided != "" {
		return exitFailed, errors.New(m.Database.Undecided)
	}
	if err := s.measurable(m); err != nil {
		return exitFailed, err
	}
	bar := s.progressBar()
	r, err := probe.Run(ctx, m.Storage.Resolved, time.Duration(s.seconds)*time.Second, bar)
	if err != nil {
		return exitFailed, err
	}
	report := probeReport{r, suspicion(r, m.Storage)}
	if err := s.keepProbe(report); err != nil {
		s.say("The result could not be kept for ztune plan: %v.", hint(err))
	}
	if s.json {
		return exitOK, writeJSON(s.out, report)
	}
	return exitOK, printProbe(s.out, m, report)
}

// measurable says why nothing can be measured.
func (s *session) measurable(m facts.Machine) error {
	if s.root != "/" {
		return errors.New("a captured machine cannot be measured; run ztune probe on the machine itself")
	}
	if s.seconds < 4 || s.seconds > 45 {
		return fmt.Errorf("--seconds: %d is out of range; say 4 to 45", s.seconds)
	}
	if info, err := os.Stat(m.Storage.Resolved); err != nil || !info.IsDir() {
		return fmt.Errorf("the data directory %s is not there; name it, or another folder on the same storage, with --data-directory", m.Storage.Directory)
	}
	busy := ""
	m.Storage.Stack.Walk(func(l *facts.Layer) {
		if l.RAID != nil && l.RAID.Action.Known() {
			switch l.RAID.Action.Value {
			case "resync", "recover", "reshape", "check", "repair":
				busy = l.Name + " is at work (" + l.RAID.Action.Value + ")"
			}
		}
	})
	if busy != "" && !s.force {
		return fmt.Errorf("%s, and the figures would be too bad; wait for its end (cat /proc/mdstat), or use --force", busy)
	}
	return nil
}

// suspicion judges the flushes by what is known of the disks.
func suspicion(r probe.Result, storage facts.Storage) string {
	rpm, volatile, safe := 0, false, true
	storage.Stack.Walk(func(l *facts.Layer) {
		if l.Disk == nil {
			return
		}
		if l.Disk.RPM.Known() {
			rpm = l.Disk.RPM.Value
		}
		volatile = volatile || l.Disk.WriteCache.Known() && l.Disk.WriteCache.Value == "write back"
		safe = safe && l.Disk.PowerLoss.Known() && l.Disk.PowerLoss.Value == "safe"
	})
	return probe.Suspicion(r, rpm, volatile, safe && storage.Disks > 0)
}

// progressBar shows how far the measurement is, on terminals alone.
func (s *session) progressBar() probe.Progress {
	f, ok := s.err.(*os.File)
	if s.quiet || !ok || !isTerminal(f) {
		return func(string, float64) {}
	}
	const width = 30
	return func(what string, done float64) {
		n := int(done * width)
		fmt.Fprintf(s.err, "\r\x1b[K[%s%s] %3.0f %%  %s", strings.Repeat("#", n), strings.Repeat(".", width-n), done*100, what)
		if done >= 1 {
			fmt.Fprint(s.err, "\r\x1b[K")
		}
	}
}

// keepProbe writes what plan needs of the result.
func (s *session) keepProbe(r probeReport) error {
	if s.state == "" {
		return nil
	}
	p := rules.Probe{
		When: time.Now().UTC().Format(time.RFC3339), Directory: r.Folder, FlushP50: r.Flush.Latency.P50, FlushP99: r.Flush.Latency.P99,
		ReadIOPS: r.BestReads().IOPS, WriteIOPS: r.Write.IOPS, SequentialMB: r.Sequential.Read, Lies: r.Suspicion,
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.state, 0o700); err != nil {
		return err
	}
	return install.WriteFile(path.Join(s.state, probeFile), string(text)+"\n", 0o600)
}

// printProbe writes the result for people.
func printProbe(w io.Writer, m facts.Machine, r probeReport) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", m.Storage.Chain())
	fmt.Fprintf(&b, "  %-28s %8.0f /s     p50 %8.3f ms   p99 %8.3f ms\n", "write a record and flush", r.Flush.PerSecond, r.Flush.Latency.P50, r.Flush.Latency.P99)
	for _, d := range r.Reads {
		fmt.Fprintf(&b, "  %-28s %8.0f /s     p50 %8.3f ms   p99 %8.3f ms\n", fmt.Sprintf("random 16 KB reads, %d deep", d.Depth), d.IOPS, d.Latency.P50, d.Latency.P99)
	}
	fmt.Fprintf(&b, "  %-28s %8.0f /s     p50 %8.3f ms   p99 %8.3f ms\n", "random 16 KB writes, 4 deep", r.Write.IOPS, r.Write.Latency.P50, r.Write.Latency.P99)
	fmt.Fprintf(&b, "  %-28s %8.0f MB/s\n  %-28s %8.0f MB/s\n", "sequential reads", r.Sequential.Read, "sequential writes", r.Sequential.Write)
	fmt.Fprintf(&b, "\nMore than %d reads at a time gain little. The file had %s; a cache that holds all of it makes reads look better.\n", r.Knee(), facts.Size(r.FileBytes))
	switch p99 := r.Flush.Latency.P99; {
	case r.Suspicion != "":
		fmt.Fprintf(&b, "A cache seems to answer for the disk: %s. What it holds is lost when the power fails, unless it has a battery.\n", r.Suspicion)
	case p99 >= 10:
		fmt.Fprintf(&b, "Flushes are slow: 99 %% should take less than 10 ms. Every commit waits for one.\n")
	default:
		fmt.Fprintf(&b, "Flushes are fast enough: 99 %% take less than 10 ms.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
