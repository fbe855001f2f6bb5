//go:build !race

package coherence_test

import "testing"

func TestMetamorphic(t *testing.T) { runMetamorphic(t, metamorphicSteps) }
