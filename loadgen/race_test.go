//go:build race

package loadgen_test

// raceEnabled tells tests that count memory that they are built with the race detector.
const raceEnabled = true
