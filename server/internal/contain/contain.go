// Package contain keeps a panic from ending the process where no request could answer for it: on goroutines of the
// server's own, and while changes are handed on that are committed already.
//
// It owns the form that a panic takes as an error and in the log. Everything may be used from any goroutine. It refuses to
// decide what a panic costs: the caller takes out whatever caused it.
package contain

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// Panic is the error of what panicked.
type Panic struct {
	Value string // as printed, and cut: it may hold what a stranger sent
	Stack string
}

// longestValue is how many bytes of a panic's value are kept.
const longestValue = 1000

// Error has the stack, too: whoever logs the error finds the fault with nothing else.
func (p *Panic) Error() string { return "panic: " + p.Value + "\n" + p.Stack }

// Call runs f. A panic becomes its error, a [*Panic].
func Call(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			text := fmt.Sprint(v)
			err = &Panic{Value: text[:min(len(text), longestValue)], Stack: string(debug.Stack())}
		}
	}()
	return f()
}

// maxReported is how many panics a [Reporter] tells apart.
const maxReported = 1000

// A Reporter logs each panic once, however often what causes it is met.
type Reporter struct {
	log  *slog.Logger
	mu   sync.Mutex
	seen map[string]bool
}

// NewReporter makes one that has logged nothing.
func NewReporter(log *slog.Logger) *Reporter { return &Reporter{log: log, seen: make(map[string]bool)} }

// Report logs a panic unless one with the same key was logged before.
func (r *Reporter) Report(p *Panic, key, message string, attrs ...any) {
	r.mu.Lock()
	known := r.seen[key]
	if len(r.seen) >= maxReported {
		clear(r.seen)
	}
	r.seen[key] = true
	r.mu.Unlock()
	if !known {
		r.log.Error(message+"; please report this", append(attrs, "panic", p.Value, "stack", p.Stack)...)
	}
}

// Do runs f; a panic ends f and is reported. What says what was going on. A nil Reporter contains nothing: who makes a part of the
// server without one, as tests do, gets the panic.
func (r *Reporter) Do(what string, f func()) {
	if r == nil {
		f()
		return
	}
	if p, panicked := errors.AsType[*Panic](Call(func() error { f(); return nil })); panicked {
		r.Report(p, what+" "+p.Value, "a part of the server panicked and was ended", "part", what)
	}
}
