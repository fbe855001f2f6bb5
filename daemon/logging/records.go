package logging

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/daemon/settings"
)

// recordsWaiting bounds the lines that wait for a slow destination: with [maxRecord] at most 8 MiB.
const recordsWaiting = 4096

// maxRecord is the length of a record's text in bytes. Longer ones are cut.
const maxRecord = 2048

// RecordsConfig says where the records of one kind go.
type RecordsConfig struct {
	Setting   string // the beginning of the settings' names, e.g. audit_log, for errors
	Method    string // off, file or syslog
	File      string // of the method file; "-" is standard error
	Timestamp bool   // lines begin with the time, except in syslog, which has its own
	Private   bool   // syslog gets the lines with its facility authpriv and not mail
}

// Records is a destination of lines that are no messages to the operator: who called what, who logged on. A line is
// written by a goroutine of the destination's own, so that a full disk or a syslog that hangs makes no caller wait. If more
// lines wait than there is room for, further ones are lost, and a line says how many were.
//
// All methods may be called by any goroutine. After Close nothing is written.
type Records struct {
	name   string
	stderr sink

	on    atomic.Bool
	lost  atomic.Uint64
	queue chan string
	start sync.Once     // of the goroutine, which a destination without lines does without
	done  chan struct{} // closed at its end

	closing sync.RWMutex // guards closed, and queue against being closed under a writer
	closed  bool

	mu    sync.Mutex // guards what follows
	sink  sink
	stamp bool
}

// NewRecords returns a destination that takes no lines until [Records.Configure] says where they go. Name is the
// program's name, for syslog.
func NewRecords(name string, stderr io.Writer) *Records {
	r := &Records{name: name, stderr: &writerSink{stderr}, queue: make(chan string, recordsWaiting), done: make(chan struct{})}
	r.sink = r.stderr
	return r
}

// Configure opens the destination that c names, anew if it is the one of before, which is what a rotated file needs. On an
// error (a *settings.Error) the destination of before stays.
func (r *Records) Configure(c RecordsConfig) error {
	next, err := r.open(c)
	if err != nil {
		return err
	}
	r.mu.Lock()
	previous := r.sink
	r.sink, r.stamp = next, c.Timestamp && !next.stamps()
	r.mu.Unlock()
	if c.Method != "off" {
		r.start.Do(func() { go r.run() })
	}
	r.on.Store(c.Method != "off")
	return previous.Close()
}

func (r *Records) open(c RecordsConfig) (sink, error) {
	switch c.Method {
	case "file":
		if c.File == "" {
			return nil, &settings.Error{Setting: c.Setting + "_file", Problem: "is empty although " + c.Setting + "_method is file",
				Remedy: "set it to a path, or to - for standard error"}
		}
		return openFile(c.File, c.Setting+"_file", r.stderr)
	case "syslog":
		facility := facilityMail
		if c.Private {
			facility = facilityPrivate
		}
		s, err := dialSyslog(r.name, facility)
		if err != nil {
			return nil, &settings.Error{Setting: c.Setting + "_method", Problem: fmt.Sprintf("syslog cannot be reached: %v", err),
				Remedy: fmt.Sprintf("start a syslog service, or set %s_method = file and %[1]s_file", c.Setting)}
		}
		return s, nil
	}
	return r.stderr, nil
}

// Enabled reports whether lines go anywhere.
func (r *Records) Enabled() bool { return r.on.Load() }

// Write records a line: words of the form name=value. It never waits.
func (r *Records) Write(now time.Time, fields ...Field) {
	if !r.Enabled() {
		return
	}
	r.closing.RLock()
	defer r.closing.RUnlock()
	if r.closed {
		return
	}
	select {
	case r.queue <- line(now, fields):
	default:
		r.lost.Add(1)
	}
}

// Close writes what waits and closes the destination.
func (r *Records) Close() error {
	r.closing.Lock()
	if r.closed {
		r.closing.Unlock()
		return nil
	}
	r.closed = true
	close(r.queue)
	r.closing.Unlock()
	r.start.Do(func() { close(r.done) }) // there was never a line
	<-r.done
	r.mu.Lock()
	defer r.mu.Unlock()
	previous := r.sink
	r.sink = r.stderr
	return previous.Close()
}

func (r *Records) run() {
	defer close(r.done)
	for text := range r.queue {
		r.put(text)
		if lost := r.lost.Swap(0); lost > 0 {
			r.put(line(time.Now(), []Field{{"lost", fmt.Sprint(lost)}, {"reason", "lines came faster than they could be written"}}))
		}
	}
}

// put writes one line. What cannot be written is counted with what was lost.
func (r *Records) put(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stamp {
		text = text[timeLength:]
	}
	if err := r.sink.write(slog.LevelInfo, []byte(text)); err != nil {
		r.lost.Add(1)
	}
}
