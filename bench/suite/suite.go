package suite

// Work is a benchmark that is ready to run. The same Work is run many times.
type Work struct {
	// Before makes what n repetitions need, without being measured; nil if they need nothing.
	Before func(n int) error
	// Run is measured.
	Run func(n int) error
	// After takes back what n repetitions left, so that the next find the same; nil if they leave nothing.
	After func(n int) error
	// Procs are the processors that Run uses; 0 is 1.
	Procs int
	// Counts adds to what is counted exactly; nil if there is nothing but allocations.
	Counts func() Counts
	// Slowdown is built in for tests of the comparison: the share of its time that the work takes longer than it does.
	Slowdown float64
}

// Counts are totals since the start. What they count is the same on every machine.
type Counts struct {
	Statements uint64 `json:"statements"` // SQL statements
	WireBytes  uint64 `json:"wireBytes"`  // of answers, as they travel
}

// Benchmark is a named piece of work.
type Benchmark struct {
	// Name has slashes between area, operation and variant, such as "Operation/Page".
	Name string
	// Setup is called once in a process, before the first run.
	Setup func(e *Environment) (Work, error)
}

// All lists the benchmarks in the order in which they run.
func All() []Benchmark {
	var all []Benchmark
	for _, list := range [][]Benchmark{
		wireBenchmarks(), streamBenchmarks(), cacheBenchmarks(), storageBenchmarks(), sessionBenchmarks(), tableBenchmarks(),
		messageBenchmarks(), compressionBenchmarks(), changeBenchmarks(), searchBenchmarks(), syncBenchmarks(), notifyBenchmarks(), loadBenchmarks(),
	} {
		all = append(all, list...)
	}
	return all
}

// repeat makes Work of something that is done once.
func repeat(once func(i int) error) Work {
	return Work{Run: func(n int) error {
		for i := range n {
			if err := once(i); err != nil {
				return err
			}
		}
		return nil
	}}
}
