//go:build !race

package suite

import (
	"path/filepath"
	"testing"
)

// TestAll fills a mailbox and runs every benchmark on it, more than once, as workers do.
func TestAll(t *testing.T) {
	d := Database{SQLite: filepath.Join(t.TempDir(), "mailbox.db")}
	if err := Fill(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	e, err := Start(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	w := worker{e: e, ready: map[string]*Work{}}
	t.Run("counts", func(t *testing.T) { countsAreExact(t, &w) })
	for _, b := range All() {
		t.Run(b.Name, func(t *testing.T) {
			for _, o := range []Order{{N: 1}, {N: 2, Warm: 1}, {N: 2, Count: true, Collect: true}} {
				o.Name = b.Name
				c, err := w.run(o)
				if err != nil {
					t.Fatal(err)
				}
				if c.N != o.N || !o.Count && c.Wall <= 0 || o.Count != (c.Exact != nil) {
					t.Errorf("%+v gives %+v", o, c)
				}
			}
		})
	}
}

// countsAreExact: what a benchmark counts is what the server did.
func countsAreExact(t *testing.T, w *worker) {
	for name, want := range map[string]uint64{"Operation/Page": 0, "Operation/OpenFolder": 0, "Storage/Commit": 1} {
		if _, err := w.run(Order{Name: name, N: 2}); err != nil {
			t.Fatal(err)
		}
		c, err := w.run(Order{Name: name, N: 5, Count: true})
		if err != nil {
			t.Fatal(err)
		}
		// The server may do something in the background meanwhile.
		if got := c.Exact.Server.Statements; got < 5*want || got > 5*want+2 {
			t.Errorf("%s: %d statements in 5 repetitions, want %d", name, got, 5*want)
		}
	}
}
