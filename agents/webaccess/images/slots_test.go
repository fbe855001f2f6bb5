package images

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestConcurrency: a user has six pictures fetched at once, the others of his wait, more are refused, and other users do not notice.
func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots()
		var done []func()
		for range perUser {
			d, err := s.take(t.Context(), "alice")
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, d)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var got, gaveUp atomic.Int32
		for range waiting {
			go func() {
				if d, err := s.take(ctx, "alice"); err == nil {
					got.Add(1)
					d()
				} else {
					gaveUp.Add(1)
				}
			}()
		}
		synctest.Wait()
		if _, err := s.take(t.Context(), "alice"); !errors.Is(err, errBusy) {
			t.Errorf("one more: %v", err)
		}
		if d, err := s.take(t.Context(), "bob"); err != nil {
			t.Error("bob:", err)
		} else {
			d()
		}
		done[0]()
		synctest.Wait()
		if got.Load() != waiting {
			t.Errorf("%d of those that wait got a slot", got.Load())
		}
		cancel()
		for _, d := range done[1:] {
			d()
		}
		if gaveUp.Load() != 0 || len(s.users) != 0 || len(s.all) != 0 {
			t.Errorf("%d gave up; left: %v, %d", gaveUp.Load(), s.users, len(s.all))
		}
	})
}

// TestWaitingEnds: who hangs up while he waits leaves nothing behind.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots()
		for range perUser {
			d, _ := s.take(t.Context(), "alice")
			defer d()
		}
		ctx, cancel := context.WithCancel(t.Context())
		go s.take(ctx, "alice")
		synctest.Wait()
		cancel()
		synctest.Wait()
		if n := s.users["alice"].requests; n != perUser {
			t.Errorf("%d requests", n)
		}
	})
}
