package machine

import (
	"runtime"
	"strings"
	"testing"
)

func TestHere(t *testing.T) {
	m := Here(t.Context())
	if m.Cores != runtime.NumCPU() || m.Memory == 0 || !strings.HasPrefix(m.Go, "go") {
		t.Errorf("got %+v", m)
	}
	seen := map[string]bool{}
	for _, line := range m.Lines() {
		// Keys of Go's benchmark format begin with a small letter and have no blanks.
		if key := line[0]; seen[key] || key != strings.ToLower(key) || strings.ContainsAny(key, " :") {
			t.Errorf("key %q", key)
		}
		seen[line[0]] = true
	}
}
