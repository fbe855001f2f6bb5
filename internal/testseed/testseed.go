// Package testseed is where random tests get their seed, so that one environment variable rules all of them. It keeps no state.
package testseed

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Variable names the environment variable with the seed: a number, or "random" for one that is drawn anew for each test.
const Variable = "ZARAFA_SEED"

const random = "random"

// usual is the seed without the variable. It is the same in every run, so that a change which fails has failed because of what it
// changes; "make test-long" draws others.
const usual = 1

// Fresh reports whether each test draws a seed of its own, as in "make test-long": for tests that go on for longer then.
func Fresh() bool { return os.Getenv(Variable) == random }

// New makes the source of chance of a test. The seed is in the test's log, which go test shows when the test fails.
func New(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(usual)
	switch text := os.Getenv(Variable); text {
	case "":
	case random:
		seed = rand.Uint64()
	default:
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s is neither a number nor \"random\": %v", Variable, err)
		}
	}
	t.Logf("%s=%d", Variable, seed)
	return rand.New(rand.NewPCG(seed, 0))
}
