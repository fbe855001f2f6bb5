package logging

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
)

// Log is the destination of a daemon's messages.
type Log struct {
	name   string // of the program, for syslog
	stderr sink

	level     atomic.Uint32 // verbosity; 0 also while the method is off
	timestamp atomic.Bool

	mu      sync.Mutex // guards what follows, and keeps lines whole
	sink    sink
	current slog.Level // of the record that is being written
}

// New returns a log that writes warnings to standard error until [Log.Configure]
// says otherwise. Name is the program's name.
func New(name string, stderr io.Writer) *Log {
	l := &Log{name: name, stderr: &writerSink{stderr}}
	l.sink = l.stderr
	l.level.Store(3)
	l.timestamp.Store(true)
	return l
}

// Configure opens the destination that c names and closes the one before, which is
// opened again if it is the same file. On an error (a *settings.Error) the log
// stays as it was.
func (l *Log) Configure(c Config) error {
	next, err := l.open(c)
	if err != nil {
		return err
	}
	level := c.level
	if c.Method == "off" {
		level = 0
	}
	l.mu.Lock()
	previous := l.sink
	l.sink = next
	l.mu.Unlock()
	l.timestamp.Store(c.Timestamp && !next.stamps())
	l.level.Store(uint32(level))
	return previous.Close()
}

// Close closes the destination. Messages after it go to standard error.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	previous := l.sink
	l.sink = l.stderr
	return previous.Close()
}

// OnStderr reports whether messages go to standard error.
func (l *Log) OnStderr() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sink == l.stderr
}

// Handler returns the handler for slog.New.
func (l *Log) Handler() slog.Handler {
	return handler{l, slog.NewTextHandler(recordWriter{l}, &slog.HandlerOptions{
		Level:       slog.Level(-1 << 20), // handler.Enabled decides
		ReplaceAttr: l.replace,
	})}
}

// replace gives levels their names and drops the time where it is not wanted.
func (l *Log) replace(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		if !l.timestamp.Load() {
			return slog.Attr{}
		}
	case slog.LevelKey:
		if level, ok := a.Value.Any().(slog.Level); ok {
			return slog.String(slog.LevelKey, levelName(level))
		}
	}
	return a
}

// handler formats records as text and tells the log the level of each, which
// syslog needs beside the text.
type handler struct {
	log  *Log
	text slog.Handler
}

func (h handler) Enabled(_ context.Context, level slog.Level) bool {
	return verbosity(h.log.level.Load()).enabled(level)
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	// Values may take their time, and may log; resolve them before the lock.
	resolved := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		a.Value = a.Value.Resolve()
		resolved.AddAttrs(a)
		return true
	})
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	h.log.current = r.Level
	return h.text.Handle(ctx, resolved)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.log, h.text.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.log, h.text.WithGroup(name)}
}

// recordWriter passes the text of one record to the destination. It is called from
// handler.Handle only, which holds the lock.
type recordWriter struct{ log *Log }

func (w recordWriter) Write(line []byte) (int, error) {
	return len(line), w.log.sink.write(w.log.current, line)
}
