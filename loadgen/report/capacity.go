package report

import (
	"time"

	"zarafa/loadgen"
)

// Capacity is the outcome of a search for the greatest number of users, for programs.
type Capacity struct {
	SLO      string  `json:"slo"`
	Profile  string  `json:"profile"`
	Compress float64 `json:"compress"`
	// Passed is the greatest number of users that met the objective, Failed the least that did not; 0 if none did.
	Passed int `json:"passed"`
	Failed int `json:"failed"`
	// OutOfTime says that the search ended before the numbers were close to each other.
	OutOfTime bool `json:"outOfTime"`
	// Void says that the generator was the limit, which ended the search.
	Void   bool    `json:"void"`
	Trials []Trial `json:"trials"`
}

// Trial is one run of a search.
type Trial struct {
	Users     int           `json:"users"`
	Passed    bool          `json:"passed"`
	Verdict   string        `json:"verdict"`
	Count     int64         `json:"count"`
	Slow      int64         `json:"slow"`
	Missed    int           `json:"missed"`
	Errors    int           `json:"errors"`
	PerSecond float64       `json:"operationsPerSecond"`
	P50       time.Duration `json:"p50Nanoseconds"`
	P99       time.Duration `json:"p99Nanoseconds"`
	Late      time.Duration `json:"latep99Nanoseconds"` // the generator's schedule
	Void      bool          `json:"void"`               // it was too late
	Duration  time.Duration `json:"durationNanoseconds"`
}

// NewTrial takes what a search needs of a run's result. It does not judge.
func NewTrial(r *loadgen.Result) Trial {
	return Trial{
		Users: r.Users, Count: r.All.Count, Slow: r.Slow, Missed: r.Missed, Errors: r.All.Failed(),
		PerSecond: float64(r.All.Count) / max(r.Duration.Seconds(), 1e-9), P50: r.All.P50, P99: r.All.P99, Late: r.Schedule.P99, Void: r.Void != "", Duration: r.Duration,
	}
}
