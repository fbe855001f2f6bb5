package server

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadline compares a call's context with context.WithTimeout: before and after the time, ended early, with a
// parent that ends, and with Done asked for at once, late or never.
func TestDeadline(t *testing.T) {
	type key struct{}
	for _, asked := range []string{"at once", "late", "never"} {
		for _, way := range []string{"time", "end", "parent"} {
			t.Run(way+", Done "+asked, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					parent, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, 1))
					defer cancel()
					d := withDeadline(parent, time.Minute)
					defer d.end()
					want, end := context.WithTimeout(parent, time.Minute)
					defer end()
					if asked == "at once" {
						d.Done()
					}
					check := func() {
						t.Helper()
						synctest.Wait()
						if !errors.Is(d.Err(), want.Err()) {
							t.Errorf("error %v, want %v", d.Err(), want.Err())
						}
						at, _ := d.Deadline()
						if w, _ := want.Deadline(); !at.Equal(w) || d.Value(key{}) != 1 {
							t.Errorf("deadline %v, value %v", at, d.Value(key{}))
						}
					}
					check()
					switch way {
					case "time":
						time.Sleep(time.Minute)
					case "end":
						d.end()
						end()
					case "parent":
						cancel()
					}
					check()
					if asked == "never" {
						return
					}
					child, stop := context.WithCancel(d)
					defer stop()
					select {
					case <-d.Done():
						<-child.Done()
					default:
						t.Error("not done")
					}
					check()
				})
			})
		}
	}
}
