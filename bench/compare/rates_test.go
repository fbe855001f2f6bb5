package compare

import (
	"math/rand/v2"
	"testing"
)

// TestFirstAndSecond: what being first or second is worth does not show as a difference between the builds.
func TestFirstAndSecond(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var list []Observation
	for i := range 16 {
		o := Observation{LogRatio: 0.10 + 0.01*random.NormFloat64()} // the second is 10 % slower
		if o.NewLeads = i%2 == 0; o.NewLeads {
			o.LogRatio = -o.LogRatio
		}
		list = append(list, o)
	}
	if p := Slower(list); p < 0.05 {
		t.Errorf("p = %v although the builds are equal", p)
	}
	for i := range list {
		list[i].LogRatio += 0.05
	}
	if p := Slower(list); p > 0.001 {
		t.Errorf("p = %v although the new build is 5 %% slower", p)
	}
}
