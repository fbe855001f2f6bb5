package servertest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
)

// Failures are the records of level error in the log of a server: what it blames on itself and not on a client.
type Failures struct {
	mu      sync.Mutex
	records []string
}

// Take returns the failures since the last call.
func (f *Failures) Take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.records
	f.records = nil
	return taken
}

func (f *Failures) note(r *slog.Record) {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(" " + a.String())
		return true
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.records = append(f.records, b.String())
}

// failureHandler notes errors on their way to the handler below.
type failureHandler struct {
	slog.Handler
	failures *Failures
}

// Handle implements slog.Handler.
func (h failureHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		h.failures.note(&r)
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h failureHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return failureHandler{h.Handler.WithAttrs(attrs), h.failures}
}

// WithGroup implements slog.Handler.
func (h failureHandler) WithGroup(name string) slog.Handler {
	return failureHandler{h.Handler.WithGroup(name), h.failures}
}
