package webaccess

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"zarafa/agents/webaccess/api"
	"zarafa/agents/webaccess/push"
	"zarafa/agents/webaccess/session"
)

const (
	pingEvery    = 25 * time.Second
	writeTimeout = 30 * time.Second
)

// events sends what happens as server-sent events (HTML Standard 9.2) until the browser goes away, the session ends or the program stops.
func (w *Web) events(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	if !w.streams.Acquire(s.User.Name) {
		return &api.Problem{Code: api.Limited, Message: "too many streams of events", RetryAfter: 60}
	}
	defer w.streams.Release(s.User.Name)
	hello, err := api.Encode(api.EventHello{Version: w.cfg.Start.Version})
	if err != nil {
		return err
	}
	ctx, cancel := w.background(r)
	defer cancel()
	stream := s.Events.Open(r.Header.Get("Last-Event-ID"))
	defer stream.Close()
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("X-Accel-Buffering", "no") // nginx would keep events until it has enough of them
	out := &eventWriter{ResponseWriter: rw, control: http.NewResponseController(rw)}
	out.comment("begin")
	if out.waiting(ctx, stream.Await) {
		out.event(push.Event{ID: stream.Last(), Name: "hello", Data: hello})
		for out.waiting(ctx, func(ctx context.Context) bool { return out.next(ctx, stream) }) {
		}
	}
	if ctx.Err() == nil {
		out.event(push.Event{Name: "end", Data: []byte("{}")})
	}
	return nil
}

// eventWriter writes events; after an error it writes no more.
type eventWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	err     error
}

// waiting waits for something, with a sign of life now and then. It is false at the end: of ctx, of the connection, or of what is waited for.
func (o *eventWriter) waiting(ctx context.Context, something func(context.Context) bool) bool {
	for o.err == nil && ctx.Err() == nil {
		limited, cancel := context.WithTimeout(ctx, pingEvery)
		ok, over := something(limited), limited.Err() != nil
		cancel()
		if ok || !over {
			return ok && o.err == nil
		}
		o.comment("ping")
	}
	return false
}

// next writes the next events.
func (o *eventWriter) next(ctx context.Context, stream *push.Stream) bool {
	events, reset, ok := stream.Next(ctx)
	if reset {
		o.event(push.Event{ID: stream.Last(), Name: "reset", Data: []byte("{}")})
	}
	for _, e := range events {
		o.event(e)
	}
	return ok
}

func (o *eventWriter) comment(text string) { o.write(": " + text + "\n\n") }

func (o *eventWriter) event(e push.Event) {
	id := ""
	if e.ID != "" {
		id = "id: " + e.ID + "\n"
	}
	o.write(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, e.Name, e.Data))
}

// write writes a piece and sends it off.
func (o *eventWriter) write(text string) {
	if o.err != nil {
		return
	}
	_ = o.control.SetWriteDeadline(time.Now().Add(writeTimeout)) // not every writer has one
	if _, o.err = o.ResponseWriter.Write([]byte(text)); o.err == nil {
		o.err = o.control.Flush()
	}
}
