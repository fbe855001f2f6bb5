//go:build race

package soaphttp

// raceEnabled: under the race detector pools drop values at random.
const raceEnabled = true
