package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// What the server may take beside its caches.
const (
	kib        = int64(1) << 10
	mib        = int64(1) << 20
	sessionMay = 24 * kib
	baseMay    = 200 * mib
)

// sample is the server at one moment; sizes in bytes.
type sample struct {
	at              time.Duration // since the first one
	rss, anon, file int64
	sessions        int64
	metrics         map[string]float64
}

// allowed is the goal for this moment without the 5 % of tolerance.
func (s *sample) allowed(caches int64) int64 { return caches + s.sessions*sessionMay + baseMay }

// readStatus reads the resident memory of a process from the kernel.
func readStatus(pid int, s *sample) error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[2] != "kB" {
			continue
		}
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return err
		}
		switch f[0] {
		case "VmRSS:":
			s.rss = n * kib
		case "RssAnon:":
			s.anon = n * kib
		case "RssFile:":
			s.file = n * kib
		}
	}
	return nil
}

// readMetrics reads those metrics of the server that have no labels.
func readMetrics(url string) (map[string]float64, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	all := make(map[string]float64)
	lines := bufio.NewScanner(io.LimitReader(resp.Body, 16<<20))
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if !ok || strings.HasPrefix(name, "#") || strings.Contains(name, "{") {
			continue
		}
		if all[name], err = strconv.ParseFloat(value, 64); err != nil {
			return nil, fmt.Errorf("metric %s: %w", name, err)
		}
	}
	return all, lines.Err()
}

// sampler watches a server until it is told to stop.
type sampler struct {
	pid    int
	status string // URL of the metrics
	caches int64

	began    time.Time
	samples  int
	worst    sample // the one that exceeds what is allowed by most, or is nearest to it
	peak     sample
	first    sample
	last     sample
	minute   sample // the peak since the last line of the table
	inMinute int
}

func (s *sampler) take() error {
	now := sample{at: time.Since(s.began)}
	if err := readStatus(s.pid, &now); err != nil {
		return err
	}
	var err error
	if now.metrics, err = readMetrics(s.status); err != nil {
		return err
	}
	now.sessions = int64(now.metrics["zarafa_sessions"])
	if s.samples++; s.samples == 1 {
		s.first, s.worst = now, now
	}
	if now.rss-now.allowed(s.caches) > s.worst.rss-s.worst.allowed(s.caches) {
		s.worst = now
	}
	if now.rss > s.peak.rss {
		s.peak = now
	}
	if s.inMinute++; now.rss > s.minute.rss {
		s.minute = now
	}
	s.last = now
	return nil
}

func header() {
	fmt.Println("| minute | highest RSS | anonymous | of files | sessions | allowed | cells | views | Go heap in use | load |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
}

// line prints the highest sample since the last line.
func (s *sampler) line() {
	m := s.minute
	mb := func(n int64) string { return strconv.FormatFloat(float64(n)/float64(mib), 'f', 0, 64) }
	fmt.Printf("| %.0f | %s | %s | %s | %d | %s | %s | %s | %s | %s |\n", s.last.at.Minutes(), mb(m.rss), mb(m.anon), mb(m.file), m.sessions,
		mb(m.allowed(s.caches)), mb(int64(m.metrics["zarafa_cell_cache_bytes"])), mb(int64(m.metrics["zarafa_view_cache_bytes"])),
		mb(int64(m.metrics["go_memstats_heap_inuse_bytes"])), loadAverage())
	s.minute, s.inMinute = sample{}, 0
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// verdict prints whether the goal was kept, and reports it.
func (s *sampler) verdict() bool {
	w := s.worst
	may := w.allowed(s.caches)
	over := 100 * (float64(w.rss)/float64(may) - 1)
	fmt.Printf("\n%d samples in %v. Highest: %d MiB with %d sessions.\n", s.samples, s.last.at.Round(time.Second), s.peak.rss/mib, s.peak.sessions)
	fmt.Printf("Worst moment: minute %.1f, %d MiB with %d sessions, where caches of %d MiB + 24 KiB × sessions + 200 MiB are %d MiB: %+.1f %%.\n",
		w.at.Minutes(), w.rss/mib, w.sessions, s.caches/mib, may/mib, over)
	s.collector()
	kept := over <= 5
	fmt.Println("Within 5 %:", map[bool]string{true: "yes", false: "NO"}[kept])
	return kept
}

// collector prints the share of the processors' time that went into collecting garbage, if the server tells.
func (s *sampler) collector() {
	delta := func(name string) float64 { return s.last.metrics[name] - s.first.metrics[name] }
	used := delta("process_cpu_seconds_total")
	calls := s.last.metrics["go_cpu_classes_gc_total_cpu_seconds_total"]
	fmt.Printf("Processor time %.0f s; allocated %.1f GiB.\n", used, delta("go_memstats_alloc_bytes_total")/float64(1<<30))
	if calls == 0 || used == 0 {
		return
	}
	gc := delta("go_cpu_classes_gc_total_cpu_seconds_total") - delta("go_cpu_classes_gc_mark_idle_cpu_seconds_total")
	scavenge := delta("go_cpu_classes_scavenge_total_cpu_seconds_total")
	fmt.Printf("Collector: %.1f s, scavenger %.1f s: %.2f %% of the time of all processors, %.2f %% of the process's.\n",
		gc, scavenge, 100*(gc+scavenge)/delta("go_cpu_classes_total_cpu_seconds_total"), 100*(gc+scavenge)/used)
}
