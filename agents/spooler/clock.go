package spooler

import "time"

// clock tells the time, and wakes the queue.
type clock interface {
	now() time.Time
	// alarm makes one that is not set.
	alarm() alarm
}

// alarm sends the time on ring when it has come. The last call counts.
type alarm interface {
	set(at time.Time) // zero is never
	ring() <-chan time.Time
}

// systemClock is the clock of the machine.
type systemClock struct{}

func (systemClock) now() time.Time { return time.Now() }

func (systemClock) alarm() alarm {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return systemAlarm{t}
}

type systemAlarm struct{ timer *time.Timer }

func (a systemAlarm) set(at time.Time) {
	a.timer.Stop()
	if !at.IsZero() {
		a.timer.Reset(max(time.Until(at), 0))
	}
}

func (a systemAlarm) ring() <-chan time.Time { return a.timer.C }
