package push

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// feeding is a hub whose events the test publishes; runs counts how often it was begun.
func feeding(runs *int) *Hub {
	return NewHub(func(ctx context.Context, h *Hub) {
		*runs++
		h.Follow()
		<-ctx.Done()
	})
}

func next(t *testing.T, s *Stream) (names []string, reset bool) {
	t.Helper()
	events, reset, ok := s.Next(t.Context())
	if !ok {
		t.Fatal("the stream has ended")
	}
	for _, e := range events {
		names = append(names, e.Name)
	}
	return names, reset
}

func TestStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		h := feeding(&runs)
		a := h.Open("")
		if !a.Await(t.Context()) {
			t.Fatal("nothing is followed")
		}
		h.Publish("one", nil)
		b := h.Open("")
		h.Publish("two", nil)
		if names, _ := next(t, a); fmt.Sprint(names) != "[one two]" {
			t.Errorf("%v", names)
		}
		if names, _ := next(t, b); fmt.Sprint(names) != "[two]" {
			t.Errorf("%v", names)
		}
		last := b.Last()
		b.Close()
		h.Publish("three", nil)
		c := h.Open(last)
		if names, reset := next(t, c); reset || fmt.Sprint(names) != "[three]" {
			t.Errorf("%v %v", names, reset)
		}
		for _, unknown := range []string{"x", "0-1", last + "9", "-"} {
			s := h.Open(unknown)
			if _, reset := next(t, s); !reset {
				t.Errorf("%q is no reset", unknown)
			}
			s.Close()
		}
		for i := range kept + 1 {
			h.Publish(fmt.Sprint(i), nil)
		}
		if names, reset := next(t, c); !reset || len(names) != 0 {
			t.Errorf("a slow stream gets %v, %v", names, reset)
		}
		h.Publish("four", nil)
		if names, _ := next(t, c); fmt.Sprint(names) != "[four]" {
			t.Errorf("%v", names)
		}
		h.Close()
		if _, _, ok := c.Next(t.Context()); ok {
			t.Error("a closed hub goes on")
		}
		if runs != 1 {
			t.Errorf("%d runs", runs)
		}
	})
}

// A hub without streams rests after a while; whoever comes back later has missed something.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		h := feeding(&runs)
		a := h.Open("")
		a.Await(t.Context())
		last := a.Last()
		a.Close()
		time.Sleep(linger / 2)
		b := h.Open(last)
		ctx, stop := context.WithTimeout(t.Context(), 2*linger)
		defer stop()
		if _, reset, ok := b.Next(ctx); ok || reset {
			t.Error("there is an event")
		}
		b.Close()
		time.Sleep(linger + time.Second)
		synctest.Wait()
		c := h.Open(last)
		if !c.Await(t.Context()) {
			t.Error("nothing is followed")
		}
		if _, reset := next(t, c); !reset || runs != 2 {
			t.Errorf("reset %v, %d runs", reset, runs)
		}
		c.Close()
		h.Close()
	})
}

// Events that were lost are a reset for everybody.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		h := feeding(&runs)
		defer h.Close()
		s := h.Open("")
		defer s.Close()
		s.Await(t.Context())
		h.Publish("one", nil)
		h.Lost()
		h.Follow()
		if _, reset := next(t, s); !reset {
			t.Error("no reset")
		}
	})
}
