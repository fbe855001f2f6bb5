package suite

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"

	"golang.org/x/sys/unix"
)

// ErrNotHere is the error of a benchmark that there is not on this database.
var ErrNotHere = errors.New("not on this database")

// Order asks a worker to run a benchmark.
type Order struct {
	Name string `json:"name"`
	N    int    `json:"n"`    // repetitions; 0 only sets the benchmark up
	Warm int    `json:"warm"` // repetitions before
	// Collect has the garbage collector run before, which it does not do by itself.
	Collect bool `json:"collect,omitempty"`
	// Count asks for what is counted, in place of times.
	Count bool `json:"count,omitempty"`
}

// Answer is what comes of it.
type Answer struct {
	Names []string `json:"names,omitempty"` // of all benchmarks; only in the greeting
	Cost  Cost     `json:"cost"`
	Error string   `json:"error,omitempty"`
	// NotHere says that the benchmark does not exist on this database.
	NotHere bool `json:"notHere,omitempty"`
}

// Memory of a worker. The collector runs between turns only.
const (
	// garbageKept is how much garbage there may be after a turn.
	garbageKept = 96 << 20
	// heapTouched is taken from the system at once: the first use of a page costs as much as many operations, and would come by chance.
	heapTouched = 2 * garbageKept
	// heapMost is where the collector runs in any case.
	heapMost = 2 << 30
)

// Serve is the worker's program: it makes a mailbox (-fill), or greets with the names of the benchmarks and then answers each order, one
// line of JSON each, until there are no more.
func Serve(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	var d Database
	flags.StringVar(&d.SQLite, "sqlite", "", "file of the database")
	flags.StringVar(&d.MySQL, "mysql", "", "data source name of the database")
	makeMailbox := flags.Bool("fill", false, "make the mailbox and end")
	slow := flags.Float64("slow", 0, "share by which benchmarks are made slower, to test the comparison")
	slowed := flags.String("slow-bench", "", "which ones, a regular expression")
	cpu := flags.Int("cpu", -1, "processor to stay on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	if *makeMailbox {
		return Fill(ctx, d)
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(heapMost)
	touchHeap()
	if *cpu >= 0 {
		if err := stayOn(*cpu); err != nil {
			return fmt.Errorf("staying on processor %d: %w", *cpu, err)
		}
	}
	e, err := Start(ctx, d)
	if err != nil {
		return err
	}
	pattern, err := regexp.Compile(*slowed)
	if err != nil {
		return errors.Join(err, e.Close())
	}
	w := worker{e: e, ready: map[string]*Work{}, slow: *slow, slowed: pattern}
	return errors.Join(w.serve(json.NewDecoder(in), json.NewEncoder(out)), e.Close())
}

// stayOn binds this process to a processor: the threads that there are, from which all others come.
func stayOn(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil {
			return err
		}
	}
	return nil
}

// touchHeap has the system give the heap its pages. The collector's limit is far, so that the runtime keeps them.
func touchHeap() {
	const chunk = 1 << 20
	var chunks [heapTouched / chunk][]byte
	for i := range chunks {
		chunks[i] = make([]byte, chunk)
		for j := 0; j < chunk; j += os.Getpagesize() {
			chunks[i][j] = 1
		}
	}
	runtime.GC()
}

// worker runs benchmarks.
type worker struct {
	e         *Environment
	ready     map[string]*Work // that were set up
	collected uint64           // bytes that had been allocated when the collector ran last
	slow      float64
	slowed    *regexp.Regexp
}

// collect runs the collector.
func (w *worker) collect() {
	runtime.GC()
	w.collected = allocated()
}

// allocated is how many bytes this process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func (w *worker) serve(in *json.Decoder, out *json.Encoder) error {
	var names []string
	for _, b := range All() {
		names = append(names, b.Name)
	}
	if err := out.Encode(Answer{Names: names}); err != nil {
		return err
	}
	for {
		var o Order
		if err := in.Decode(&o); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var a Answer
		cost, err := w.run(o)
		if a.Cost = cost; err != nil {
			a.Error, a.NotHere = err.Error(), errors.Is(err, ErrNotHere)
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
}

func (w *worker) run(o Order) (Cost, error) {
	work, err := w.find(o.Name)
	if err != nil || o.N == 0 {
		return Cost{}, err
	}
	if o.Collect {
		w.collect()
	}
	c, err := Measure(work, o.N, o.Warm, o.Count)
	if allocated()-w.collected > garbageKept {
		w.collect()
	}
	return c, err
}

// find sets a benchmark up unless it is.
func (w *worker) find(name string) (*Work, error) {
	if work := w.ready[name]; work != nil {
		return work, nil
	}
	for _, b := range All() {
		if b.Name != name {
			continue
		}
		work, err := b.Setup(w.e)
		if err != nil {
			return nil, fmt.Errorf("setting up: %w", err)
		}
		if w.slow > 0 && w.slowed.MatchString(name) {
			work.Slowdown = w.slow
		}
		w.ready[name] = &work
		return &work, nil
	}
	return nil, fmt.Errorf("there is no benchmark %q", name)
}
