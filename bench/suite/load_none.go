//go:build without_load

package suite

// Older revisions have another load generator, whose users cannot be played by this suite.

func loadBenchmarks() []Benchmark { return nil }

func (e *Environment) fillLoad() error { return nil }
