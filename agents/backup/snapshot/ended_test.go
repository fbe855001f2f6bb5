package snapshot_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/agents/backup/repository"
	"zarafa/agents/backup/snapshot"
	"zarafa/client"
)

// failing is a backend whose writes fail from the n-th on, as if the program had been ended there.
type failing struct {
	repository.Backend
	left atomic.Int64 // writes that succeed
}

var errEnded = errors.New("the program was ended")

func (f *failing) Put(ctx context.Context, name string, data []byte) error {
	if f.left.Add(-1) < 0 {
		return errEnded
	}
	return f.Backend.Put(ctx, name, data)
}

// A backup that is ended at any write is made good by the next one, which restores as an undisturbed one does.
func TestCaptureEndedAnywhere(t *testing.T) {
	w := newWorld(t, "")
	anna := w.user("anna")
	inbox := w.defaults(anna)[client.Inbox]
	w.save(inbox, zoo("before", 1), false)
	first := w.capture(anna, "anna", nil)
	for n := 0; ; n++ {
		w.save(inbox, zoo("since", 0), false)
		w.now = w.now.Add(time.Hour)
		backend := &failing{Backend: w.backend}
		backend.left.Store(int64(n))
		r, err := repository.Open(t.Context(), backend, w.key)
		if err != nil {
			t.Fatal(err)
		}
		c := snapshot.Capture{Repo: r, Log: w.log(), Now: w.clock, Opened: w.now, Principals: w.principals(), RightsInterval: 24 * time.Hour}
		_, err = c.Store(t.Context(), snapshot.Subject{Store: anna, User: "anna", Kind: snapshot.Private}, &first)
		if err != nil && !errors.Is(err, errEnded) {
			t.Fatal(err)
		}
		ended := err != nil
		s := w.capture(anna, "anna", &first)
		check, err := w.open(w.identity).Check(t.Context(), repository.CheckOptions{ReadData: true, Reach: w.reach(w.open())})
		if err != nil || len(check.Damage)+len(check.Broken) > 0 {
			t.Fatalf("ended at write %d: %+v, %v", n, check, err)
		}
		if !ended {
			into := w.user("restored")
			w.restore(s, snapshot.Restore{Into: into})
			w.same(w.defaults(into)[client.Inbox], inbox)
			if n < 4 {
				t.Errorf("only %d writes", n)
			}
			return
		}
	}
}
