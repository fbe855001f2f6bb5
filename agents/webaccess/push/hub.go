// Package push hands what happens in a mailbox to the browsers that look at it.
//
// A [Hub] belongs to a session. It keeps the last events in a ring; each [Stream], an open window of the browser, has nothing but its place there,
// so that a window costs next to nothing and one that was cut off goes on where it was. Somebody has to fill it: the function that the hub was made
// with runs as long as there is a stream, and a while longer. A hub may be used by several goroutines.
//
// It refuses to keep events for windows that are too slow: these are told to begin anew.
package push

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// kept is how many events the ring has.
const kept = 256

// linger is how long the hub goes on after its last stream has ended: browsers come back.
const linger = time.Minute

// Event is one event of a stream.
type Event struct {
	ID   string
	Name string
	Data []byte // JSON
}

// Hub hands events to streams.
type Hub struct {
	run func(context.Context, *Hub) // fills the hub until its context ends

	mu      sync.Mutex
	epoch   string // changes when events may have been missed
	ring    [kept]Event
	next    uint64        // number of the next event, from 1
	changed chan struct{} // closed by the next event
	ready   chan struct{} // closed when events are being followed
	streams int
	stop    context.CancelFunc // of run
	done    chan struct{}      // closed when run has returned
	idle    *time.Timer
	closed  bool
}

// NewHub makes a hub that run fills while somebody listens. It calls Follow once it misses nothing any more.
func NewHub(run func(context.Context, *Hub)) *Hub {
	return &Hub{run: run, next: 1, epoch: newEpoch(), changed: make(chan struct{}), ready: make(chan struct{})}
}

// Stream is one window's place in the events.
type Stream struct {
	hub    *Hub
	epoch  string
	next   uint64
	behind bool // it begins with a reset
}

// Open begins a stream behind the event with an id, which is empty for a new one. It must be closed.
func (h *Hub) Open(last string) *Stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams++; h.idle != nil {
		h.idle.Stop()
		h.idle = nil
	}
	if h.stop == nil && !h.closed {
		h.start()
	}
	s := &Stream{hub: h, epoch: h.epoch, next: h.next}
	if last == "" {
		return s
	}
	epoch, number, _ := strings.Cut(last, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || epoch != h.epoch || n >= h.next {
		s.behind = true
	} else {
		s.next = n + 1
	}
	return s
}

// start runs what fills the hub. The caller holds mu.
func (h *Hub) start() {
	ctx, stop := context.WithCancel(context.Background())
	before, done := h.done, make(chan struct{})
	h.stop, h.done = stop, done
	go func() {
		defer close(done)
		if before != nil {
			<-before
		}
		h.run(ctx, h)
	}()
}

// Close ends a stream.
func (s *Stream) Close() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams--; h.streams == 0 && !h.closed {
		h.idle = time.AfterFunc(linger, h.rest)
	}
}

// rest ends what fills the hub if there is no stream still.
func (h *Hub) rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams == 0 && h.stop != nil {
		h.stop()
		h.stop = nil
		h.lost()
	}
}

// lost notes that events may be missed from now on. The caller holds mu.
func (h *Hub) lost() {
	h.epoch = newEpoch()
	select {
	case <-h.ready:
		h.ready = make(chan struct{})
	default:
	}
}

// Follow says that from now on every event is published.
func (h *Hub) Follow() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.ready:
	default:
		close(h.ready)
		h.wake()
	}
}

// Lost says that events were missed: all streams begin anew once the hub is followed again.
func (h *Hub) Lost() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost()
}

// Publish hands an event to all streams; data is its JSON, which nobody may change any more.
func (h *Hub) Publish(name string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring[h.next%kept] = Event{ID: h.epoch + "-" + strconv.FormatUint(h.next, 10), Name: name, Data: data}
	h.next++
	h.wake()
}

func (h *Hub) wake() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// Close ends all streams, and what fills the hub.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	stop, done := h.stop, h.done
	h.stop = nil
	if h.idle != nil {
		h.idle.Stop()
	}
	h.wake()
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	if done != nil {
		<-done
	}
}

// Await waits until events are being followed, so that what is asked for afterwards cannot get out of date unnoticed. ok is false if the hub
// was closed or ctx has ended.
func (s *Stream) Await(ctx context.Context) (ok bool) {
	for {
		s.hub.mu.Lock()
		ready, changed, closed := s.hub.ready, s.hub.changed, s.hub.closed
		s.hub.mu.Unlock()
		if closed {
			return false
		}
		select {
		case <-ready:
			return true
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// Next waits for events and returns those that have come since the last call, or that all may have changed (reset). ok is false at the end, when
// the hub is closed or ctx has ended.
func (s *Stream) Next(ctx context.Context) (events []Event, reset, ok bool) {
	for {
		events, reset, changed, closed := s.take()
		switch {
		case closed:
			return nil, false, false
		case reset || len(events) > 0:
			return events, reset, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, false, false
		}
	}
}

func (s *Stream) take() (events []Event, reset bool, changed chan struct{}, closed bool) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.behind || s.epoch != h.epoch || h.next-s.next > kept {
		s.behind, s.epoch, s.next = false, h.epoch, h.next
		return nil, true, nil, h.closed
	}
	for ; s.next < h.next; s.next++ {
		events = append(events, h.ring[s.next%kept])
	}
	return events, false, h.changed, h.closed
}

// Last is the id of the last event, for a stream that has had a reset or nothing yet.
func (s *Stream) Last() string {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return fmt.Sprintf("%s-%d", s.epoch, s.next-1)
}

func newEpoch() string {
	var random [6]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	return hex.EncodeToString(random[:])
}
