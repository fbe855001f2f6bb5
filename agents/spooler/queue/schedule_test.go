package queue

import (
	"testing"
	"time"
)

// The pauses are 1, 2, 4 … 60 minutes; the notice comes at 4 hours and the end at 5 days, to the second.
func TestSchedule(t *testing.T) {
	s := Schedule{Lifetime: 5 * 24 * time.Hour, Notice: 4 * time.Hour}
	first := start()
	now, told, attempts := first, false, 0
	var pauses []time.Duration
	for {
		attempts++
		step := s.After(first, now, told, 0.5)
		if step.Expired {
			break
		}
		if step.Notice {
			if told || now.Sub(first) != s.Notice {
				t.Errorf("notice at %v", now.Sub(first))
			}
			told = true
		}
		pauses = append(pauses, step.Next.Sub(now))
		now = step.Next
	}
	for i, minutes := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if pauses[i] != minutes*time.Minute {
			t.Errorf("pause %d is %v", i+1, pauses[i])
		}
	}
	if !told || now.Sub(first) != s.Lifetime || attempts != 126 {
		t.Errorf("told %v, ends after %v and %d attempts", told, now.Sub(first), attempts)
	}
	for _, chance := range []float64{0, 0.999} {
		if next := s.After(first, first, false, chance).Next.Sub(first); next < 52*time.Second || next > 68*time.Second {
			t.Errorf("first pause with chance %v: %v", chance, next)
		}
	}
}

// A clock that was set back, a lifetime that was shortened, one shorter than the notice.
func TestScheduleOdd(t *testing.T) {
	s := Schedule{Lifetime: time.Hour, Notice: 4 * time.Hour}
	if step := s.After(start(), start().Add(-time.Hour), false, 0.5); step.Expired || step.Notice || step.Next != start().Add(-59*time.Minute) {
		t.Errorf("clock set back: %+v", step)
	}
	if step := s.After(start(), start().Add(48*time.Hour), false, 0.5); !step.Expired || step.Notice {
		t.Errorf("long after the end: %+v", step)
	}
}
