//go:build race

package coherence_test

import (
	"testing"

	"zarafa/internal/testseed"
)

// TestMetamorphic does a fifth of the steps with the race detector, which makes them ten times as slow, unless its seed is a fresh one. The
// run without the detector does all of them.
func TestMetamorphic(t *testing.T) {
	steps := metamorphicSteps / 5
	if testseed.Fresh() {
		steps = metamorphicSteps
	}
	runMetamorphic(t, steps)
}
