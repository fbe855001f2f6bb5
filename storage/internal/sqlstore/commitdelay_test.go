package sqlstore

import (
	"testing"
	"time"
)

func TestCommitDelay(t *testing.T) {
	start := time.Unix(0, 0)
	var c commitDelay
	if n, d := c.expected(start); n > 1 || d != 0 {
		t.Errorf("at the beginning %d updates are expected within %v", n, d)
	}
	for _, test := range []struct {
		name                string
		batch, waiting      int
		took, pause, within time.Duration
		updates             int
	}{
		{"a caller alone", 1, 0, 400 * time.Microsecond, 0, 200 * time.Microsecond, 1},
		{"the others come back", 3, 1, 400 * time.Microsecond, 100 * time.Microsecond, 200 * time.Microsecond, 4},
		{"a slow disk", 64, 0, 20 * time.Millisecond, time.Millisecond, maxPatience, 64},
		{"after a pause", 64, 0, 20 * time.Millisecond, 21 * time.Millisecond, 0, 0},
	} {
		c := commitDelay{}
		c.begin(start, test.batch)
		ended := start.Add(test.took)
		c.end(ended, test.waiting)
		if n, d := c.expected(ended.Add(test.pause)); n != test.updates || d != test.within {
			t.Errorf("%s: %d updates within %v, want %d within %v", test.name, n, d, test.updates, test.within)
		}
	}
}
