package compare

// Options say when a difference counts.
type Options struct {
	// Alpha is the probability of a red verdict on equal builds.
	Alpha float64
	// Screening is the p-value below which a benchmark is measured a second time. It decides nothing.
	Screening float64
	// Threshold is how much slower, as a share, the new build must be at least: the lower end of the interval must lie above. The
	// same source compiled with other code around it differs by a percent or two, since its instructions lie elsewhere.
	Threshold float64
	// Confidence is that of the intervals.
	Confidence float64
	// Resamples are drawn for each interval.
	Resamples int
	// MostCandidates are measured a second time, those that have slowed down most.
	MostCandidates int
	Seed           uint64
}

// Defaults are the options that the documented rates hold for.
func Defaults() Options {
	return Options{Alpha: 0.01, Screening: 0.01, Threshold: 0.02, Confidence: 0.95, Resamples: 2000, MostCandidates: 12, Seed: 1}
}
