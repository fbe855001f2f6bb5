package search

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"zarafa/server/fulltext"
	"zarafa/server/internal/contain"
	"zarafa/storage"
)

// A message over which both the index and a search panic is one fault, and logged once by the reporter that they share.
func TestOneFaultIsLoggedOnce(t *testing.T) {
	for name, want := range map[string]int{"shared": 1, "apart": 2} { // apart shows that both have met the fault
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			var text bytes.Buffer
			log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelError}))
			b.svc.panics = contain.NewReporter(log)
			o := fulltext.Options{Store: b.fault, Log: log}
			if name == "shared" {
				o.Panics = b.svc.panics
			}
			b.svc.Text = fulltext.New(o)
			t.Cleanup(b.svc.Text.Close)
			bad := b.message(b.inbox, "red")
			b.fault.poison.Store(bad.ID)
			for range 2 {
				if d, err := b.svc.Text.Words(t.Context(), bad.ID); err != nil || len(d) > 0 {
					t.Errorf("words %v, %v", d, err)
				}
				j := &judge{panics: b.svc.panics, folder: b.search.ID}
				row := &storage.Row{Ref: bad}
				if ok, err := j.contained(row, func() (bool, error) {
					_, err := b.fault.Object(t.Context(), bad.ID)
					return true, err
				}); ok || err != nil {
					t.Errorf("found %v, %v", ok, err)
				}
			}
			if n := strings.Count(text.String(), "please report this"); n != want {
				t.Errorf("logged %d times, want %d:\n%s", n, want, text.String())
			}
		})
	}
}
