package outlook

import (
	"errors"
	"testing"
	"time"

	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// watched makes a watch that is subscribed, and the list of what it measured.
func watched() (*mailWatch, *[]time.Duration) {
	var took []time.Duration
	w := newMailWatch(1, func(d time.Duration) { took = append(took, d) })
	w.subscribed()
	return &w, &took
}

func TestNotificationAfterAndBeforeTheAnswer(t *testing.T) {
	w, took := watched()
	start := time.Unix(1000, 0)
	w.delivered(mapi.EntryID("a"), start, w.current())
	if err := w.overdue(start.Add(time.Second)); err == nil {
		t.Error("a delivery without a notification is not overdue")
	}
	if err := w.overdue(start); err != nil || w.pending() != 1 {
		t.Errorf("%d pending, %v", w.pending(), err)
	}
	if err := w.arrived(mapi.EntryID("a"), start.Add(3*time.Millisecond)); err != nil {
		t.Error(err)
	}
	if err := w.arrived(mapi.EntryID("b"), start.Add(5*time.Millisecond)); err != nil {
		t.Error(err)
	}
	w.delivered(mapi.EntryID("b"), start, w.current())
	if len(*took) != 2 || (*took)[0] != 3*time.Millisecond || (*took)[1] != 5*time.Millisecond || w.pending() != 0 {
		t.Errorf("took %v, %d pending", *took, w.pending())
	}
}

func TestSecondNotification(t *testing.T) {
	var v *truth.Violation
	w, _ := watched()
	w.delivered(mapi.EntryID("a"), time.Unix(0, 0), w.current())
	if err := w.arrived(mapi.EntryID("a"), time.Unix(1, 0)); err != nil {
		t.Error(err)
	}
	if err := w.arrived(mapi.EntryID("a"), time.Unix(2, 0)); !errors.As(err, &v) || v.Kind != truth.Doubled {
		t.Errorf("after the answer: %v", err)
	}
	if err := w.arrived(mapi.EntryID("b"), time.Unix(1, 0)); err != nil {
		t.Error(err)
	}
	if err := w.arrived(mapi.EntryID("b"), time.Unix(2, 0)); !errors.As(err, &v) || v.Kind != truth.Doubled {
		t.Errorf("before the answer: %v", err)
	}
}

// TestLogOffBetween: a user who was away for a part of a delivery need not be notified of it.
func TestLogOffBetween(t *testing.T) {
	w, took := watched()
	epoch := w.current()
	w.delivered(mapi.EntryID("a"), time.Unix(0, 0), epoch)
	w.unsubscribed()
	w.delivered(mapi.EntryID("b"), time.Unix(0, 0), w.current())
	w.subscribed()
	w.delivered(mapi.EntryID("c"), time.Unix(0, 0), epoch)
	if w.pending() != 0 || len(*took) != 0 {
		t.Errorf("%d pending, took %v", w.pending(), *took)
	}
	if err := w.arrived(mapi.EntryID("c"), time.Unix(1, 0)); err != nil {
		t.Error(err)
	}
}
